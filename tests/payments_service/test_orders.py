"""Orders: made once, seen by their owner, cancelled, expired, free ones given at once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from kit.contracts.payments.errors import (
    NeedsAccount,
    NeedsKey,
    NotForSale,
    OrderClosed,
    OrderKeyReused,
    OrderNotFound,
)
from kit.contracts.payments.order_stories import OrderQuery
from kit.contracts.payments.orders import OrderKind, OrderNew, OrderState
from kit.contracts.payments.orders_client import OrdersClient
from kit.errors import Forbidden, Unauthenticated
from tests.cast import ALICE, BOB, CHARLIE, DANA
from tests.conftest import Start
from tests.factories.payments import as_service
from tests.factories.selling import PRICE, a_key, ordered, paying
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.paying import Shop, a_shop, aged, settled, story

SIRA = OrderNew(kind=OrderKind.film, subject="sira")


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start) as found:
        yield found


async def test_one_key_makes_one_order(shop: Shop) -> None:
    alice, key = shop.person(ALICE), a_key()
    first = await alice.make_order(SIRA, key)
    assert (first.amount, first.currency, first.state) == (PRICE, "XOF", OrderState.created)
    assert await alice.make_order(SIRA, key) == first
    with pytest.raises(OrderKeyReused):
        await alice.make_order(OrderNew(kind=OrderKind.film, subject="sira", quantity=2), key)
    # Another payer's key is another key.
    assert (await shop.person(BOB).make_order(SIRA, key)).id != first.id
    assert [each.id for each in (await alice.my_orders()).items] == [first.id]


@pytest.mark.parametrize("key", ["", "short"])
async def test_a_guessable_key_makes_nothing(shop: Shop, key: str) -> None:
    with pytest.raises(NeedsKey):
        await shop.stranger.make_order(SIRA, key)


async def test_what_is_not_sold_is_refused(shop: Shop) -> None:
    with pytest.raises(NotForSale):
        await ordered(shop.stranger, "unknown")
    with pytest.raises(NeedsAccount):
        await ordered(shop.stranger, "members")
    assert (await ordered(shop.person(ALICE), "members")).secret is None


async def test_an_order_is_seen_by_its_owner_the_holder_of_its_secret_and_staff(shop: Shop) -> None:
    mine = await ordered(shop.person(ALICE))
    assert (await shop.person(ALICE).order(mine.id)).id == mine.id
    strangers = [shop.stranger, shop.person(CHARLIE), as_service(shop.app, OrdersClient)]
    for stranger in strangers:
        with pytest.raises(OrderNotFound):
            await stranger.order(mine.id)
    open_one = await ordered(shop.stranger)
    assert open_one.secret
    for client in strangers:
        assert (await client.order(open_one.id, open_one.secret)).id == open_one.id
    for wrong in ("", "x", open_one.secret[:-1], str(open_one.id)):
        with pytest.raises(OrderNotFound):
            await shop.stranger.order(open_one.id, wrong)
    with pytest.raises(OrderNotFound):  # its secret shows no other order
        await shop.stranger.order(mine.id, open_one.secret)
    assert (await shop.person(DANA, "admin").order_story(mine.id)).account_id == ALICE
    with pytest.raises(Forbidden):
        await shop.person(CHARLIE).order_story(mine.id)
    with pytest.raises(Unauthenticated):
        await shop.stranger.orders()


async def test_what_costs_nothing_is_given_without_a_payment(shop: Shop) -> None:
    order = await ordered(shop.person(ALICE), "gratis")
    assert order.state is OrderState.paid
    found = await settled(shop.app, order, "fulfilled")
    assert found.given == {"times": 1}
    assert (await story(shop.app, order.id)).journals == []


async def test_a_cancelled_order_takes_no_new_payment_but_money_that_comes_pays_it(
    shop: Shop,
) -> None:
    alice = shop.person(ALICE)
    order = await paying(alice, await ordered(alice))
    assert (await alice.cancel_order(order.id)).state is OrderState.cancelled
    assert (await alice.cancel_order(order.id)).state is OrderState.cancelled
    with pytest.raises(OrderClosed):
        await paying(alice, order)
    with pytest.raises(OrderNotFound):
        await shop.person(BOB).cancel_order(order.id)
    shop.rail.approve(shop.charge_of(order).ref)
    await shop.rail.deliver(shop.post)
    found = await settled(shop.app, order, "fulfilled")
    assert found.given == {"times": 1}
    with pytest.raises(OrderClosed):
        await alice.cancel_order(order.id)
    assert (await story(shop.app, order.id)).details == {"lapses": 1}


async def test_an_order_expires_unless_somebody_is_paying(shop: Shop) -> None:
    left = await ordered(shop.person(ALICE))
    busy = await paying(shop.person(BOB), await ordered(shop.person(BOB)))
    await aged(shop.app, timedelta(hours=2))
    await settled(shop.app, left, "expired")
    assert (await shop.person(BOB).order(busy.id)).state is OrderState.pending
    await aged(shop.app, timedelta(days=1))
    await settled(shop.app, busy, "expired")


async def test_staff_find_an_order_by_what_they_have_of_it(shop: Shop) -> None:
    dana = shop.person(DANA, "admin")
    order = await paying(
        shop.person(ALICE), await ordered(shop.person(ALICE), email="a@example.org")
    )
    others = [await ordered(shop.person(BOB)) for _ in range(3)]
    ref = shop.charge_of(order).ref
    for words in (str(order.id), "A@example.org", ref, str(order.attempts[0].id), "+2290197000000"):
        found = await dana.orders(OrderQuery(search=words))
        assert [each.id for each in found.items] == [order.id], words
    assert (await dana.orders(OrderQuery(provider="plain"))).items[0].provider == "plain"
    assert not (await dana.orders(OrderQuery(search=str(uuid4())))).items
    page = await dana.orders(limit=3)
    rest = await dana.orders(cursor=page.next_cursor)
    assert [each.id for each in page.items + rest.items] == [
        *(each.id for each in reversed(others)), order.id
    ]  # fmt: skip
