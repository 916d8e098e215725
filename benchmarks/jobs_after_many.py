"""Whether the queue is as fast after a million jobs as at its beginning (goal: ≥ 0.8).

    ./karangou bench jobs_after_many [--many 1000000]

One worker, one database; laps of 10 000 jobs that wait, are worked on and leave. Compares the
median rate of the first ten laps with that of the last ten, and says how large the table became.
"""

import argparse
import asyncio
import logging
import statistics
import time
from types import SimpleNamespace

from sqlalchemy import text

from benchmarks._ground import Ground, a_postgres
from kit.db import open_database
from kit.jobs import INSTALL, Job, Tasks, enqueue_many
from kit.jobs.worker import Worker

LAP = 10_000
AT_ONCE = 1000
ENDS = 10


async def laps(ground: Ground, many: int) -> tuple[list[float], int]:
    """Return the jobs per second of each lap, and the bytes the queue takes afterwards."""
    url = await ground.database()
    database = open_database(url, 5)
    async with database.sessions.begin() as session:
        for statement in INSTALL:
            await session.execute(text(statement))
    tasks, ended = Tasks(), asyncio.Semaphore(0)

    @tasks.task(concurrency=100)
    async def noop(job: Job) -> None: ...

    state = SimpleNamespace(settings=None, clients={})
    worker = Worker(tasks, state, database, url, note=lambda *_: ended.release())
    working = asyncio.create_task(worker.work())
    rates = []
    for _ in range(many // LAP):
        async with database.sessions.begin() as session:
            for _ in range(LAP // AT_ONCE):
                await enqueue_many(session, "noop", [{} for _ in range(AT_ONCE)])
        started = time.perf_counter()
        for _ in range(LAP):
            await ended.acquire()
        rates.append(LAP / (time.perf_counter() - started))
    await worker.stop()
    await working
    async with database.reads() as session:
        size = await session.scalar(text("SELECT pg_total_relation_size('pgqueuer')"))
    await database.close()
    return rates, int(size or 0)


def main(many: int) -> None:
    with a_postgres() as ground:
        rates, size = asyncio.run(laps(ground, many))
    first, last = statistics.median(rates[:ENDS]), statistics.median(rates[-ENDS:])
    print(
        f"first {ENDS} laps {first:.0f} jobs/s, last {ENDS} of {len(rates)} laps {last:.0f} jobs/s"
    )
    print(f"the table and its indexes take {size / 1e6:.1f} MB")
    print(f"last ÷ first {last / first:.2f}   goal ≥ 0.8")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser()
    parser.add_argument("--many", type=int, default=1_000_000)
    main(parser.parse_args().many)
