"""One step of a post, and what has to be written about it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kit import clock
from kit.contracts.publisher.social import NetworkName, TargetState
from publisher_service.actions.social.press import Press
from publisher_service.providers.network import (
    Away,
    Lost,
    Phase,
    Refused,
    Slow,
    SocialNetwork,
    Step,
    Unknowable,
    Work,
)
from publisher_service.rules import posting as rules

UNSURE = (
    "The network did not say whether it took this post, and cannot be asked. Look there, then say "
    "what you saw."
)


@dataclass(frozen=True)
class Held:
    """A target as one run sees it. `account_version`: of the credentials in `work`."""

    id: UUID
    version: int
    network: NetworkName
    phase: Phase
    work: Work
    account_id: UUID
    account_version: int
    is_in_doubt: bool
    looks: int
    tries: int


@dataclass(frozen=True)
class Outcome:
    """What has to be written, and when to go on: after so many seconds, or never (None)."""

    changes: dict[str, Any]
    wait_seconds: float | None = 0


async def step(press: Press, held: Held, *, is_sure: bool) -> Outcome:
    """Take one step. Raise Expired."""
    network = press.networks[held.network]
    if held.phase is not Phase.creating:
        prepare = network.prepare if held.phase is Phase.preparing else network.confirm
        return await _tried(held, prepare)
    if not is_sure:
        return await _looked(held, network)
    try:
        return await _tried(held, network.create)
    except Lost as lost:
        return Outcome({"error": str(lost)}, rules.SOON)


async def _tried(held: Held, deed: Callable[[Work], Awaitable[Step]]) -> Outcome:
    """Do it; raise Expired, and Lost where that matters."""
    try:
        return _went(held, await deed(held.work))
    except Slow as slow:
        wait = min(slow.seconds, rules.LONGEST_WAIT)
        return Outcome({"is_in_doubt": False, "error": str(slow)}, wait)
    except Away as away:
        return _again(held, str(away))
    except Refused as refused:
        return failed(str(refused))
    except Lost as lost:
        if held.phase is Phase.creating:
            raise
        return _again(held, str(lost))


async def _looked(held: Held, network: SocialNetwork) -> Outcome:
    """Find out whether a post whose answer was lost is there."""
    try:
        found = await network.find(held.work)
    except (Unknowable, Refused):
        return Outcome({"state": TargetState.unsure, "error": UNSURE}, None)
    except Slow as slow:
        return Outcome({"error": str(slow)}, min(slow.seconds, rules.LONGEST_WAIT))
    except (Away, Lost) as trouble:
        return _still_in_doubt(held, str(trouble))
    if found is not None:
        return _went(held, found)
    looks = held.looks + 1
    if looks < len(rules.LOOKS):
        return Outcome({"looks": looks}, rules.LOOKS[looks])
    return _again(held, "The network lost it; it is posted again.")


def _still_in_doubt(held: Held, reason: str) -> Outcome:
    tries = held.tries + 1
    if tries >= rules.TRIES:
        return Outcome({"state": TargetState.unsure, "error": UNSURE}, None)
    return Outcome({"tries": tries, "error": reason[:500]}, rules.retry_seconds(tries))


def _went(held: Held, step: Step) -> Outcome:
    state = rules.state_of(step.phase, has_file=held.work.file is not None, percent=step.percent)
    changes: dict[str, Any] = {
        "phase": step.phase,
        "marks": dict(step.marks),
        "percent": min(100, step.percent),
        "state": state,
        "is_in_doubt": False,
        "error": None,
        "tries": 0,
    }
    if step.phase is not Phase.done:
        return Outcome(changes, step.wait_seconds)
    told = {"remote_id": step.remote_id, "remote_url": step.remote_url}
    return Outcome({**changes, **told, "published_at": clock.now()}, None)


def _again(held: Held, reason: str) -> Outcome:
    """Try later, unless it was tried often enough."""
    tries = held.tries + 1
    if tries >= rules.TRIES:
        return failed(reason)
    changes = {"tries": tries, "is_in_doubt": False, "error": reason[:500]}
    return Outcome(changes, rules.retry_seconds(tries))


def failed(reason: str) -> Outcome:
    changes = {"state": TargetState.failed, "is_in_doubt": False, "error": reason[:500]}
    return Outcome(changes, None)
