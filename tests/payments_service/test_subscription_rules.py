"""Subscriptions as a pure state machine: months, whole days, what no order of deeds gives away."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.contracts.payments.errors import NotPossibleNow
from kit.contracts.payments.subscriptions import Interval, SubscriptionState
from payments_service.rules import reminders
from payments_service.rules.months import DAY, later, next_end, whole_days
from payments_service.rules.subscriptions import (
    Standing,
    Terms,
    access_until,
    begun,
    cancelled,
    changed,
    ended,
    kept,
    may_renew,
    paused,
    prorated,
    renewed,
    resumed,
    shortened,
    ticked,
    tried,
    unused,
)

State = SubscriptionState
START = datetime(2026, 1, 31, 10, 30, tzinfo=UTC)
MONTHLY = Terms(Interval.month, 2000, 3)
YEARLY = Terms(Interval.year, 20_000, 3)
moments = st.datetimes(
    datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001  (UTC is given beside)
)  # fmt: skip
intervals = st.sampled_from(Interval)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def test_months_are_counted_from_one_day_whatever_their_length() -> None:
    ends, end = [], START
    for _ in range(4):
        end = next_end(START, Interval.month, end)
        ends.append((end.month, end.day))
    assert ends == [(2, 28), (3, 31), (4, 30), (5, 31)]
    leap = datetime(2028, 2, 29, tzinfo=UTC)
    assert later(leap, Interval.year) == datetime(2029, 2, 28, tzinfo=UTC)
    assert later(leap, Interval.year, 4) == datetime(2032, 2, 29, tzinfo=UTC)


@given(moments, intervals, st.integers(0, 30))
def test_a_further_period_is_never_shorter_than_a_month_or_a_year(
    anchor: datetime, interval: Interval, count: int
) -> None:
    end = later(anchor, interval, count)
    after = next_end(anchor, interval, end)
    shortest = 28 if interval is Interval.month else 365
    assert shortest * DAY <= after - end <= (shortest + 3) * DAY


def test_what_is_paid_goes_on_through_its_grace_and_ends() -> None:
    one = begun(MONTHLY, START)
    end = one.period_end
    assert (end, access_until(one)) == (datetime(2026, 2, 28, 10, 30, tzinfo=UTC), end + days(3))
    assert ticked(one, end - timedelta(seconds=1)) is one
    late = ticked(one, end)
    assert (late.state, access_until(late)) == (State.past_due, end + days(3))
    over = ticked(one, end + days(3))
    assert (over.state, over.ended_at, access_until(over)) == (State.expired, end + days(3), None)
    assert ticked(one, end + days(400)) == over


def test_a_payment_in_the_days_of_grace_begins_where_the_last_period_ended() -> None:
    one = ticked(begun(MONTHLY, START), START + days(29))
    paid = renewed(one, MONTHLY, START + days(29))
    assert (paid.state, paid.period_end) == (
        State.active,
        datetime(2026, 3, 31, 10, 30, tzinfo=UTC),
    )


def test_a_trial_ends_without_grace_and_a_payment_goes_on_from_its_end() -> None:
    one = tried(MONTHLY, 7, START)
    assert access_until(one) == START + days(7)
    assert ticked(one, START + days(7)).state is State.expired
    paid = renewed(one, MONTHLY, START + days(2))
    assert paid.state is State.active
    assert paid.period_end == later(START + days(7), Interval.month)
    # The days of the trial were paid with nothing: only the month is worth something.
    assert unused(paid, START + days(2)) == 2000


def test_cancelled_goes_on_until_its_end_and_can_be_taken_back() -> None:
    one = cancelled(begun(MONTHLY, START), START + days(1))
    assert access_until(one) == one.period_end
    assert cancelled(one, START + days(2)) is one
    assert kept(one).state is State.active
    assert kept(cancelled(tried(MONTHLY, 7, START), START)).state is State.trialing
    assert renewed(one, MONTHLY, START + days(20)).cancelled_at is None
    assert ticked(one, one.period_end).state is State.expired
    late = ticked(begun(MONTHLY, START), START + days(29))
    assert cancelled(late, START + days(29)).state is State.expired


def test_a_pause_keeps_whole_days_and_ends_by_itself() -> None:
    at = START + days(10) + timedelta(hours=1)
    one = paused(begun(MONTHLY, START), 30, at)
    assert (one.kept_days, access_until(one), one.period_amount) == (17, None, 2000 * 17 // 28)
    back = ticked(one, at + days(31))
    assert (back.state, back.period_end) == (State.active, at + days(47))
    assert resumed(one, at + days(2)).period_end == at + days(19)
    assert cancelled(one, at + days(2)).period_end == at + days(19)
    longer = renewed(one, MONTHLY, at)
    assert longer.state is State.paused
    assert longer.kept_days == 17 + 28


@pytest.mark.parametrize(
    ("one", "deed"),
    [
        (tried(MONTHLY, 7, START), lambda one: paused(one, 7, START)),
        (begun(MONTHLY, START), lambda one: paused(one, 7, one.period_end - timedelta(hours=5))),
        (ended(begun(MONTHLY, START), START), lambda one: cancelled(one, START)),
        (ended(begun(MONTHLY, START), START), lambda one: renewed(one, MONTHLY, START)),
        (ended(begun(MONTHLY, START), START), kept),
        (paused(begun(MONTHLY, START), 7, START), lambda one: changed(one, YEARLY, START)),
    ],
)
def test_what_cannot_be_done_is_refused(
    one: Standing, deed: Callable[[Standing], Standing]
) -> None:
    with pytest.raises(NotPossibleNow) as caught:
        deed(one)
    assert caught.value.extra == {"state": one.state}


def test_another_plan_costs_its_price_less_the_whole_days_that_are_left() -> None:
    one = begun(MONTHLY, START)
    at = START + days(14)
    found = prorated(one, YEARLY, at)
    assert (found.credit, found.due, found.credit_left) == (1000, 19_000, 0)
    year = changed(one, YEARLY, at)
    assert (year.period_start, year.period_end) == (at, later(at, Interval.year))
    back = prorated(year, MONTHLY, at + days(1))
    assert (back.due, back.credit) == (0, 20_000 * 364 // 365)
    assert back.credit_left == back.credit - 2000
    assert changed(year, MONTHLY, at + days(1)).credit_amount == back.credit_left


def test_days_paid_back_are_taken_from_the_end() -> None:
    one = renewed(begun(MONTHLY, START), MONTHLY, START + days(20))
    back = shortened(one, 31, 2000, START + days(21))
    assert (back.state, back.period_end) == (State.active, later(START, Interval.month))
    assert shortened(back, 28, 2000, START + days(21)).state is State.expired
    kept_days = paused(begun(MONTHLY, START), 30, START + days(8))
    assert shortened(kept_days, 28, 2000, START + days(9)).state is State.expired


def test_a_renewal_is_not_taken_months_ahead() -> None:
    one = begun(MONTHLY, START)
    assert not may_renew(one, START)
    assert may_renew(one, one.period_end - days(9))
    assert may_renew(cancelled(one, START), START)


def test_reminders_come_before_the_end_at_it_and_before_grace_is_over() -> None:
    one = begun(MONTHLY, START)
    end = one.period_end
    assert list(reminders.reminders(one)) == [end - days(3), end - days(1), end, end + days(2)]
    assert reminders.next_moment(one, 0, None, START) == end - days(3)
    assert reminders.next_moment(one, 1, None, end - days(3)) == end - days(1)
    assert reminders.next_moment(one, 1, 0, end - days(3)) == end - days(1)
    late = ticked(one, end)
    assert reminders.next_moment(late, 4, None, end + days(2)) == end + days(3)
    assert list(reminders.reminders(tried(MONTHLY, 2, START))) == [START + days(1)]
    assert reminders.reminders(cancelled(one, START)) == ()
    assert reminders.next_moment(ended(one, START), 0, None, START) is None


# A history: each step waits and does one deed; money goes in by payments alone.
steps = st.lists(
    st.tuples(
        st.timedeltas(timedelta(0), timedelta(days=45)),
        st.sampled_from(["renew", "month", "year", "cancel", "keep", "pause", "resume", "back"]),
        st.integers(1, 60),
    ),
    max_size=25,
)


@given(st.integers(1, 10**7), st.integers(1, 10**8), steps)
def test_no_order_of_deeds_gives_back_more_than_was_paid(
    monthly: int, yearly: int, history: Sequence[tuple[timedelta, str, int]]
) -> None:
    """Access in days and money as credit: neither grows but by payments, to the minor unit."""
    prices = {"month": Terms(Interval.month, monthly, 3), "year": Terms(Interval.year, yearly, 3)}
    one, at, put_in = begun(prices["month"], START), START, monthly
    for wait, deed, count in history:
        at += wait
        one = ticked(one, at)
        before = unused(one, at) + one.credit_amount
        try:
            one, paid = _done(one, prices, deed, count, at)
        except NotPossibleNow:
            continue
        put_in += paid
        after = unused(one, at) + one.credit_amount
        assert 0 <= after <= before + paid
        assert after <= put_in
        assert one.credit_amount >= 0


def _done(
    one: Standing, prices: dict[str, Terms], deed: str, count: int, at: datetime
) -> tuple[Standing, int]:
    """Return what a deed makes of it, and the money that is paid for it."""
    if deed in prices:
        due = prorated(one, prices[deed], at).due
        return changed(one, prices[deed], at), due
    if deed == "renew":
        terms = prices[one.interval.value]
        return renewed(one, terms, at), terms.amount
    deeds: dict[str, Callable[[], Standing]] = {
        "cancel": lambda: cancelled(one, at),
        "keep": lambda: kept(one),
        "pause": lambda: paused(one, count, at),
        "resume": lambda: resumed(one, at),
        "back": lambda: shortened(one, count, one.period_amount, at),
    }
    return deeds[deed](), 0


@given(steps)
def test_looking_often_or_seldom_comes_to_the_same(
    history: Sequence[tuple[timedelta, str, int]],
) -> None:
    often = seldom = begun(MONTHLY, START)
    at = START
    for wait, deed, count in history:
        for part in range(4):
            often = ticked(often, at + wait * part / 4)
        at += wait
        often, seldom = ticked(often, at), ticked(seldom, at)
        assert often == seldom
        try:
            often, _ = _done(often, {"month": MONTHLY, "year": YEARLY}, deed, count, at)
        except NotPossibleNow:
            continue
        seldom = often


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=3)), max_size=40))
def test_pausing_again_and_again_wins_no_time(waits: Sequence[timedelta]) -> None:
    one, at, enjoyed = begun(MONTHLY, START), START, timedelta(0)
    for wait in waits:
        if one.state is not State.active or whole_days(at, one.period_end) == 0:
            break
        until = min(at + wait, one.period_end)
        enjoyed += until - at
        at = until
        if ticked(one, at).state is not State.active or whole_days(at, one.period_end) == 0:
            break
        one = resumed(paused(one, 30, at), at := at + days(5))
    assert enjoyed + max(timedelta(0), one.period_end - at) <= days(28)
    assert one.period_amount <= 2000
