"""Workers killed in the middle: what they had begun runs again soon, and is committed once."""

import asyncio
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sqlalchemy import text

from kit.jobs import enqueue, enqueue_many
from tests.kit.queueing import Queue, queue, until

__all__ = ["queue"]
HEARTBEAT = 2.0
Process = asyncio.subprocess.Process


@asynccontextmanager
async def a_worker(queue: Queue, name: str, heartbeat: float = HEARTBEAT) -> AsyncIterator[Process]:
    """Run a worker in a process of its own; kill it at the end, if nobody has."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.jobs_worker", queue.url, name, str(heartbeat),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def hears(process: Process, word: str) -> None:
    """Wait until the worker says so."""
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while line := await process.stdout.readline():
            if line.decode().strip() == word:
                return
    raise AssertionError(f"the worker ended before it said {word}")


async def prepare(queue: Queue) -> None:
    await queue.run("CREATE TABLE note (number int, worker text)")


async def notes(queue: Queue) -> list[tuple[int, str]]:
    rows = await queue.rows("SELECT number, worker FROM note ORDER BY number")
    return [(row["number"], row["worker"]) for row in rows]


async def ask(queue: Queue) -> None:
    async with queue.database.sessions.begin() as session:
        await enqueue(session, "hold_once", {"number": 1})


async def test_what_a_killed_worker_had_begun_runs_again_soon_and_is_committed_once(queue):
    await prepare(queue)
    await ask(queue)
    async with a_worker(queue, "first") as victim:
        await hears(victim, "began 1")
        async with a_worker(queue, "second") as heir:
            await hears(heir, "ready")
            victim.kill()
            killed = time.monotonic()
            await hears(heir, "began 1")
            assert time.monotonic() - killed <= 3 * HEARTBEAT
            await until(queue.is_empty)
    assert await notes(queue) == [(1, "second")]


async def test_a_worker_that_restarts_under_the_same_name_takes_its_own_jobs_up_again(queue):
    await prepare(queue)
    await ask(queue)
    async with a_worker(queue, "first") as victim:
        await hears(victim, "began 1")
        (before,) = await queue.rows()
        victim.kill()
        await victim.wait()
    async with a_worker(queue, "first") as reborn:
        await hears(reborn, "began 1")
        (after,) = await queue.rows()
    assert after["queue_manager_id"] != before["queue_manager_id"]
    assert after["updated"] > before["updated"]
    assert (after["attempts"], after["headers"]["crashes"]) == (0, 1)
    assert await notes(queue) == []


async def test_a_worker_frozen_and_woken_after_its_job_was_given_away_commits_nothing(queue):
    await prepare(queue)
    await ask(queue)
    async with a_worker(queue, "first") as zombie:
        await hears(zombie, "began 1")
        zombie.send_signal(signal.SIGSTOP)
        async with a_worker(queue, "second") as heir:
            await hears(heir, "began 1")
            await until(queue.is_empty)
            zombie.send_signal(signal.SIGCONT)
            async with queue.database.sessions.begin() as session:
                await enqueue(session, "count", {"number": 2})
            await until(lambda: has_all(queue, 2))
    assert [number for number, _ in await notes(queue)] == [1, 2]
    assert (await notes(queue))[0] == (1, "second")


async def has_all(queue: Queue, many: int) -> bool:
    async with queue.database.reads() as session:
        count: int | None = await session.scalar(text("SELECT count(*) FROM note"))
    return count == many


async def test_jobs_are_neither_lost_nor_doubled_while_workers_die_again_and_again(queue):
    await prepare(queue)
    many, kills = 300, 3
    async with queue.database.sessions.begin() as session:
        await enqueue_many(session, "count", [{"number": number} for number in range(many)])
    for life in range(kills):
        async with a_worker(queue, f"life {life}", 0.5) as worker:
            await hears(worker, "counted")
            await pause_until(random.uniform(0.0, 0.15), lambda: has_all(queue, many))
            worker.kill()
    async with a_worker(queue, "survivor", 0.5):
        await until(queue.is_empty, seconds=60)
    assert [number for number, _ in await notes(queue)] == list(range(many))


async def pause_until(seconds: float, over: Callable[[], Awaitable[bool]]) -> None:
    """Let a worker go on for a moment, or until there is nothing left to interrupt."""
    ends = time.monotonic() + seconds
    await until(lambda: time.monotonic() > ends or over())
