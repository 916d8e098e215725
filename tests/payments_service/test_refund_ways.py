"""Which way money goes back, and what who bought sees of it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from kit.contracts.payments.errors import NotRefundable, OrderNotFound
from kit.contracts.payments.refunds import RefundNew, RefundState
from kit.contracts.payments.refunds_client import RefundsClient
from payments_service.rules import refunds as rules
from tests.cast import ALICE, BOB
from tests.conftest import Start
from tests.factories.payments import as_person, as_stranger
from tests.factories.selling import a_key
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import bought, dana, ended
from tests.payments_service.paying import Shop, a_shop


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start) as found:
        yield found


async def test_who_bought_sees_what_went_back_but_not_who_of_the_staff_did_it(shop: Shop) -> None:
    order = await bought(shop)
    staff, alice = dana(shop), as_person(shop.app, RefundsClient, ALICE)
    refund = await staff.refund(order.id, RefundNew(amount=100), a_key())
    await ended(shop, refund.id)
    (seen,) = (await alice.refunds_of(order.id)).items
    assert (seen.id, seen.state, seen.asked_by) == (refund.id, RefundState.succeeded, "")
    with pytest.raises(OrderNotFound):
        await as_person(shop.app, RefundsClient, BOB).refunds_of(order.id)
    stranger = await bought(shop, None)
    with pytest.raises(OrderNotFound):
        await as_stranger(shop.app, RefundsClient).refunds_of(stranger.id)


@pytest.mark.parametrize(
    ("kind", "provider", "coins", "ways"),
    [
        ("film", "fedapay", 50, ["source", "coins"]),
        ("film", "fedapay", 0, ["source"]),
        ("coins", "fedapay", 50, ["source"]),  # coins are not turned into coins
        ("film", "voucher", 50, ["coins"]),
        ("film", "cash", 50, ["coins"]),
        ("film", "paydunya", 0, []),
    ],
)
def test_money_goes_back_where_it_can_and_coins_where_they_help(
    kind: str, provider: str, coins: int, ways: list[str]
) -> None:
    assert rules.ways(kind, provider, coins) == ways


async def test_who_paid_by_code_takes_coins_and_no_other_way(shop: Shop) -> None:
    order = await bought(shop)
    async with shop.app.state.database.sessions.begin() as session:
        await session.execute(text("UPDATE attempt SET provider = 'voucher'"))
    alice = as_person(shop.app, RefundsClient, ALICE)
    assert (await alice.refund_offer(order.id)).ways == ["coins"]
    with pytest.raises(NotRefundable) as caught:
        await alice.refund(order.id, RefundNew(), a_key())
    assert caught.value.extra["why"] == "way"
    refund = await alice.refund(order.id, RefundNew(way="coins"), a_key())
    assert refund.state == RefundState.succeeded
