"""Workers that stop, die, are cut off, and are given what kills them."""

import asyncio

import asyncpg
import pytest

from kit.jobs import (
    Job,
    Tasks,
)
from kit.jobs.link import Link
from kit.jobs.worker import Limits
from tests.kit.queueing import NOTES, QUICK, WRITE, ask, held, notes, queue, until

__all__ = ["queue"]


async def test_a_stopping_worker_finishes_what_it_began(queue):
    tasks = Tasks()
    begun = asyncio.Event()

    @tasks.task()
    async def work(job: Job) -> None:
        begun.set()
        await asyncio.sleep(0.05)

    async with queue.worker(tasks):
        await ask(queue, "work")
        await begun.wait()
    assert queue.outcomes == [("work", "done")]
    assert await queue.is_empty()


async def test_a_stopping_worker_gives_back_what_takes_too_long(queue):
    tasks = Tasks()
    begun = asyncio.Event()

    @tasks.task(tries=1)
    async def work(job: Job) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with queue.worker(tasks, Limits(grace_seconds=0.01)):
        await ask(queue, "work")
        await begun.wait()
    (row,) = await queue.rows()
    assert (row["status"], row["attempts"], row["queue_manager_id"]) == ("queued", 0, None)


async def test_a_worker_that_was_thought_dead_commits_nothing(queue):
    await queue.run(NOTES)
    tasks = Tasks()
    begun, go_on = asyncio.Event(), asyncio.Event()

    @tasks.task()
    async def work(job: Job) -> None:
        await job.session.execute(WRITE, {"text": f"by {job.fence.timestamp()}"})
        if not begun.is_set():
            begun.set()
            await go_on.wait()

    slow = Limits(heartbeat_seconds=60)  # says nothing while the others grow impatient
    async with queue.worker(tasks, slow) as zombie:
        await ask(queue, "work")
        await begun.wait()
        async with queue.worker(tasks, QUICK) as heir:
            await until(lambda: ("work", "done") in queue.outcomes)
            assert heir.id != zombie.id
        go_on.set()
        await until(lambda: ("work", "lost") in queue.outcomes)
    assert len(await notes(queue)) == 1
    assert await queue.is_empty()


async def test_a_job_that_was_given_to_another_is_stopped_at_the_next_heartbeat(queue):
    tasks = Tasks()
    begun = asyncio.Event()

    @tasks.task(transactional=False)
    async def work(job: Job) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with queue.worker(tasks):
        await ask(queue, "work")
        await begun.wait()
        await queue.run("UPDATE pgqueuer SET updated = now(), queue_manager_id = gen_random_uuid()")
        await until(lambda: queue.outcomes == [("work", "lost")])


async def test_a_job_that_kills_its_workers_is_held_in_the_end(queue):
    tasks = Tasks()

    @tasks.task()
    async def work(job: Job) -> None: ...

    await ask(queue, "work")
    await queue.run("""UPDATE pgqueuer SET headers = '{"crashes": 10}'""")
    async with queue.worker(tasks):
        await until(lambda: held(queue))
    assert "died 10 times" in (await held(queue))[0].reason


async def test_what_is_no_json_is_held_and_does_not_stop_the_worker(queue):
    tasks = Tasks()

    @tasks.task(tries=1)
    async def work(job: Job) -> None: ...

    await queue.run(
        "INSERT INTO pgqueuer (priority, status, entrypoint, payload)"
        " VALUES (0, 'queued', 'work', 'broken')"
    )
    async with queue.worker(tasks):
        await until(lambda: held(queue))
        await ask(queue, "work")
        await until(lambda: ("work", "done") in queue.outcomes)


async def test_a_worker_stopped_while_it_connects_leaves_no_connection(queue, monkeypatch):
    connected = asyncio.Event()

    async def never_answered(*_: object) -> None:
        connected.set()
        await asyncio.Event().wait()

    async def is_gone() -> bool:
        return not await queue.rows(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'a worker that leaves'"
        )

    monkeypatch.setattr(asyncpg.Connection, "add_listener", never_answered)
    link = Link(queue.url, "a worker that leaves", lambda: None, lambda _: None)
    asking = asyncio.create_task(link.fetch("SELECT 1"))
    await connected.wait()
    assert not await is_gone()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await until(is_gone)
