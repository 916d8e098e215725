"""When a job may be cancelled or retried, how far it is, how long to wait. Pure."""

from collections.abc import Mapping, Sequence

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


def check_cancel(state: JobState) -> None:
    if state not in UNFINISHED:
        raise JobFinished(state=state)


def step_to_retry(job: Job, steps: Sequence[Step], from_step: str | None) -> Step:
    """Return the step where a retry starts: where it failed, unless another is named."""
    if job.state in UNFINISHED:
        raise JobStillRunning(state=job.state)
    if from_step is None and job.state == JobState.done:
        return steps[0]
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
