"""What kit.jobs promises to those who write tasks."""

import asyncio
import functools
import time
from typing import Any

import pytest
from sqlalchemy import text

from kit.jobs import (
    INSTALL,
    UNINSTALL,
    Again,
    GiveUp,
    Job,
    Later,
    Tasks,
    cancel,
    cancel_by_key,
    dead_letters,
    discard,
    enqueue,
    enqueue_many,
    replay,
    stats,
)
from kit.jobs.backoff import delay
from kit.jobs.stats import exposition
from kit.jobs.worker import Limits
from tests.kit.queueing import QUICK, Queue, queue, until

__all__ = ["queue"]
NOTES = "CREATE TABLE note (text text UNIQUE)"
WRITE = text("INSERT INTO note VALUES (:text)")


async def ask(
    queue: Queue, name: str, arguments: dict[str, object] | None = None, **more
) -> int | None:
    async with queue.database.sessions.begin() as session:
        return await enqueue(session, name, arguments, **more)


async def notes(queue: Queue) -> list[str]:
    return [row["text"] for row in await queue.rows("SELECT text FROM note ORDER BY 1")]


async def test_a_job_runs_with_its_arguments_and_leaves_the_queue(queue):
    seen: list[tuple[str, int]] = []
    tasks = Tasks()

    @tasks.task()
    async def greet(job: Job, name: str) -> None:
        seen.append((name, job.attempt))

    async with queue.worker(tasks):
        await ask(queue, "greet", {"name": "Awa"})
        await until(queue.is_empty)
    assert seen == [("Awa", 1)]
    assert queue.outcomes == [("greet", "done")]


async def test_a_job_asked_for_in_a_transaction_that_is_rolled_back_never_exists(queue):
    async with queue.database.sessions() as session:
        await session.begin()
        await enqueue(session, "greet", {"name": "nobody"})
        await session.rollback()
    assert await queue.is_empty()


async def test_enqueue_as_the_first_word_of_a_failed_transaction_leaves_nothing(queue):
    async def fail() -> None:
        async with queue.database.sessions.begin() as session:
            await enqueue_many(session, "greet", [{"name": "a"}, {"name": "b"}])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await queue.is_empty()


async def test_what_a_job_wrote_is_committed_with_its_completion(queue):
    await queue.run(NOTES)
    tasks = Tasks()

    @tasks.task()
    async def write(job: Job, text: str) -> None:
        await job.session.execute(WRITE, {"text": text})

    async with queue.worker(tasks):
        await ask(queue, "write", {"text": "one"})
        await until(queue.is_empty)
    assert await notes(queue) == ["one"]


async def test_a_failed_run_leaves_no_trace_and_is_tried_again(queue, monkeypatch):
    monkeypatch.setattr("kit.jobs.backoff.FIRST_SECONDS", 0.01)
    await queue.run(NOTES)
    tasks = Tasks()

    @tasks.task(tries=3)
    async def write(job: Job) -> None:
        await job.session.execute(WRITE, {"text": f"try {job.attempt}"})
        if job.attempt < 3:
            raise RuntimeError("not yet")

    async with queue.worker(tasks):
        await ask(queue, "write")
        await until(queue.is_empty)
    assert await notes(queue) == ["try 3"]
    assert queue.outcomes == [("write", "error"), ("write", "error"), ("write", "done")]


