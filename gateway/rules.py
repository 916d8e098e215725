"""When a job may be cancelled or retried, how far it is, how long to wait. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.models import Job, Step
from kit.contracts.gateway import (
    JobFinished,
    JobState,
    JobStillRunning,
    StepNotReached,
    UnknownStep,
)

UNFINISHED = frozenset({JobState.queued, JobState.processing})
FIRST_SECONDS = 2.0
LONGEST_SECONDS = 300.0
SLOWEST_POLL_SECONDS = 30.0
SLOWEST_OPENING_SECONDS = 900.0
PICTURE_WIDTH = 1200
MOST_MAKERS = 49  # publisher_service takes fifty topics, and one may be the series


@dataclass(frozen=True)
class Told:
    """An announcement: whose followers hear it, and what."""

    topics: tuple[str, ...]
    kind: str
    values: dict[str, str]


def check_cancel(state: JobState) -> None:
    if state not in UNFINISHED:
        raise JobFinished(state=state)


def step_to_retry(job: Job, steps: Sequence[Step], from_step: str | None) -> Step:
    """Return the step where a retry starts: where it failed, unless another is named.

    A job that is done starts over, or with the optional step that it went without.
    """
    if job.state in UNFINISHED:
        raise JobStillRunning(state=job.state)
    failed = next((step for step in steps if step.state == JobState.error), None)
    if from_step is None and job.state == JobState.done:
        return failed or steps[0]
    wanted = from_step or job.step
    found = next((step for step in steps if step.name == wanted), None)
    if found is None:
        raise UnknownStep(steps=[step.name for step in steps])
    if any(step.state != JobState.done for step in steps if step.position < found.position):
        raise StepNotReached(reached=job.step)
    return found


def overall(weights: Mapping[str, int], step: str, progress: int) -> int:
    """Return the progress of a whole job whose `step` is at `progress`, each by its weight."""
    names = list(weights)
    before = sum(weights[name] for name in names[: names.index(step)])
    whole = sum(weights.values()) or 1
    return min(100, (before * 100 + weights[step] * progress) // whole)


def retry_seconds(attempt: int, chance: float) -> float:
    """Return how long to wait after the failed `attempt`; `chance` in [0, 1) spreads the herd."""
    return min(FIRST_SECONDS * 2.0 ** min(attempt - 1, 20), LONGEST_SECONDS) * (0.5 + chance)


def poll_seconds(first: float, waited_seconds: float) -> float:
    """Return when to ask again about something that has taken so long already."""
    return max(first, min(waited_seconds / 20, SLOWEST_POLL_SECONDS))


def is_first(published_at: datetime | None, at: datetime) -> bool:
    """Say whether a film was never shown; one that is scheduled was not yet."""
    return published_at is None or published_at > at


def opens_in(status: str, opens_at: datetime | None, at: datetime) -> float | None:
    """Return in how many seconds a film that nobody sees yet opens; None when it does not."""
    if status not in {"scheduled", "published"} or opens_at is None or opens_at <= at:
        return None
    return (opens_at - at).total_seconds()


def opening_seconds(seconds: float) -> float:
    """Return when to look again: at the opening, or sooner, for it may be put forward."""
    return min(seconds + 1, SLOWEST_OPENING_SECONDS)


def told(
    title: str,
    url: str,
    picture: str,
    series: tuple[str, str] | None,
    *,
    makers: Sequence[tuple[str, str]],
    by: Sequence[str],
) -> Told | None:
    """Return what is announced of a film, so that whoever follows several hears it once.

    `series` and each of `makers` are an id and a name. None: there is nobody to follow.
    """
    topics = tuple(f"maker:{maker}" for maker, _ in makers)
    values = {"title": title, "url": url, "picture": picture}
    if series is not None:
        topics = (f"series:{series[0]}", *topics)
        return Told(topics, "series.episode", {**values, "series": series[1]})
    if not topics:
        return None
    names = by or [name for _, name in makers]
    return Told(topics, "film.published", {**values, "by": ", ".join(names)})
