"""The sandbox: test money that nobody takes for real, and that never is in production."""

import re
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from kit.contracts.payments.orders import AttemptState, Order, OrderState
from kit.contracts.payments.orders_client import OrdersClient
from kit.db import Database
from kit.i18n import Language
from payments_service.app import create_app
from payments_service.providers.registry import open_providers
from payments_service.providers.sandbox import BY_PHONE, SIGNATURE
from tests.conftest import Start
from tests.factories.payments import as_stranger
from tests.factories.selling import PRICE, kiosks, ordered, paying
from tests.kit.queueing import until
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.paying import settled, story, strangers_to_all
from tests.wiring import http

Shop = tuple[FastAPI, OrdersClient]


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> Shop:
    app = await start(create_app(settings(), *strangers_to_all(), sellers=kiosks()))
    return app, as_stranger(app, OrdersClient)


async def at_checkout(shop: Shop) -> tuple[Order, str]:
    """Return an order, and the path of the page on which it is paid."""
    _, buyer = shop
    order = await paying(buyer, await ordered(buyer), "card", "sandbox")
    path = httpx.URL(order.attempts[-1].redirect_url).path
    assert path.startswith("/sandbox/checkout/")
    return order, path


async def chosen(app: FastAPI, path: str, outcome: str) -> httpx.Response:
    async with http(app) as browser:
        page = await browser.get(path)
        (token,) = re.findall(r'name="token" value="(\w+)"', page.text)
        return await browser.post(path, data={"outcome": outcome, "token": token})


async def test_the_page_says_that_it_is_test_money_and_runs_nothing(shop: Shop) -> None:
    app, _ = shop
    _, path = await at_checkout(shop)
    async with http(app) as browser:
        page = await browser.get(path)
        assert (await browser.get("/sandbox/checkout/unknown")).status_code == 404
        wrong = await browser.post(path, data={"outcome": "approve", "token": "0" * 64})
    assert wrong.status_code == 403
    assert "ARGENT D’ESSAI" in page.text
    assert Language("fr").money(PRICE, "XOF") in page.text
    assert "<script" not in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self' https://portal.example.org;" in policy
    assert page.headers["cache-control"] == "no-store"


async def test_a_payer_approves_and_comes_back_to_the_shop(shop: Shop) -> None:
    app, _ = shop
    order, path = await at_checkout(shop)
    answer = await chosen(app, path, "approve")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"https://portal.example.org/orders/{order.id}"
    found = await settled(app, order, "fulfilled")
    assert found.is_test
    assert found.attempts[-1].is_test
    async with http(app) as browser:  # it is over: there is nothing left to choose
        assert "<form" not in (await browser.get(path)).text


async def test_a_payer_declines_and_thinks_again(shop: Shop) -> None:
    app, _ = shop
    order, path = await at_checkout(shop)
    await chosen(app, path, "decline")

    async def declined() -> bool:
        found = (await story(app, order.id)).attempts[-1]
        return (found.state, found.reason) == (AttemptState.declined, "insufficient_funds")

    await until(declined)
    await chosen(app, path, "approve")
    assert (await settled(app, order, "fulfilled")).given == {"times": 1}


@pytest.mark.parametrize("outcome", ["late", "never"])
async def test_what_does_not_come_leaves_the_order_to_be_paid(shop: Shop, outcome: str) -> None:
    app, _ = shop
    order, path = await at_checkout(shop)
    assert (await chosen(app, path, outcome)).status_code == 303
    assert (await story(app, order.id)).order.state is OrderState.pending


@pytest.mark.parametrize(("digits", "state"), [("05", "approved"), ("00", "declined")])
async def test_by_phone_the_last_digits_say_what_comes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, digits: str, state: str
) -> None:
    _, buyer = shop
    monkeypatch.setattr("payments_service.providers.sandbox.SOON", timedelta())
    monkeypatch.setitem(BY_PHONE, "00", ("decline", timedelta()))
    number = f"+22901970000{digits}"
    offered = await buyer.methods(PRICE, "XOF", "BJ", number)
    assert (offered.items[0].method, offered.items[0].is_test) == ("mtn", True)
    order = await ordered(buyer)
    paid = await paying(buyer, order, "mtn", "sandbox", phone=number)
    assert not paid.attempts[-1].redirect_url
    assert (await buyer.look(order.id, order.secret or "")).attempts[-1].state == state


async def test_the_sandbox_s_webhooks_are_signed(shop: Shop) -> None:
    app, _ = shop
    async with http(app) as client:
        for headers in ({}, {SIGNATURE: ""}, {SIGNATURE: "1.ab"}, {SIGNATURE: "x.y"}):
            answer = await client.post("/webhooks/sandbox", headers=headers, content=b"{}")
            assert answer.status_code == 401


async def test_test_money_is_refused_in_production_and_there_by_itself_elsewhere(
    settings: MakeSettings, database: Database
) -> None:
    strong = {"suite_secret": "a secret that is long enough", "environment": "production"}
    with pytest.raises(ValidationError, match="test money"):
        settings(**strong, sandbox=True)
    assert "sandbox" not in open_providers(settings(**strong), database)
    assert "sandbox" in open_providers(settings(), database)
    assert "sandbox" not in open_providers(settings(sandbox=False), database)
