"""A worker in a process of its own, for the tests that kill it: `python -m … URL NAME HEARTBEAT`.

It says on standard output what it does, one word a line.
"""

import asyncio
import sys
from types import SimpleNamespace

from sqlalchemy import text

from kit.db import open_database
from kit.jobs import Job, Tasks
from kit.jobs.worker import Limits, Worker

tasks = Tasks()
NAME = sys.argv[2]


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


@tasks.task(tries=1, timeout_seconds=600)
async def hold_once(job: Job, number: int) -> None:
    """Write in the job's transaction; the first worker then never comes to an end."""
    await job.session.execute(
        text("INSERT INTO note VALUES (:number, :worker)"), {"number": number, "worker": NAME}
    )
    say(f"began {number}")
    if NAME.startswith("first"):
        await asyncio.Event().wait()


@tasks.task(tries=1, concurrency=20)
async def count(job: Job, number: int) -> None:
    """Write once per committed run."""
    await job.session.execute(
        text("INSERT INTO note VALUES (:number, :worker)"), {"number": number, "worker": NAME}
    )
    await asyncio.sleep(0.002)
    say("counted")


async def main() -> None:
    database = open_database(sys.argv[1], 5)
    state = SimpleNamespace(settings=None, clients={})
    limits = Limits(heartbeat_seconds=float(sys.argv[3]))
    worker = Worker(tasks, state, database, sys.argv[1], name=NAME, limits=limits)  # type: ignore[arg-type]  # no app here
    async with database.engine.connect():
        say("ready")
    await worker.work()


asyncio.run(main())
