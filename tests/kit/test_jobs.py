"""What kit.jobs promises to those who write tasks."""

import asyncio

import pytest
from sqlalchemy import text

from kit.jobs import (
    GiveUp,
    Job,
    Later,
    Tasks,
    discard,
    enqueue,
    enqueue_many,
    replay,
)
from tests.kit.queueing import NOTES, WRITE, Queue, ask, held, notes, queue, until

__all__ = ["queue"]


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
