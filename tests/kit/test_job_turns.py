"""Which job is next: priorities, delays, limits, schedules; and how one is called off."""

import asyncio
import functools

from kit.jobs import (
    Job,
    Tasks,
    cancel,
    cancel_by_key,
    enqueue_many,
    stats,
)
from tests.kit.queueing import NOTES, WRITE, ask, notes, queue, until

__all__ = ["queue"]


async def test_higher_priorities_go_first_then_the_oldest(queue):
    order: list[str] = []
    tasks = Tasks()

    @tasks.task(concurrency=1)
    async def note(job: Job, name: str) -> None:
        order.append(name)

    await ask(queue, "note", {"name": "first"})
    await ask(queue, "note", {"name": "second"})
    await ask(queue, "note", {"name": "urgent"}, priority=10)
    async with queue.worker(tasks):
        await until(queue.is_empty)
    assert order == ["urgent", "first", "second"]


async def test_a_delayed_job_waits_and_then_starts_by_itself(queue):
    tasks = Tasks()

    @tasks.task()
    async def ring(job: Job) -> None: ...

    async with queue.worker(tasks):
        await ask(queue, "ring", delay_seconds=0.3)
        found = await stats(queue.database)
        assert found.by_state("scheduled") == 1
        assert queue.outcomes == []
        await until(queue.is_empty, seconds=3)


async def test_no_more_jobs_of_a_task_run_at_once_than_it_allows(queue):
    running = most = ended = 0
    tasks = Tasks()

    @tasks.task(concurrency=3)
    async def work(job: Job) -> None:
        nonlocal running, most, ended
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        ended += 1

    async with queue.database.sessions.begin() as session:
        await enqueue_many(session, "work", [{} for _ in range(12)])
    async with queue.worker(tasks):
        await until(lambda: ended == 12)
    assert most == 3


async def test_a_full_task_does_not_hold_up_the_others(queue):
    tasks = Tasks()
    gate = asyncio.Event()

    @tasks.task(concurrency=1)
    async def slow(job: Job) -> None:
        await gate.wait()

    @tasks.task()
    async def quick(job: Job) -> None: ...

    async with queue.worker(tasks):
        for _ in range(3):
            await ask(queue, "slow")
        await ask(queue, "quick")
        await until(lambda: ("quick", "done") in queue.outcomes)
        gate.set()
        await until(queue.is_empty)


async def test_a_cancelled_job_that_waits_never_runs(queue):
    tasks = Tasks()

    @tasks.task()
    async def work(job: Job) -> None: ...

    job_id = await ask(queue, "work")
    assert job_id
    async with queue.database.sessions.begin() as session:
        assert list(await cancel(session, job_id)) == [job_id]
        assert list(await cancel(session, job_id)) == []
    other = await ask(queue, "work")
    async with queue.worker(tasks):
        await until(queue.is_empty)
    assert other != job_id
    assert queue.outcomes == [("work", "done")]


async def test_a_cancelled_job_that_runs_is_stopped_and_commits_nothing(queue):
    await queue.run(NOTES)
    tasks = Tasks()
    begun = asyncio.Event()

    @tasks.task()
    async def work(job: Job) -> None:
        await job.session.execute(WRITE, {"text": "never"})
        begun.set()
        await asyncio.Event().wait()

    async with queue.worker(tasks):
        job_id = await ask(queue, "work")
        assert job_id
        await begun.wait()
        async with queue.database.sessions.begin() as session:
            await cancel(session, job_id)
        await until(lambda: queue.outcomes == [("work", "cancelled")])
    assert await notes(queue) == []
    assert await queue.is_empty()


async def test_jobs_can_be_called_off_by_the_key_they_were_asked_for_with(queue):
    async with queue.database.sessions.begin() as session:
        made = await enqueue_many(session, "work", [{}, {}], keys=["a", "b"])
        assert await enqueue_many(session, "work", [{}], keys=["a"]) == []
        assert list(await cancel_by_key(session, "work", "a")) == [made[0]]
    assert [row["id"] for row in await queue.rows()] == [made[1]]


async def test_a_schedule_runs_once_a_period_however_many_workers_there_are(queue):
    runs = 0
    tasks = Tasks()

    @tasks.every(0.25)
    async def tidy(job: Job) -> None:
        nonlocal runs
        runs += 1

    async with queue.worker(tasks), queue.worker(tasks), queue.worker(tasks):
        await until(lambda: runs >= 4)
        (row,) = await queue.rows(
            "SELECT extract(epoch FROM last_run - created) / 0.25 AS periods"
            " FROM pgqueuer_schedules"
        )
        assert runs <= row["periods"] + 1


async def test_a_schedule_whose_period_changed_keeps_one_row(queue):
    for seconds in (60, 3600):
        tasks = Tasks()

        @tasks.every(seconds)
        async def tidy(job: Job) -> None: ...

        async with queue.worker(tasks) as worker:
            await until(functools.partial(getattr, worker, "has_schedules"))
    rows = await queue.rows("SELECT expression FROM pgqueuer_schedules")
    assert [row["expression"] for row in rows] == ["every 3600"]
