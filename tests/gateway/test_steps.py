"""A pipeline goes from step to step, each exactly once, whatever happens."""

import asyncio

import pytest
from sqlalchemy import text

from gateway.actions.pipelines import Pipelines
from gateway.app import create_app
from kit.contracts.gateway import (
    AlreadyReplayed,
    DeadLetterNotFound,
    EventDiffers,
    JobFinished,
    JobNotFound,
    JobQuery,
    JobState,
    JobStillRunning,
    ReplayNew,
    StepNotReached,
    UnknownStep,
)
from kit.db import new_id
from kit.jobs import GiveUp, Later
from tests.gateway.plays import ACTS, announced, as_service


async def reaches(client, job_id, wanted):
    async with asyncio.timeout(20):
        while True:
            found = await client.job(job_id)
            if wanted(found):
                return found
            await asyncio.sleep(0.01)


async def test_an_event_starts_a_job_that_goes_through_all_its_steps(client, play, ends):
    taken = await client.tell(announced())
    assert (taken.known, taken.is_repeated, len(taken.job_ids)) == (True, False, 1)
    job = await ends(taken.job_ids[0])
    assert [step.name for step in job.steps] == list(ACTS)
    assert {(step.state, step.attempts, step.progress) for step in job.steps} == {("done", 1, 100)}
    assert (job.progress, job.error, job.event_id) == (100, None, taken.id)
    assert job.finished_at >= job.started_at >= job.created_at
    assert all(step.duration_ms is not None for step in job.steps)
    assert play.calls == dict.fromkeys(ACTS, 1)


async def test_a_step_is_told_what_those_before_it_found(client, play, ends):
    (job_id,) = (await client.tell(announced())).job_ids
    await ends(job_id)
    assert play.seen["third"] == {"first": "played", "second": "played"}


async def test_an_event_that_comes_twice_counts_once(client, play, ends):
    event = announced()
    first, second = await client.tell(event), await client.tell(event)
    assert second.is_repeated
    assert second.job_ids == first.job_ids
    await ends(first.job_ids[0])
    assert len((await client.jobs()).items) == 1
    assert play.calls == dict.fromkeys(ACTS, 1)


async def test_events_that_come_at_once_count_once(client):
    event = announced()
    taken = await asyncio.gather(*(client.tell(event) for _ in range(8)))
    assert len({one.job_ids[0] for one in taken}) == 1
    assert [one.is_repeated for one in taken].count(False) == 1


async def test_another_event_for_the_same_thing_joins_the_job_that_runs(client, play, ends):
    gate = asyncio.Event()

    async def wait(context):
        await gate.wait()

    play.acts["first"] = wait
    first = await client.tell(announced())
    second = await client.tell(announced())
    assert second.job_ids == first.job_ids
    gate.set()
    await ends(first.job_ids[0])
    third = await client.tell(announced())
    assert third.job_ids != first.job_ids


async def test_another_event_under_a_known_id_is_refused(client):
    event = announced()
    await client.tell(event)
    with pytest.raises(EventDiffers):
        await client.tell(announced("Other", id=event.id))


async def test_an_unknown_event_is_kept(client, app):
    taken = await client.tell(announced(name="MoonRose"))
    assert (taken.known, taken.job_ids) == (False, [])
    async with app.state.database.reads() as session:
        (kept,) = (await session.execute(text("SELECT name, payload FROM event"))).all()
    assert tuple(kept) == ("MoonRose", {"title": "Sira"})


async def test_a_step_that_fails_is_tried_again_and_says_so_in_the_log(client, play, ends):
    async def fail_once(context):
        if play.calls["second"] == 1:
            raise RuntimeError("the line dropped")

    play.acts["second"] = fail_once
    (job_id,) = (await client.tell(announced())).job_ids
    job = await ends(job_id)
    assert [step.attempts for step in job.steps] == [1, 2, 1]
    assert [step.error for step in job.steps] == [None, None, None]
    assert [(line.step, line.level, line.text) for line in job.logs] == [
        ("second", "warning", "Try 1 of 3 failed: the line dropped")
    ]


async def test_a_step_may_ask_to_be_called_again_and_reports_its_progress(client, play, ends):
    async def come_back(context):
        if play.calls["second"] < 4:
            context.progress = play.calls["second"] * 25
            raise Later(0.02)

    play.acts["second"] = come_back
    (job_id,) = (await client.tell(announced())).job_ids
    job = await ends(job_id)
    assert play.calls["second"] == 4
    assert [step.attempts for step in job.steps] == [1, 1, 1]


async def test_a_waiting_step_holds_no_worker_and_says_until_when(client, play, ends):
    async def come_back(context):
        context.progress = 40
        raise Later(3600)

    play.acts["second"] = come_back
    (job_id,) = (await client.tell(announced())).job_ids
    job = await reaches(client, job_id, lambda job: job.steps[1].waits_until is not None)
    assert (job.state, job.step, job.progress) == ("processing", "second", 46)
    assert (job.steps[1].progress, job.steps[1].state) == (40, "processing")
    play.acts.clear()
    others = [(await client.tell(announced(f"Other {number}"))).job_ids[0] for number in range(3)]
    for other in others:
        await ends(other)


