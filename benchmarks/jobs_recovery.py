"""Time from `kill -9` of a worker to its job running again ÷ heartbeat interval.

    ./karangou bench jobs_recovery [--rounds 5]

A worker process begins a job; another process is ready on the same queue; the first is killed with
SIGKILL at a random moment of its heartbeat. The heartbeat is the suite's own (5 s).
"""

import argparse
import asyncio
import random
import sys
import time

from sqlalchemy import text

from benchmarks._ground import Ground, a_postgres
from kit.db import open_database
from kit.jobs import INSTALL, enqueue
from kit.jobs.worker import Limits

HEARTBEAT = Limits().heartbeat_seconds
Process = asyncio.subprocess.Process


async def worker(url: str, name: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.jobs_worker", url, name, str(HEARTBEAT),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def hears(process: Process, word: str) -> None:
    assert process.stdout is not None
    while (await process.stdout.readline()).decode().strip() != word:
        pass


async def recovery(ground: Ground) -> float:
    url = await ground.database()
    database = open_database(url, 2)
    async with database.sessions.begin() as session:
        for statement in INSTALL:
            await session.execute(text(statement))
        await session.execute(text("CREATE TABLE note (number int, worker text)"))
        await enqueue(session, "hold_once", {"number": 1})
    victim = await worker(url, "first")
    await hears(victim, "began 1")
    heir = await worker(url, "second")
    await hears(heir, "ready")
    await asyncio.sleep(HEARTBEAT * (1 + random.random()))
    victim.kill()
    killed = time.perf_counter()
    await hears(heir, "began 1")
    seconds = time.perf_counter() - killed
    heir.kill()
    await asyncio.gather(victim.wait(), heir.wait())
    await database.close()
    return seconds


async def measure(rounds: int) -> None:
    with a_postgres() as ground:
        found = [await recovery(ground) for _ in range(rounds)]
    print(f"heartbeat {HEARTBEAT:g} s; running again after {[round(one, 2) for one in found]} s")
    print(f"worst ÷ heartbeat {max(found) / HEARTBEAT:5.2f}   goal ≤ 3")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    asyncio.run(measure(parser.parse_args().rounds))
