"""When a provider is asked again about money that was sent. Pure."""

from datetime import datetime, timedelta

from payments_service.models.payouts import GivingState
from payments_service.rules.charges import State

AFTER_SECONDS = (10, 30, 60, 120, 300, 900, 3600, 86_400)
AGAIN_AFTER = timedelta(seconds=60)  # a provider that has never heard of it by then never will
FINAL = frozenset({GivingState.approved, GivingState.declined})
STATES = {
    State.pending: GivingState.pending,
    State.approved: GivingState.approved,
    State.declined: GivingState.declined,
    State.cancelled: GivingState.declined,
    State.expired: GivingState.declined,
}


def next_check(created_at: datetime, at: datetime) -> datetime:
    """Return when to ask next: sooner at first, then once a day, until it is final."""
    for seconds in AFTER_SECONDS:
        if (due := created_at + timedelta(seconds=seconds)) > at:
            return due
    return at + timedelta(days=1)


def may_resend(sent_at: datetime, at: datetime) -> bool:
    """Say whether what a provider has never heard of may be sent again, under the same id."""
    return at - sent_at >= AGAIN_AFTER