async def test_a_job_that_fails_for_good_is_a_dead_letter_with_its_reason(client, play, ends):
    async def fail(context):
        raise GiveUp("the film is cursed")

    play.acts["second"] = fail
    (job_id,) = (await client.tell(announced())).job_ids
    job = await ends(job_id, JobState.error)
    assert (job.step, job.error) == ("second", "the film is cursed")
    assert [step.state for step in job.steps] == ["done", "error", "queued"]
    (letter,) = (await client.dead_letters()).items
    assert (letter.job_id, letter.step, letter.reason) == (job_id, "second", "the film is cursed")
    assert (letter.pipeline, letter.subject, letter.attempts) == ("play", "play/Sira", 1)

    play.acts.clear()
    await client.replay(letter.id)
    job = await ends(job_id)
    assert play.calls == {"first": 1, "second": 2, "third": 1}
    with pytest.raises(AlreadyReplayed):
        await client.replay(letter.id)
    (letter,) = (await client.dead_letters()).items
    assert letter.replayed_at is not None


async def test_the_last_try_that_fails_is_for_good(client, play, ends):
    async def fail(context):
        raise RuntimeError("again")

    play.acts["first"] = fail
    (job_id,) = (await client.tell(announced())).job_ids
    job = await ends(job_id, JobState.error)
    assert (job.steps[0].attempts, play.calls["first"], job.error) == (3, 3, "again")
    assert [line.level for line in job.logs] == ["warning", "warning", "error"]


async def test_all_dead_letters_of_a_step_are_replayed_at_once(client, play, ends):
    async def fail(context):
        raise GiveUp("closed")

    play.acts["second"] = fail
    ids = [(await client.tell(announced(f"Film {number}"))).job_ids[0] for number in range(3)]
    for job_id in ids:
        await ends(job_id, JobState.error)
    play.acts.clear()
    assert (await client.replay_all(ReplayNew(step="first"))).job_ids == []
    assert sorted((await client.replay_all(ReplayNew(step="second"))).job_ids) == sorted(ids)
    for job_id in ids:
        await ends(job_id)


async def test_a_cancelled_job_stops_in_the_middle_of_a_step(client, play, ends):
    stopped = asyncio.Event()

    async def wait(context):
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    play.acts["first"] = wait
    (job_id,) = (await client.tell(announced())).job_ids
    await play.begun.wait()
    job = await client.cancel(job_id)
    assert job.state == JobState.cancelled
    assert {step.state for step in job.steps} == {"cancelled"}
    async with asyncio.timeout(10):
        await stopped.wait()
    with pytest.raises(JobFinished):
        await client.cancel(job_id)
    play.acts.clear()
    await client.retry(job_id)
    await ends(job_id)


async def test_a_job_can_be_run_again_from_any_step_it_has_reached(client, play, ends):
    (job_id,) = (await client.tell(announced())).job_ids
    await ends(job_id)
    job = await client.retry(job_id, "second")
    assert (job.progress, job.step) == (33, "second")
    job = await ends(job_id)
    assert play.calls == {"first": 1, "second": 2, "third": 2}
    assert play.seen["third"] == {"first": "played", "second": "played", "third": "played"}
    with pytest.raises(UnknownStep):
        await client.retry(job_id, "fourth")


async def test_a_step_that_was_never_reached_cannot_be_retried(client, play, ends):
    async def fail(context):
        raise GiveUp("closed")

    play.acts["first"] = fail
    (job_id,) = (await client.tell(announced())).job_ids
    await ends(job_id, JobState.error)
    with pytest.raises(StepNotReached):
        await client.retry(job_id, "third")


async def test_a_running_job_cannot_be_retried(client, play):
    async def wait(context):
        raise Later(3600)

    play.acts["first"] = wait
    (job_id,) = (await client.tell(announced())).job_ids
    with pytest.raises(JobStillRunning):
        await client.retry(job_id)


async def test_what_does_not_exist_is_not_found(client):
    with pytest.raises(JobNotFound):
        await client.job(new_id())
    with pytest.raises(JobNotFound):
        await client.cancel(new_id())
    with pytest.raises(DeadLetterNotFound):
        await client.replay(new_id())


async def test_jobs_are_filtered_and_paged(client, play, ends):
    ids = [(await client.tell(announced(f"Film {number}"))).job_ids[0] for number in range(5)]
    for job_id in ids:
        await ends(job_id)
    seen, cursor = [], None
    for _ in range(3):
        page = await client.jobs(JobQuery(state=JobState.done), cursor, limit=2)
        seen += [job.id for job in page.items]
        cursor = page.next_cursor
    assert (seen, cursor) == (ids[::-1], None)
    (one,) = (await client.jobs(JobQuery(subject="play/Film 3", pipeline="play"))).items
    assert one.id == ids[3]
    assert (await client.jobs(JobQuery(since=one.created_at, until=one.created_at))).items == []
    assert (await client.jobs(JobQuery(state=JobState.error))).items == []


async def test_a_step_that_takes_too_long_fails_with_words(settings, play, start):
    async def wait(context):
        await asyncio.Event().wait()

    play.acts["first"] = wait
    pipelines = Pipelines(play.pipeline(tries=1, timeout_seconds=0.1))
    app = await start(create_app(settings, pipelines=pipelines))
    client = as_service(app)
    (job_id,) = (await client.tell(announced())).job_ids
    job = await reaches(client, job_id, lambda job: job.state == JobState.error)
    assert job.error == "It took longer than 0.1 s."


async def test_a_step_that_no_longer_exists_ends_its_job_in_words(client, play, app, ends):
    async def come_back(context):
        raise Later(0.3)

    play.acts["first"] = come_back
    (job_id,) = (await client.tell(announced())).job_ids
    await play.begun.wait()
    app.state.pipelines = Pipelines()
    job = await ends(job_id, JobState.error)
    assert job.error == "There is no step first of play any more."
