"""What coins are worth: whatever is spent in whatever order, nothing is left and nothing made."""

import os
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.contracts.payments.shop_errors import (
    NotEnoughCoins,
)
from payments_service.models.coins import CoinKind, Pack
from payments_service.rules import coins
from payments_service.rules.coins import Lot
from payments_service.rules.journals import journal
from payments_service.rules.packs import Buyer, priced
from tests.cast import ALICE

AT = datetime(2026, 11, 21, tzinfo=UTC)
MANY = settings(max_examples=int(os.environ.get("COIN_EXAMPLES", "40")), deadline=None)


@st.composite
def lots(draw: st.DrawFn) -> list[Lot]:
    """Return some lots: bought ones with money in one of two currencies, granted ones without."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        remaining = draw(st.integers(1, 10**6))
        lot = Lot(UUID(int=number), draw(st.sampled_from(CoinKind)), remaining)
        if lot.kind is CoinKind.bought:
            lot.value = draw(st.integers(0, 10**12))
            lot.currency = draw(st.sampled_from(["XOF", "EUR"]))
        else:
            days = draw(st.none() | st.integers(1, 99))
            lot.expires_at = AT + timedelta(days=days) if days else None
        found.append(lot)
    return found


@given(lots(), st.lists(st.integers(1, 10**6), max_size=30))
@MANY
def test_all_the_money_owed_for_coins_is_income_once_they_are_gone(
    given_lots: list[Lot], amounts: list[int]
) -> None:
    owed = {
        one: sum(lot.value for lot in given_lots if lot.currency == one) for one in ("XOF", "EUR")
    }
    there = sum(lot.remaining for lot in given_lots)
    taken = []
    for amount in [*amounts, there]:
        mine = coins.in_order(given_lots)
        left = sum(lot.remaining for lot in mine)
        if amount > left:
            with pytest.raises(NotEnoughCoins):
                coins.take(mine, amount)
            assert sum(lot.remaining for lot in mine) == left  # nothing is taken by halves
            amount = left
        if not amount:
            break
        one = coins.take(mine, amount)
        taken += one
        assert sum(each.amount for each in one) == amount
        made = journal("k", coins.SPENT, coins.spent_legs(ALICE, one, "films", "18"))
        assert {account.currency for account, _ in made.legs} <= {"COIN", "XOF", "EUR"}
    assert all(lot.remaining == lot.value == 0 for lot in given_lots)
    assert sum(each.amount for each in taken) == there
    for currency, value in owed.items():
        assert sum(each.value for each in taken if each.currency == currency) == value
        assert all(each.value >= 0 for each in taken)


@given(lots())
@MANY
def test_no_bought_coin_goes_while_a_granted_one_is_left(given_lots: list[Lot]) -> None:
    order = coins.in_order(given_lots)
    for first, second in pairwise(order):
        assert (first.kind, second.kind) != (CoinKind.bought, CoinKind.granted)
        if first.kind == second.kind == CoinKind.granted:
            assert (first.expires_at or coins.NEVER) <= (second.expires_at or coins.NEVER)


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [(20, 19, True), (19, 18, False), (25, 0, True), (25, 20, False), (20, 20, False)],
)
def test_a_wallet_falls_once(before: int, after: int, is_told: bool) -> None:
    assert coins.has_fallen(before, after, 20) is is_told


def a_row(**changes: object) -> Pack:
    values = {
        "coins": 100, "bonus_coins": 5, "first_coins": 20, "season_coins": 7, "code": "AIR",
        "code_coins": 11, "discount_percent": 0,
    }  # fmt: skip
    return Pack(**values | changes)


@pytest.mark.parametrize(
    ("changes", "is_first", "code", "amount", "bonus"),
    [
        ({}, False, "", 1000, 5),
        ({}, True, "", 1000, 25),
        ({}, False, " air", 1000, 16),
        ({"code": ""}, False, "", 1000, 5),
        ({"season_from": AT - timedelta(1)}, False, "", 1000, 12),
        ({"season_from": AT, "season_until": AT}, False, "", 1000, 5),
        ({"season_until": AT + timedelta(1)}, False, "", 1000, 12),
        ({"discount_percent": 33}, False, "", 670, 5),
        ({"discount_percent": 33, "discount_until": AT}, False, "", 1000, 5),
    ],
)
def test_a_pack_costs_and_brings_what_holds_now(
    changes: dict[str, object], is_first: bool, code: str, amount: int, bonus: int
) -> None:
    found = priced(a_row(**changes), 1000, "XOF", Buyer(is_first, code, AT))
    assert (found.amount, found.bonus) == (amount, bonus)
