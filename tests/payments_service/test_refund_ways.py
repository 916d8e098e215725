"""Which way money goes back, and what who bought sees of it."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from typing_extensions import override

from kit.client import ServiceClient
from kit.contracts.payments.errors import NotRefundable, OrderNotFound
from kit.contracts.payments.orders import OrderKind
from kit.contracts.payments.refunds import RefundNew, RefundState
from kit.contracts.payments.refunds_client import RefundsClient
from payments_service.providers.offline import OFFLINE
from payments_service.providers.registry import rails
from payments_service.rules import refunds as rules
from tests.cast import ALICE, BOB, DANA
from tests.conftest import Start
from tests.factories.payments import as_person, as_stranger
from tests.factories.selling import a_key
from tests.factories.shop import a_sold_film
from tests.fakes.cinetpay import CinetPay
from tests.fakes.fedapay import FedaPay
from tests.fakes.mtn_momo import MtnMomo
from tests.fakes.paydunya import PayDunya
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Rail
from tests.fakes.stripe import Stripe
from tests.fakes.wave import Wave
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import bought, dana, ended
from tests.payments_service.paying import Shop, a_shop
from tests.payments_service.returning import a_till


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
    ("kind", "may_send", "coins", "ways"),
    [
        ("film", True, 50, ["source", "coins"]),
        ("film", True, 0, ["source"]),
        ("coins", True, 50, ["source"]),  # coins are not turned into coins
        ("film", False, 50, ["coins"]),
        ("film", False, 0, []),
    ],
)
def test_money_goes_back_where_it_can_and_coins_where_they_help(
    kind: str, may_send: bool, coins: int, ways: list[str]
) -> None:
    assert rules.ways(kind, coins, may_send=may_send) == ways


PHONE = "+2290197000000"
NO_DISBURSEMENTS = {"momo_disbursement_user": "", "momo_disbursement_key": ""}


@pytest.mark.parametrize(
    ("make", "less", "phone", "may"),
    [
        (MtnMomo, {}, PHONE, True),
        (MtnMomo, NO_DISBURSEMENTS, PHONE, False),  # it only takes money
        (FedaPay, {}, PHONE, True),
        (FedaPay, {}, "", False),  # it pays a number, and none is known
        (CinetPay, {}, PHONE, True),
        (CinetPay, {}, "", False),
        (PayDunya, {}, PHONE, False),
        (Wave, {}, "", True),
        (Stripe, {}, "", True),
        (PayPal, {}, "", True),
    ],
)
async def test_money_is_sent_back_only_by_what_is_set_up_to_send_it(
    settings: MakeSettings, make: Callable[[], Rail], less: dict[str, str], phone: str, may: bool
) -> None:
    async with make() as rail:
        (provider,) = rails(settings(**rail.settings() | less))
        assert provider.may_refund(phone) is may
        await provider.close()
    assert not any(each.may_refund(phone) for each in OFFLINE)


async def test_what_mtn_took_without_keys_to_give_it_back_is_offered_in_coins(
    settings: MakeSettings, siblings: tuple[ServiceClient, ...], catalog_app: FastAPI, start: Start
) -> None:
    async with a_till(TakingOnly(), settings, siblings, start) as till:
        film = await a_sold_film(till.app, catalog_app)
        order = await till.bought(kind=OrderKind.film, subject=str(film.id))
        alice = as_person(till.app, RefundsClient, ALICE)
        staff = as_person(till.app, RefundsClient, DANA, "admin")
        assert (await alice.refund_offer(order.id)).ways == ["coins"]
        for client in (alice, staff):
            for ask in (client.plan_refund, partial(client.refund, key=a_key())):
                with pytest.raises(NotRefundable) as caught:
                    await ask(order.id, RefundNew())
                assert caught.value.extra["why"] == "way"
        assert (await staff.plan_refund(order.id, RefundNew(way="coins"))).takes_back
        assert await till.opens(film), "nothing was asked for"


class TakingOnly(MtnMomo):
    """MTN for who has keys of Collections only."""

    @override
    def settings(self) -> dict[str, Any]:
        return super().settings() | NO_DISBURSEMENTS


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
