"""Gift cards: bought, sent, spent, and what a refund leaves of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kit.contracts.payments.errors import CodeWorthless, GiftCardNotFound, NotForSale, OrderNotFound
from kit.contracts.payments.orders import OrderKind, OrderMade, OrderState
from kit.contracts.payments.vouchers import VoucherState
from payments_service.queries import orders
from tests.cast import ALICE, BOB, CHARLIE
from tests.conftest import Start
from tests.factories.selling import PRICE, a_key, paying
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.paying import Shop, a_shop
from tests.payments_service.vending import Agency


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start) as found:
        found.rail.answers = "approved"
        yield found


@pytest.fixture
def agency(shop: Shop) -> Agency:
    return Agency(shop.app)


async def bought(agency: Agency, amount: int = 5000, **options: Any) -> OrderMade:
    buyer = agency.buyer(ALICE)
    made = await agency.ordered(buyer, OrderKind.gift_card, str(amount), **options)
    await paying(buyer, made)
    return made


async def test_a_gift_card_is_sent_and_pays_for_what_its_receiver_likes(agency: Agency) -> None:
    order = await bought(
        agency, to_email="kossi@example.org", from_name="Awa", message="Bon anniversaire !"
    )
    found = await agency.buyer(ALICE).order(order.id)
    assert (found.state, found.given["amount"]) == (OrderState.fulfilled, 5000)
    (told,) = await agency.notices()
    card = await agency.holder(ALICE).gift_card(order.id)
    assert (told["email"], told["code"], told["giver"]) == ("kossi@example.org", card.code, "Awa")
    assert card.code not in str(found.given)
    books = {"asset:provider:plain": -5000, "liability:gift_cards": 5000}
    assert await agency.books() == books
    film = await agency.ordered(agency.buyer(BOB))
    assert (await agency.holder(BOB).pay_with_code(film.id, card.code)).state == "fulfilled"
    assert (await agency.holder(BOB).redeem(card.code, a_key())).coins == (5000 - PRICE) // 10
    assert (await agency.holder(ALICE).gift_card(order.id)).state is VoucherState.spent
    assert await agency.books() == {
        "asset:provider:plain": -5000,
        "income:films": PRICE,
        "liability:coins": 5000 - PRICE,
    }


async def test_only_its_buyer_sees_a_card_and_it_can_be_printed(agency: Agency) -> None:
    order = await bought(agency, message="<b>Bravo</b>")
    assert await agency.notices() == []
    for stranger in (agency.holder(CHARLIE), agency.stranger, agency.staff):
        with pytest.raises(OrderNotFound):
            await stranger.gift_card(order.id)
    card = await agency.holder(ALICE).gift_card(order.id)
    sheet = (await agency.holder(ALICE).gift_card_sheet(order.id)).decode()
    assert card.code in sheet
    assert "&lt;b&gt;Bravo" in sheet
    assert sheet.count("<svg") == 1
    film = await agency.ordered(agency.buyer(ALICE))
    with pytest.raises(GiftCardNotFound):
        await agency.holder(ALICE).gift_card(film.id)


@pytest.mark.parametrize(
    ("subject", "options"),
    [
        ("499", {}),
        ("200001", {}),
        ("-5000", {}),
        ("x", {}),
        ("٥٠٠٠", {}),
        ("5000", {"to_email": "no"}),
    ],
)
async def test_what_is_no_gift_card_is_not_sold(
    agency: Agency, subject: str, options: dict[str, Any]
) -> None:
    with pytest.raises(NotForSale):
        await agency.ordered(agency.buyer(ALICE), OrderKind.gift_card, subject, **options)


async def test_a_refund_takes_what_is_left_on_the_card(agency: Agency) -> None:
    order = await bought(agency)
    card = await agency.holder(ALICE).gift_card(order.id)
    film = await agency.ordered(agency.buyer(BOB))
    await agency.holder(BOB).pay_with_code(film.id, card.code)
    seller = agency.tools.seller("gift_card")
    for refunded in (2500, 5000, 5000):
        async with agency.app.state.database.sessions.begin() as session:
            row = await orders.order_for_update(session, order.id)
            await seller.fulfil(session, agency.tools, row)
            await seller.take_back(session, agency.tools, row, refunded)
    with pytest.raises(CodeWorthless):
        await agency.holder(BOB).worth(card.code)
    found = await agency.books()
    assert "liability:gift_cards" not in found
    assert found["expense:refunds"] == 5000 - PRICE
