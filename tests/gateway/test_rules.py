"""How far, how long, and what may be done when."""

import pytest

from gateway import rules
from gateway.models import Job, Step
from kit.contracts.gateway import (
    JobFinished,
    JobState,
    JobStillRunning,
    StepNotReached,
    UnknownStep,
)

WEIGHTS = {"transcode": 90, "publish": 10}


@pytest.mark.parametrize(
    ("step", "progress", "whole"),
    [("transcode", 0, 0), ("transcode", 50, 45), ("publish", 0, 90), ("publish", 100, 100)],
)
def test_a_job_is_as_far_as_its_steps_weigh(step, progress, whole):
    assert rules.overall(WEIGHTS, step, progress) == whole


@pytest.mark.parametrize(("waited", "seconds"), [(0, 2), (100, 5), (86400, 30)])
def test_what_takes_long_is_asked_less_often(waited, seconds):
    assert rules.poll_seconds(2, waited) == seconds


@pytest.mark.parametrize(("attempt", "least", "most"), [(1, 1, 3), (3, 4, 12), (50, 150, 450)])
def test_the_wait_between_tries_doubles_up_to_five_minutes(attempt, least, most, monkeypatch):
    monkeypatch.setattr(rules, "FIRST_SECONDS", 2.0)
    assert rules.retry_seconds(attempt, 0) == least
    assert rules.retry_seconds(attempt, 1) == most


@pytest.mark.parametrize("state", [JobState.done, JobState.error, JobState.cancelled])
def test_what_has_ended_cannot_be_cancelled(state):
    with pytest.raises(JobFinished):
        rules.check_cancel(state)


def steps(*states: JobState) -> list[Step]:
    return [
        Step(name=name, position=position, state=state)
        for position, (name, state) in enumerate(zip(WEIGHTS, states, strict=True))
    ]


@pytest.mark.parametrize(
    ("state", "where", "states", "asked", "chosen"),
    [
        ("error", "transcode", ("error", "queued"), None, "transcode"),
        ("error", "publish", ("done", "error"), None, "publish"),
        ("error", "publish", ("done", "error"), "transcode", "transcode"),
        ("done", "publish", ("done", "done"), None, "transcode"),
        ("cancelled", "publish", ("done", "cancelled"), None, "publish"),
    ],
)
def test_a_retry_starts_where_it_failed_or_where_it_is_told(state, where, states, asked, chosen):
    found = rules.step_to_retry(Job(state=state, step=where), steps(*states), asked)
    assert found.name == chosen


@pytest.mark.parametrize(
    ("state", "asked", "refusal"),
    [
        ("processing", None, JobStillRunning),
        ("queued", None, JobStillRunning),
        ("error", "publish", StepNotReached),
        ("error", "dance", UnknownStep),
    ],
)
def test_some_retries_are_refused(state, asked, refusal):
    job = Job(state=state, step="transcode")
    with pytest.raises(refusal):
        rules.step_to_retry(job, steps(JobState.error, JobState.queued), asked)
