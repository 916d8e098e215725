"""Durable no-op jobs per second: kit.jobs ÷ procrastinate, and ÷ bare PgQueuer at the same batch.

    ./karangou bench jobs_throughput [--rounds 3]

Everyone drains jobs that wait already, in one process, on the same PostgreSQL (durable, as the
suite runs it), each in a database of its own; the sides alternate, the best round of each counts.
"""

import argparse
import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace

import asyncpg
from pgqueuer import AsyncpgDriver, PgQueuer, Queries
from pgqueuer.types import QueueExecutionMode
from procrastinate import App, PsycopgConnector
from sqlalchemy import text

from benchmarks._ground import Ground, a_postgres
from kit.db import open_database
from kit.jobs import INSTALL, Job, Tasks, enqueue_many
from kit.jobs.worker import Limits, Worker

BATCH = 10
OURS, THEIRS = 5000, 1000
Side = Callable[[Ground], Awaitable[float]]


async def kit_jobs(ground: Ground) -> float:
    url = await ground.database()
    database = open_database(url, 5)
    async with database.sessions.begin() as session:
        for statement in INSTALL:
            await session.execute(text(statement))
        await enqueue_many(session, "noop", [{} for _ in range(OURS)])
    tasks, done = Tasks(), asyncio.Event()
    ended = 0

    @tasks.task(concurrency=BATCH)
    async def noop(job: Job) -> None: ...

    def note(task: str, outcome: str, seconds: float) -> None:
        nonlocal ended
        ended += outcome == "done"
        if ended == OURS:
            done.set()

    state = SimpleNamespace(settings=None, clients={})
    limits = Limits(batch=BATCH, running=BATCH)
    worker = Worker(tasks, state, database, url, limits=limits, note=note)
    await ground.settle()
    started = time.perf_counter()
    working = asyncio.create_task(worker.work())
    await done.wait()
    await worker.stop()
    await working
    seconds = time.perf_counter() - started  # until the last completion is committed
    async with database.reads() as session:
        assert await session.scalar(text("SELECT count(*) FROM pgqueuer")) == 0
    await database.close()
    return OURS / seconds


async def bare_pgqueuer(ground: Ground) -> float:
    url = await ground.database()
    connection = await asyncpg.connect(url)
    driver = AsyncpgDriver(connection)
    queries = Queries(driver)
    await queries.install()
    await queries.enqueue(["noop"] * OURS, [b"{}"] * OURS, [0] * OURS)
    queuer = PgQueuer(driver)

    @queuer.entrypoint("noop")
    async def noop(job: object) -> None: ...

    await ground.settle()
    started = time.perf_counter()
    await queuer.qm.run(
        dequeue_timeout=timedelta(seconds=1), batch_size=BATCH, mode=QueueExecutionMode.drain
    )
    seconds = time.perf_counter() - started
    assert await connection.fetchval("SELECT count(*) FROM pgqueuer") == 0
    await connection.close()
    return OURS / seconds


async def procrastinate(ground: Ground) -> float:
    url = await ground.database()
    app = App(connector=PsycopgConnector(conninfo=url, min_size=1, max_size=12))

    @app.task(name="noop")
    async def noop() -> None: ...

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await noop.batch_defer_async(*({} for _ in range(THEIRS)))
        await ground.settle()
        started = time.perf_counter()
        await app.run_worker_async(
            concurrency=BATCH, wait=False, listen_notify=False, install_signal_handlers=False
        )
        seconds = time.perf_counter() - started
        left = await app.job_manager.list_jobs_async(status="todo")
        assert not list(left)
    return THEIRS / seconds


async def measure(rounds: int) -> None:
    sides: dict[str, Side] = {
        "kit.jobs": kit_jobs,
        "PgQueuer": bare_pgqueuer,
        "procrastinate": procrastinate,
    }
    rates: dict[str, list[float]] = {name: [] for name in sides}
    with a_postgres() as ground:
        for _ in range(rounds):
            for name, side in sides.items():
                rates[name].append(await side(ground))
    for name, found in rates.items():
        print(f"{name:14} {max(found):8.0f} jobs/s   rounds: {[round(one) for one in found]}")
    best = {name: max(found) for name, found in rates.items()}
    print(
        f"kit.jobs ÷ procrastinate      {best['kit.jobs'] / best['procrastinate']:6.2f}   goal ≥ 5"
    )
    ratio = best["kit.jobs"] / best["PgQueuer"]
    print(f"kit.jobs ÷ PgQueuer, batch {BATCH} {ratio:6.2f}   goal ≥ 0.7")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    asyncio.run(measure(parser.parse_args().rounds))