async def test_a_commit_that_fails_is_a_failed_try(queue, monkeypatch):
    monkeypatch.setattr("kit.jobs.backoff.FIRST_SECONDS", 0.01)
    await queue.run("CREATE TABLE note (text text UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    await queue.run("INSERT INTO note VALUES ('taken')")
    tasks = Tasks()

    @tasks.task(tries=2)
    async def write(job: Job) -> None:
        await job.session.execute(WRITE, {"text": "taken"})

    async with queue.worker(tasks):
        await ask(queue, "write")
        await until(lambda: len(queue.outcomes) == 2)
    assert [row["status"] for row in await queue.rows()] == ["failed"]


async def test_the_last_failed_try_is_held_with_its_reason_until_it_is_replayed(queue):
    works = False
    tasks = Tasks()

    @tasks.task(tries=1)
    async def fragile(job: Job, film: str) -> None:
        if not works:
            raise ValueError("the shop is closed")

    async with queue.worker(tasks):
        await ask(queue, "fragile", {"film": "x"})
        await until(lambda: queue.outcomes)
        await until(lambda: held(queue))
        (letter,) = await held(queue)
        assert letter.reason == "ValueError: the shop is closed"
        assert (letter.name, letter.arguments, letter.attempts) == ("fragile", {"film": "x"}, 1)
        works = True
        async with queue.database.sessions.begin() as session:
            assert list(await replay(session, letter.id)) == [letter.id]
        await until(queue.is_empty)
    assert queue.outcomes == [("fragile", "failed"), ("fragile", "done")]


async def held(queue: Queue):
    async with queue.database.sessions.begin() as session:
        return await dead_letters(session)


async def test_a_dead_letter_can_be_thrown_away(queue):
    tasks = Tasks()

    @tasks.task()
    async def hopeless(job: Job) -> None:
        raise GiveUp("no such film")

    async with queue.worker(tasks):
        await ask(queue, "hopeless")
        await until(lambda: held(queue))
    (letter,) = await held(queue)
    assert (letter.reason, letter.attempts) == ("no such film", 1)
    async with queue.database.sessions.begin() as session:
        assert list(await discard(session, letter.id)) == [letter.id]
    assert await queue.is_empty()


async def test_what_is_done_about_a_failure_is_committed_with_it(queue):
    await queue.run(NOTES)

    async def tell(job: Job, reason: str) -> None:
        await job.session.execute(WRITE, {"text": f"{job.arguments['film']}: {reason}"})

    tasks = Tasks()

    @tasks.task(on_failure=tell)
    async def hopeless(job: Job, film: str) -> None:
        raise GiveUp("gone")

    async with queue.worker(tasks):
        await ask(queue, "hopeless", {"film": "x"})
        await until(lambda: held(queue))
    assert await notes(queue) == ["x: gone"]


async def test_a_failure_whose_handler_fails_is_held_all_the_same(queue):
    async def tell(job: Job, reason: str) -> None:
        await job.session.execute(text("SELECT 1/0"))

    tasks = Tasks()

    @tasks.task(on_failure=tell)
    async def hopeless(job: Job) -> None:
        raise GiveUp("gone")

    async with queue.worker(tasks):
        await ask(queue, "hopeless")
        await until(lambda: held(queue))


async def test_later_keeps_what_was_written_and_uses_up_no_try(queue):
    await queue.run(NOTES)
    tasks = Tasks()
    attempts: list[int] = []

    @tasks.task(tries=1)
    async def poll(job: Job) -> None:
        attempts.append(job.attempt)
        await job.session.execute(WRITE, {"text": f"look {len(attempts)}"})
        if len(attempts) < 4:
            raise Later(0.02)

    async with queue.worker(tasks):
        await ask(queue, "poll")
        await until(queue.is_empty)
    assert attempts == [1, 1, 1, 1]
    assert await notes(queue) == ["look 1", "look 2", "look 3", "look 4"]


async def test_a_job_that_takes_too_long_is_stopped_and_says_so(queue):
    tasks = Tasks()

    @tasks.task(tries=1, timeout_seconds=0.05)
    async def slow(job: Job) -> None:
        await asyncio.Event().wait()

    async with queue.worker(tasks):
        await ask(queue, "slow")
        await until(lambda: held(queue))
    assert (await held(queue))[0].reason == "It took longer than 0.05 s."


async def test_a_key_makes_a_second_job_only_after_the_first_has_ended(queue):
    first = await ask(queue, "sync", key="film 1")
    assert await ask(queue, "sync", key="film 1") is None
    assert await ask(queue, "sync", key="film 2") is not None
    assert await ask(queue, "other", key="film 1") is not None
    tasks = Tasks()

    @tasks.task()
    async def sync(job: Job) -> None: ...

    async with queue.worker(tasks):
        await until(lambda: len(queue.outcomes) == 2)
        await until(lambda: only_others(queue))
        again = await ask(queue, "sync", key="film 1")
    assert again is not None
    assert again != first


async def only_others(queue: Queue) -> bool:
    return {row["entrypoint"] for row in await queue.rows()} == {"other"}


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
