"""Subscriptions as a pure state machine: what a payment, a person or the clock makes of one.

    trialing ─▶ active ⇄ paused        A trial that nobody pays for ends; a paid period that ends
        │         │ ▲                  goes on for its days of grace, and ends when they are over.
        ▼         ▼ │                  Cancelled goes on until its period ends; a payment, or the
    cancelled  past_due ─▶ expired     owner's word, takes that back.

A stretch is what is paid for without a gap: from `period_start` to `period_end`, worth
`period_amount`. What a pause, another plan or a renewal finds unused is counted in whole days: the
day begun is used. So no order of deeds gives back more than was paid.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from kit.contracts.payments.errors import NotPossibleNow
from kit.contracts.payments.subscriptions import Interval, SubscriptionState
from payments_service.rules.months import DAY, later, next_end, whole_days

State = SubscriptionState
Deed = Callable[["Standing", datetime], "Standing"]
GOING_ON = frozenset({State.trialing, State.active, State.past_due, State.cancelled})
RENEWABLE_DAYS = 15  # before the end of a period: from the first reminder on, not months ahead


@dataclass(frozen=True, slots=True)
class Standing:
    """How a subscription stands; the fields are those of its row."""

    state: SubscriptionState
    interval: Interval
    anchor_at: datetime
    period_start: datetime
    period_end: datetime
    period_amount: int
    grace_days: int
    is_trial: bool = False
    credit_amount: int = 0
    kept_days: int | None = None
    paused_at: datetime | None = None
    paused_until: datetime | None = None
    cancelled_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def grace_end(self) -> datetime:
        return self.period_end + timedelta(days=self.grace_days)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan costs whom: the price of one interval."""

    interval: Interval
    amount: int
    grace_days: int


@dataclass(frozen=True, slots=True)
class Proration:
    """The price of another plan now. `used`: how much of the credit it takes."""

    amount: int
    credit: int
    due: int
    credit_left: int

    @property
    def used(self) -> int:
        return self.amount - self.due


def begun(terms: Terms, at: datetime, credit: int = 0) -> Standing:
    """Return a subscription that somebody has just paid for."""
    return Standing(
        State.active, terms.interval, at, at, later(at, terms.interval), terms.amount,
        terms.grace_days, credit_amount=credit,
    )  # fmt: skip


def tried(terms: Terms, days: int, at: datetime, credit: int = 0) -> Standing:
    end = at + timedelta(days=days)
    return Standing(
        State.trialing, terms.interval, end, at, end, 0, terms.grace_days, is_trial=True,
        credit_amount=credit,
    )  # fmt: skip


def access_until(one: Standing) -> datetime | None:
    """Return until when members' films open, with the days of grace."""
    if one.state in {State.active, State.past_due}:
        return one.grace_end
    return one.period_end if one.state in GOING_ON else None


def unused(one: Standing, at: datetime) -> int:
    """Return what the days that are left were paid with: whole days, in whole minor units."""
    if one.state is State.paused:
        return one.period_amount
    if one.state not in GOING_ON:
        return 0
    days = whole_days(one.period_start, one.period_end)
    left = min(days, whole_days(at, one.period_end))
    return one.period_amount * left // days if days else 0


def may_renew(one: Standing, at: datetime) -> bool:
    """Say whether a further period can be paid for now: not months ahead, that is a mistake."""
    if one.state is State.active:
        return one.period_end - at <= RENEWABLE_DAYS * DAY
    return one.state in GOING_ON or one.state is State.paused


def renewed(one: Standing, terms: Terms, at: datetime) -> Standing:
    """Return it after a payment for one more period, which begins where the last one ends."""
    _check(one, *GOING_ON, State.paused)
    if one.state is State.paused:
        more = whole_days(at, later(at, terms.interval))
        return replace(
            one,
            interval=terms.interval,
            kept_days=(one.kept_days or 0) + more,
            period_amount=one.period_amount + terms.amount,
            grace_days=terms.grace_days,
        )
    restarts = one.is_trial or terms.interval is not one.interval
    anchor = one.period_end if restarts else one.anchor_at
    return replace(
        one,
        state=State.active,
        interval=terms.interval,
        anchor_at=anchor,
        period_start=min(at, one.period_end),
        period_end=next_end(anchor, terms.interval, one.period_end),
        period_amount=unused(one, at) + terms.amount,
        grace_days=terms.grace_days,
        is_trial=False,
        cancelled_at=None,
    )


def prorated(one: Standing, terms: Terms, at: datetime) -> Proration:
    """Return what another plan costs now, less what is left of the present one."""
    return taking(terms.amount, unused(one, at) + one.credit_amount)


