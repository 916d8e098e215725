"""Orders paid through every rail's real protocol, all open at once, with all their bad manners."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import pytest
from fastapi import FastAPI

from kit.contracts.catalog.client import CatalogClient
from kit.contracts.payments.orders import Order, OrderState
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.tokens import TokensClient
from payments_service.app import create_app
from payments_service.providers import fedapay_api
from tests.conftest import Start
from tests.factories.payments import as_stranger
from tests.factories.selling import kiosks, ordered, paying
from tests.fakes.cinetpay import CinetPay
from tests.fakes.fedapay import FedaPay
from tests.fakes.mtn_momo import MtnMomo
from tests.fakes.network import answer_lost
from tests.fakes.paydunya import PayDunya
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Manners, Rail, RailCharge, to_app
from tests.fakes.stripe import Stripe
from tests.fakes.wave import Wave
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.paying import in_books, looked, settled
from tests.wiring import http


@dataclass(frozen=True)
class Case:
    """`creates`: the request that makes a charge. `after_loss`: how one whose answer was lost is
    seen: its webhook wakes us; we have to ask, where the answer had the webhook's proof in it;
    or never, where it had the only way to a page to pay on.
    """

    rail: Callable[[], Rail]
    creates: str
    after_loss: Literal["webhook", "question", "never"] = "webhook"


CASES = (
    Case(FedaPay, "POST /v1/transactions"),
    Case(MtnMomo, "POST /collection/v1_0/requesttopay"),
    Case(Wave, "POST /v1/checkout/sessions"),
    Case(CinetPay, "POST /v1/payment", "question"),
    Case(PayDunya, "/checkout-invoice/create", "never"),
    Case(Stripe, "POST /v1/checkout/sessions"),
    Case(PayPal, "POST /v2/checkout/orders", "never"),
)


@dataclass(frozen=True)
class Paid:
    """An order, and its charge as the rail keeps it."""

    order: Order
    charge: RailCharge


@asynccontextmanager
async def a_shop_of_all(
    settings: MakeSettings, start: Start
) -> AsyncIterator[tuple[FastAPI, list[tuple[Case, Rail]]]]:
    async with AsyncExitStack() as stack:
        rails = [(case, await stack.enter_async_context(case.rail())) for case in CASES]
        changes = {"public_url": "https://pay.example.org"}
        changes |= {name: value for _, rail in rails for name, value in rail.settings().items()}
        away = (CatalogClient(http(FastAPI())), TokensClient(http(FastAPI())))
        made = settings(**changes)
        for _, rail in rails:
            if isinstance(rail, FedaPay):
                rail.knows_references = False
        app = await start(create_app(made, *away, sellers=kiosks()))
        for _, rail in rails:
            if isinstance(rail, PayPal):
                rail.trusted_by(app.state.tools.provider(rail.provider))
        yield app, rails


async def pay(app: FastAPI, rail: Rail) -> Paid:
    buyer = as_stranger(app, OrdersClient)
    made = await ordered(buyer)
    phone = rail.phone
    order = await paying(buyer, made, rail.method, rail.provider, phone=phone, secret=made.secret)
    charge = rail.of_attempt(str(order.attempts[-1].id))
    assert charge is not None, order.attempts[-1]
    return Paid(order, charge)


@pytest.fixture
async def shop(
    settings: MakeSettings, start: Start
) -> AsyncIterator[tuple[FastAPI, list[tuple[Case, Rail]]]]:
    async with a_shop_of_all(settings, start) as found:
        yield found


async def test_each_order_is_paid_once_and_the_books_are_the_rail_s(
    shop: tuple[FastAPI, list[tuple[Case, Rail]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Declined, then approved; paid although the answer was lost; paid late and never told; paid
    another amount: each on every rail, its webhooks twice, in any order, each with a forgery.
    """
    app, rails = shop
    monkeypatch.setattr(fedapay_api, "PAGES", 0)  # only its webhooks know what was lost
    for case, rail in rails:
        rail.manners = Manners(copies=2, is_shuffled=True, is_forged=True)
        second_thoughts = await pay(app, rail)
        paid = [second_thoughts]
        rail.decline(second_thoughts.charge.ref)
        rail.approve(second_thoughts.charge.ref)
        rail.troubles = [answer_lost(case.creates)]
        lost = await pay(app, rail)
        assert lost.order.attempts[-1].state == "unknown"
        if case.after_loss != "never":
            rail.approve(lost.charge.ref)
            paid.append(lost)
        assert set(await rail.deliver(to_app(app, rail.provider))) == {202}

        untold, other = await pay(app, rail), await pay(app, rail)
        rail.approve(untold.charge.ref)
        rail.approve(other.charge.ref, amount=10)
        rail.waiting.clear()
        paid.append(untold)
        for each in (untold, other, *([lost] if case.after_loss == "question" else [])):
            await looked(app, each.order.attempts[-1].id)

        for each in paid:
            found = await settled(app, each.order, OrderState.fulfilled)
            assert found.given == {"times": 1}
        money = second_thoughts.charge.currency
        assert await in_books(app, rail, money) == rail.held(money) > 10
