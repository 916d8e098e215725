"""Splitting what was earned: nothing is lost, nothing is made up, nobody is forgotten for long."""

import os
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments_service.rules.earnings import Event, House, earned, house_terms, prorated
from payments_service.rules.shares import UNIT, Part, sale_due, split, split_evenly, views_due

EXAMPLES = int(os.environ.get("KARANGOU_SPLITS", "200"))
PEOPLE = [UUID(int=number) for number in range(1, 9)]


@st.composite
def films(draw: st.DrawFn) -> list[Part]:
    """Return the makers of a film, on one set of terms or on terms of their own."""
    count = draw(st.integers(1, len(PEOPLE)))
    cuts = sorted(draw(st.lists(st.integers(0, 1000), min_size=count - 1, max_size=count - 1)))
    shares = [end - begin for begin, end in zip([0, *cuts], [*cuts, 1000], strict=True)]
    terms = st.tuples(st.integers(0, 5_000_000), st.integers(0, 1000))
    same = draw(terms) if draw(st.booleans()) else None
    return [
        Part(person, share, *(same or draw(terms)))
        for person, share in zip(PEOPLE, shares, strict=False)
    ]


@settings(max_examples=EXAMPLES, deadline=None)
@given(films(), st.lists(st.one_of(st.integers(0, 400), st.integers(0, 10**9)), max_size=12))
def test_what_is_split_is_whole_and_what_rounding_owes_stays_small(
    parts: list[Part], amounts: list[int]
) -> None:
    carry: dict[UUID, int] = {}
    due_in_all = given_in_all = 0
    for amount in amounts:
        due = sale_due(parts, amount)
        given_now = split(due, carry)
        total = sum(one.amount for one in given_now.values())
        owed = sum(due.values()) + sum(carry.values())
        assert total == max(0, owed // UNIT), "all whole units, and no other"
        assert total <= amount, "the house never pays more than came in"
        assert all(one.amount >= 0 for one in given_now.values())
        carry = {person: one.carry for person, one in given_now.items()}
        assert all(abs(left) < len(parts) * UNIT for left in carry.values())
        due_in_all += sum(due.values())
        given_in_all += total
    assert due_in_all == given_in_all * UNIT + sum(carry.values()), "to the last billionth"


@settings(max_examples=EXAMPLES, deadline=None)
@given(films(), st.integers(1, 10**9))
def test_a_sale_taken_back_is_the_sale_the_other_way_round(parts: list[Part], amount: int) -> None:
    sold = split(sale_due(parts, amount), {})
    back = split(sale_due(parts, -amount), {})
    assert {one: -part.amount for one, part in sold.items()} == {
        one: part.amount for one, part in back.items()
    }


def test_one_franc_a_day_goes_to_each_in_turn_as_their_shares_say() -> None:
    parts = [Part(PEOPLE[0], 700, UNIT // 1000, 0), Part(PEOPLE[1], 300, UNIT // 1000, 0)]
    carry: dict[UUID, int] = {}
    sums = dict.fromkeys(PEOPLE[:2], 0)
    for _ in range(100):
        for person, part in split(views_due(parts, 1), carry).items():
            sums[person] += part.amount
            carry[person] = part.carry
    assert sums == {PEOPLE[0]: 70, PEOPLE[1]: 30}, "the smaller share is not always rounded away"


def test_views_earn_by_the_terms_of_each() -> None:
    parts = [Part(PEOPLE[0], 500, 1_000_000, 0), Part(PEOPLE[1], 500, 3_000_000, 0)]
    event = Event("views", "views", PEOPLE[7], None, 10, 0, "XOF")  # type: ignore[arg-type]  # no day
    assert {one: part.amount for one, part in earned(event, parts, {}).items()} == {
        PEOPLE[0]: 5,
        PEOPLE[1]: 15,
    }


@settings(max_examples=50, deadline=None)
@given(st.integers(-(10**9), 10**9), st.integers(1, 20))
def test_a_bundles_price_is_split_over_its_films(amount: int, count: int) -> None:
    films = [UUID(int=number + 1) for number in range(count)]
    parts = split_evenly(amount, films)
    assert sum(parts.values()) == amount
    assert max(parts.values()) - min(parts.values()) <= 1


def test_terms_are_read_from_settings() -> None:
    assert house_terms("1", "50") == House(1_000_000, 500)
    assert house_terms("0.25", "33.3") == House(250_000, 333)
    for wrong in (("a", "1"), ("1", "101"), ("-1", "50"), ("1", "x"), ("2000", "1")):
        with pytest.raises(ValueError, match=r"numbers|percent"):
            house_terms(*wrong)


def test_a_part_of_a_part_keeps_its_sign() -> None:
    assert [prorated(10, 1, 3), prorated(-10, 1, 3), prorated(10, -3, 3)] == [3, -3, -10]
