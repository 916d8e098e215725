"""How attempts go on: states that only move forward, and when to ask again. Pure."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

import orjson

from kit.contracts.payments.orders import AttemptState

# So long after the start a provider is asked again, while there is something to learn.
STEPS = tuple(
    timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300, 900, 3600, 24 * 3600)
)
DAY = timedelta(days=1)
LAST = timedelta(days=7)  # whatever is open then is taken for expired; a webhook still wakes it
IN_TROUBLE = timedelta(minutes=5)  # a provider that did not answer is asked again this soon
UNHEARD = timedelta(seconds=60)  # what a provider has never heard of by then was never sent

RANK = {
    AttemptState.new: 0,
    AttemptState.sent: 1,
    AttemptState.unknown: 2,
    AttemptState.pending: 3,
    AttemptState.declined: 4,
    AttemptState.cancelled: 4,
    AttemptState.expired: 4,
    AttemptState.approved: 5,
}
OPEN = frozenset({AttemptState.new, AttemptState.sent, AttemptState.unknown, AttemptState.pending})
HIDDEN = "•"


def moved(state: AttemptState, seen: AttemptState) -> AttemptState:
    """Return the state after this was seen: never back, and an approval comes never too late."""
    return seen if RANK[seen] > RANK[state] else state


def next_check(state: AttemptState, created_at: datetime, at: datetime) -> datetime | None:
    """Return when to ask about an attempt again; None when there is nothing left to learn.

    One that failed is asked about for a day: some providers let the payer try again.
    """
    if state == AttemptState.approved:
        return None
    later = [created_at + step for step in STEPS if created_at + step > at]
    if later:
        return later[0]
    return at + DAY if state in OPEN and at < created_at + LAST else None


def next_check_in_trouble(state: AttemptState, created_at: datetime, at: datetime) -> datetime:
    """Return when to ask again a provider that did not answer."""
    planned = next_check(state, created_at, at)
    return min(planned, at + IN_TROUBLE) if planned else at + DAY


def is_given_up(state: AttemptState, created_at: datetime, at: datetime) -> bool:
    """Say whether an attempt has been open for so long that nobody will end it any more."""
    return state in OPEN and at >= created_at + LAST


def is_unheard(state: AttemptState, created_at: datetime, at: datetime) -> bool:
    """Say whether a charge that its provider does not know was never sent, or got lost for good."""
    return state in OPEN and at >= created_at + UNHEARD


def input_hash(parts: Iterable[object]) -> str:
    """Return what tells whether the same is asked again under one key."""
    return hashlib.sha256(orjson.dumps(list(parts), default=str)).hexdigest()


def masked(phone: str) -> str:
    """Return a number of which all but its country and the last two digits are hidden."""
    if len(phone) < 8:
        return HIDDEN * len(phone)
    return phone[:4] + HIDDEN * (len(phone) - 6) + phone[-2:]
