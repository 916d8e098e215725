"""When the clock has something to do for a subscription: reminders, charges of a kept card.

Both are moments in a row around the end of a period, and a number says how many are behind us:
after an outage one reminder is sent, not all that were missed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kit.contracts.payments.subscriptions import Interval, SubscriptionState
from payments_service.rules.subscriptions import Standing

State = SubscriptionState
RENEWING = frozenset({State.trialing, State.active, State.past_due})
BEFORE = {Interval.month: (3, 1), Interval.year: (14, 3, 1)}
CHARGES = (-1, 0, 1, 2, 5)  # days from the end of the period


def reminders(one: Standing) -> Sequence[datetime]:
    """Return when to say that a payment is due; none comes before it began."""
    if one.state not in RENEWING:
        return ()
    moments = [one.period_end - timedelta(days=days) for days in BEFORE[one.interval]]
    if not one.is_trial:
        moments.append(one.period_end)
        if one.grace_days > 1:
            moments.append(one.grace_end - timedelta(days=1))
    return [moment for moment in moments if moment > one.period_start]


def charges(one: Standing) -> Sequence[datetime]:
    """Return when to try a kept card, as long as there is grace."""
    if one.state not in RENEWING or one.is_trial:
        return ()
    moments = [one.period_end + timedelta(days=days) for days in CHARGES]
    return [moment for moment in moments if one.period_start < moment < one.grace_end]


def behind(moments: Sequence[datetime], at: datetime) -> int:
    return sum(moment <= at for moment in moments)


def next_moment(
    one: Standing, reminder_number: int, charge_count: int | None, at: datetime
) -> datetime | None:
    """Return when to look again; `charge_count` is None where there is no card to charge."""
    if one.state is State.expired:
        return None
    if one.state is State.paused:
        return one.paused_until
    moments = [one.period_end, *reminders(one)[reminder_number:]]
    if one.state is State.past_due:
        moments.append(one.grace_end)
    if charge_count is not None:
        moments += charges(one)[charge_count:]
    return min((moment for moment in moments if moment > at), default=one.grace_end)
