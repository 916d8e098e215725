"""Runs that end together, many workers, numbers and tables."""

import time
from typing import Any

import pytest

from kit.jobs import (
    INSTALL,
    UNINSTALL,
    Again,
    GiveUp,
    Job,
    Tasks,
    enqueue_many,
    stats,
)
from kit.jobs.backoff import delay
from kit.jobs.stats import exposition
from kit.jobs.worker import Limits
from tests.kit.queueing import NOTES, WRITE, ask, held, notes, queue, until

__all__ = ["queue"]


async def test_runs_that_end_together_are_committed_together(queue):
    await queue.run(NOTES)
    sizes: list[int] = []

    async def record(session, ended) -> None:
        sizes.append(len(ended))
        await session.execute(WRITE, [{"text": value} for _, value in ended])

    tasks = Tasks()

    @tasks.task(concurrency=40, commit=record)
    async def count(job: Job, number: int) -> str:
        return f"{number:03}"

    async with queue.database.sessions.begin() as session:
        await enqueue_many(session, "count", [{"number": number} for number in range(200)])
    async with queue.worker(tasks):
        await until(queue.is_empty)
    assert await notes(queue) == [f"{number:03}" for number in range(200)]
    assert max(sizes) > 5


async def test_one_that_cannot_be_committed_does_not_spoil_the_others(queue, monkeypatch):
    monkeypatch.setattr("kit.jobs.backoff.FIRST_SECONDS", 0.01)
    await queue.run(NOTES)

    async def record(session, ended) -> None:
        for _, value in ended:
            await session.execute(WRITE, {"text": value})

    tasks = Tasks()

    @tasks.task(tries=2, concurrency=40, commit=record)
    async def count(job: Job, number: int) -> str:
        return str(min(number, 8))

    async with queue.database.sessions.begin() as session:
        await enqueue_many(session, "count", [{"number": number} for number in range(10)])
    async with queue.worker(tasks):
        await until(lambda: held(queue))
    assert await notes(queue) == [str(number) for number in range(9)]
    assert len(await held(queue)) == 1


async def test_a_run_that_wants_to_be_called_again_is_committed_too(queue):
    await queue.run(NOTES)

    async def record(session, ended) -> None:
        await session.execute(WRITE, [{"text": value} for _, value in ended])

    tasks = Tasks()
    looks = 0

    @tasks.task(commit=record)
    async def poll(job: Job) -> str | Again:
        nonlocal looks
        looks += 1
        return Again(0.02, f"look {looks}") if looks < 3 else "end"

    async with queue.worker(tasks):
        await ask(queue, "poll")
        await until(queue.is_empty)
    assert await notes(queue) == ["end", "look 1", "look 2"]


async def test_a_reason_may_hold_what_postgresql_cannot(queue):
    tasks = Tasks()

    @tasks.task()
    async def work(job: Job) -> None:
        raise GiveUp("zero \0 and half a pair \ud800")

    async with queue.worker(tasks):
        await ask(queue, "work")
        await until(lambda: held(queue))
    assert (await held(queue))[0].reason == "zero  and half a pair ?"


async def test_the_worker_comes_back_when_its_connection_is_cut(queue):
    tasks = Tasks()

    @tasks.task()
    async def work(job: Job) -> None: ...

    async with queue.worker(tasks):
        await ask(queue, "work")
        await until(queue.is_empty)
        await queue.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'worker'"
        )
        await ask(queue, "work")
        await until(lambda: len(queue.outcomes) == 2)


async def test_an_idle_worker_sleeps_until_something_is_due(queue):
    tasks = Tasks()

    @tasks.task()
    async def work(job: Job) -> None: ...

    async with queue.worker(tasks) as worker:
        await ask(queue, "work")
        await until(queue.is_empty)
        await until(lambda: not worker.is_work_likely and worker.next_tick > time.monotonic() + 5)
        await ask(queue, "work", delay_seconds=4)
        await until(lambda: 2 < worker.next_tick - time.monotonic() < 4)


async def test_many_jobs_on_many_workers_run_once_each(queue):
    seen: list[int] = []
    tasks = Tasks()

    @tasks.task(concurrency=20)
    async def count(job: Job, number: int) -> None:
        seen.append(number)

    async with queue.database.sessions.begin() as session:
        await enqueue_many(session, "count", [{"number": number} for number in range(500)])
    calm = Limits()  # a busy machine must not make them think one another dead
    async with queue.worker(tasks, calm), queue.worker(tasks, calm), queue.worker(tasks, calm):
        await until(queue.is_empty, seconds=60)
    assert sorted(seen) == list(range(500))


async def test_the_numbers_say_what_waits_and_for_how_long(queue):
    await ask(queue, "work")
    await ask(queue, "work", delay_seconds=60)
    await queue.run("UPDATE pgqueuer SET execute_after = execute_after - interval '5 s'")
    found = await stats(queue.database)
    assert (found.by_state("queued"), found.by_state("scheduled")) == (1, 1)
    assert 5 <= found.oldest_waiting_seconds < 20
    lines = exposition("catalog_service", found).decode()
    assert 'jobs{service="catalog_service",task="work",state="queued"} 1' in lines


async def test_the_tables_can_be_installed_again_and_taken_away(queue):
    await ask(queue, "work")
    for statement in INSTALL:
        await queue.run(statement)
    assert len(await queue.rows()) == 1
    for statement in UNINSTALL:
        await queue.run(statement)
    left = "SELECT proname FROM pg_proc WHERE proname LIKE 'fn_pgqueuer%'"
    assert await queue.rows(left) == []


def test_two_tasks_of_one_name_are_refused():
    tasks = Tasks()

    @tasks.task()
    async def work(job: Job) -> None: ...

    with pytest.raises(ValueError, match="Two tasks are called work"):
        tasks + tasks


@pytest.mark.parametrize(("attempt", "least", "most"), [(1, 0.5, 1.5), (4, 4, 12), (100, 150, 450)])
def test_the_wait_between_tries_doubles_up_to_five_minutes(attempt, least, most):
    assert delay(attempt, 0) == least
    assert delay(attempt, 1) == most


async def test_a_worker_with_nothing_to_do_lets_the_database_sleep(queue):
    tasks = Tasks()

    @tasks.every(3600)
    async def prune(job: Job) -> None: ...

    async with queue.worker(tasks) as worker:
        asked: list[str] = []
        fetch = worker.link.fetch

        async def counted(statement: str, *given: object) -> Any:
            asked.append(statement)
            return await fetch(statement, *given)

        worker.link.fetch = counted
        await until(lambda: worker.has_schedules and not worker.is_work_likely)
        with pytest.raises(TimeoutError):
            await until(lambda: len(asked) > 8, seconds=1)
