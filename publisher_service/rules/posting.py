"""How long a post is tried, how often a lost one is looked for, and what its states come to."""

from collections.abc import Collection
from datetime import datetime, timedelta

from kit.contracts.publisher.social import PublicationState, TargetState

TRIES = 12
FIRST_SECONDS = 5.0
LONGEST_SECONDS = 900.0
# A post whose answer was lost is looked for so often, with these pauses: lists lag behind.
LOOKS = (0.0, 5.0, 20.0)
SOON = 1.0
LONGEST_WAIT = 6 * 3600.0
PATIENCE = timedelta(days=3)

ENDED = frozenset(
    {TargetState.published, TargetState.failed, TargetState.unsure, TargetState.cancelled}
)
RETRYABLE = frozenset({TargetState.failed, TargetState.cancelled})


def retry_seconds(tries: int) -> float:
    return float(min(FIRST_SECONDS * 2 ** max(0, tries - 1), LONGEST_SECONDS))


def is_too_late(publish_at: datetime, begun_at: datetime, at: datetime) -> bool:
    """Say whether nobody would want it to go out any more."""
    return at - max(publish_at, begun_at) > PATIENCE


def state_of(phase: str, *, has_file: bool, percent: int) -> TargetState:
    """Return what a post that is under way is doing."""
    if phase == "done":
        return TargetState.published
    if phase == "preparing" and has_file and percent < 100:
        return TargetState.uploading
    return TargetState.processing


def publication_state(targets: Collection[TargetState], *, is_due: bool) -> PublicationState:
    """Return what the states of all targets come to."""
    states = set(targets)
    if states <= {TargetState.cancelled}:
        return PublicationState.cancelled
    states.discard(TargetState.cancelled)
    if states == {TargetState.queued} and not is_due:
        return PublicationState.planned
    if not states <= ENDED:
        return PublicationState.under_way
    if TargetState.published not in states:
        return PublicationState.failed
    return PublicationState.published if len(states) == 1 else PublicationState.partly
