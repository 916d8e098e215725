"""What has to be true of the books at any time, and how long it may take to be. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from payments_service.models.findings import FindingKind

# Accounts that clear themselves: what comes for one thing goes for the same thing, so soon.
CLEARING = {
    "liability:unmatched:": timedelta(days=3),
    "liability:payouts:": timedelta(days=3),
    "asset:disputed:": timedelta(days=120),
}
HOLD_GRACE = timedelta(minutes=5)  # an expired hold is voided within a minute or so


@dataclass(frozen=True, slots=True)
class Found:
    """Something that should not be. `subject` is what it is about, the same each time."""

    kind: FindingKind
    subject: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """An account's postings from one number to another, beside what is kept of them."""

    account_id: int
    code: str
    start: int
    end: int
    balance_before: int
    count: int
    total: int
    is_running_right: bool
    balance_after: int
    posting_count: int
    posted: int


def is_right(one: Stretch) -> bool:
    """Say whether an account is what its postings make it; what is left unread is not judged."""
    summed = one.balance_before + one.total
    is_whole = one.end < one.posting_count or one.posted == summed
    return (
        one.count == one.end - one.start
        and one.is_running_right
        and (one.count == 0 or one.balance_after == summed)
        and one.posting_count >= one.end
        and is_whole
    )


def wrong_account(one: Stretch) -> Found:
    details = {
        "posted": one.posted,
        "summed": one.balance_before + one.total,
        "postings": one.count,
        "from": one.start,
        "to": one.end,
    }
    return Found(FindingKind.account_balance, one.code, details)


def lasts(code: str) -> timedelta | None:
    """Return how long something may stay on this account; None where it may for good."""
    return next((time for start, time in CLEARING.items() if code.startswith(start)), None)


def is_overdue(code: str, since: datetime, at: datetime) -> bool:
    allowed = lasts(code)
    return allowed is not None and at - since > allowed


def agrees(before: int, after: int, theirs: int) -> bool:
    """Say whether a provider's balance is ours; ours may have moved while it was asked."""
    return min(before, after) <= theirs <= max(before, after)