def taking(amount: int, credit: int) -> Proration:
    """Return a price of which as much as possible is taken from a credit."""
    due = max(0, amount - credit)
    return Proration(amount, credit, due, credit - (amount - due))


def changed(one: Standing, terms: Terms, at: datetime) -> Standing:
    """Return it on another plan from now on; a trial goes on as it is."""
    _check(one, State.trialing, State.active, State.past_due, State.cancelled)
    if one.is_trial:
        return replace(one, interval=terms.interval, grace_days=terms.grace_days)
    return begun(terms, at, prorated(one, terms, at).credit_left)


def cancelled(one: Standing, at: datetime) -> Standing:
    """Return it ending with what is paid for; what is not paid for ends now."""
    if one.state is State.cancelled:
        return one
    _check(one, State.trialing, State.active, State.past_due, State.paused)
    if one.state is State.past_due:
        return ended(one, at)
    if one.state is State.paused:
        one = resumed(one, at)
    return replace(one, state=State.cancelled, cancelled_at=at)


def kept(one: Standing) -> Standing:
    """Return it as if it had not been cancelled."""
    _check(one, *GOING_ON, State.paused)
    if one.state is not State.cancelled:
        return one
    state = State.trialing if one.is_trial else State.active
    return replace(one, state=state, cancelled_at=None)


def paused(one: Standing, days: int, at: datetime) -> Standing:
    """Return it paused for so many days at most; the whole days that are left are kept."""
    _check(one, State.active)
    left = whole_days(at, one.period_end)
    if left == 0:
        raise NotPossibleNow(state=one.state)
    return replace(
        one,
        state=State.paused,
        period_amount=unused(one, at),
        kept_days=left,
        paused_at=at,
        paused_until=at + timedelta(days=days),
    )


def resumed(one: Standing, at: datetime) -> Standing:
    """Return it going on with the days that were kept; what is not paused stays as it is."""
    _check(one, *GOING_ON, State.paused)
    if one.state is not State.paused:
        return one
    end = at + timedelta(days=one.kept_days or 0)
    return replace(
        one, state=State.active, anchor_at=end, period_start=at, period_end=end, kept_days=None,
        paused_at=None, paused_until=None,
    )  # fmt: skip


def shortened(one: Standing, days: int, amount: int, at: datetime) -> Standing:
    """Return it without days that were paid back; it ends when none are left."""
    if one.state is State.expired:
        return one
    left = max(0, one.period_amount - amount)
    if one.state is State.paused:
        days_left = (one.kept_days or 0) - days
        if days_left <= 0:
            return ended(one, at)
        return replace(one, kept_days=days_left, period_amount=left)
    end = one.period_end - timedelta(days=days)
    if end <= at:
        return ended(one, at)
    start = min(one.period_start, end)
    return replace(one, anchor_at=end, period_start=start, period_end=end, period_amount=left)


def lengthened(one: Standing, span: timedelta, amount: int, at: datetime) -> Standing:
    """Return it with time that had been taken away; one that ended with that goes on from now."""
    if one.state is State.paused:
        kept = (one.kept_days or 0) - (-span // DAY)
        return replace(one, kept_days=kept, period_amount=one.period_amount + amount)
    is_over = one.state is State.expired or one.period_end <= at
    end = (at if is_over else one.period_end) + span
    return replace(
        one,
        state=State.cancelled if one.cancelled_at else State.active,
        anchor_at=end,
        period_start=at if is_over else one.period_start,
        period_end=end,
        period_amount=amount if is_over else one.period_amount + amount,
        is_trial=False,
        ended_at=None,
    )


def ended(one: Standing, at: datetime) -> Standing:
    if one.state is State.expired:
        return one
    return replace(
        one, state=State.expired, ended_at=at, kept_days=None, paused_at=None, paused_until=None
    )


def ticked(one: Standing, at: datetime) -> Standing:
    """Return it as it stands at that moment, however long nobody looked."""
    while (moved := _tick(one, at)) is not one:
        one = moved
    return one


def _tick(one: Standing, at: datetime) -> Standing:
    if one.state is State.paused and one.paused_until and one.paused_until <= at:
        return resumed(one, one.paused_until)
    if one.state in {State.trialing, State.cancelled} and one.period_end <= at:
        return ended(one, one.period_end)
    if one.state is State.active and one.period_end <= at:
        return replace(one, state=State.past_due)
    if one.state is State.past_due and one.grace_end <= at:
        return ended(one, one.grace_end)
    return one


def _check(one: Standing, *states: SubscriptionState) -> None:
    if one.state not in states:
        raise NotPossibleNow(state=one.state)
