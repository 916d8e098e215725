"""PayPal: what is asked for, as text, with a token that ends."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kit import clock
from payments_service.providers.paypal import PayPal as Provider
from payments_service.providers.provider import Away, Lost, Refused
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost, dropped
from tests.fakes.paypal import PayPal
from tests.payments_service.providers.cases import a_charge, known, opened
from tests.payments_service.providers.paypal.steps import approved, seen_by


async def test_francs_are_refused_before_anything_is_sent(rail: PayPal, provider: Provider) -> None:
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail, currency="XOF"))
    assert (caught.value.reason, rail.asked) == ("currency", [])


@pytest.mark.parametrize(
    ("amount", "text"), [(1500, "15.00"), (1, "0.01"), (762, "7.62"), (123_456_789, "1234567.89")]
)
async def test_amounts_are_written_with_their_decimals(
    rail: PayPal, provider: Provider, amount: int, text: str
) -> None:
    charge, started = await approved(rail, provider, amount=amount)
    unit = rail.charges[started.provider_ref].more["given"]["purchase_units"][0]
    assert unit["amount"] == {"currency_code": "EUR", "value": text}
    assert (await seen_by(provider, charge, started)).amount == amount


@pytest.mark.parametrize("value", ["7.625", "1e3", "", None, "-5.00", "7,62", "NaN", True, []])
async def test_an_amount_that_is_written_otherwise_is_not_guessed(
    rail: PayPal, provider: Provider, value: Any
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    unit = {"custom_id": str(charge.attempt_id), "amount": {"currency_code": "EUR", "value": value}}
    odd = {"id": started.provider_ref, "status": "CREATED", "purchase_units": [unit]}
    rail.troubles = [Fault("GET /v2/checkout/orders", 200, odd)]
    with pytest.raises(Lost):
        await provider.find(known(charge, started))


async def test_the_order_says_whose_it_is_and_where_the_payer_goes(
    rail: PayPal, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    given = rail.charges[started.provider_ref].more["given"]
    unit = given["purchase_units"][0]
    experience = given["payment_source"]["paypal"]["experience_context"]
    assert (unit["custom_id"], unit["invoice_id"]) == (str(charge.attempt_id),) * 2
    assert (experience["return_url"], experience["locale"]) == (charge.return_url, "fr-FR")
    assert started.redirect_url.startswith("https://www.sandbox.paypal.com/")


# Its token.
async def test_a_token_is_asked_for_once(rail: PayPal, provider: Provider) -> None:
    await asyncio.gather(*(provider.start(a_charge(rail)) for _ in range(5)))
    assert (rail.logins, len(rail.charges)) == (1, 5)


async def test_a_token_that_is_turned_away_is_renewed(rail: PayPal, provider: Provider) -> None:
    await provider.start(a_charge(rail))
    rail.tokens.clear()
    charge = a_charge(rail)
    await provider.start(charge)
    assert (rail.logins, len(rail.charges)) == (2, 2)


async def test_a_token_ends(
    rail: PayPal, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await provider.start(a_charge(rail))
    later = clock.now() + timedelta(seconds=32_400 - 59)
    monkeypatch.setattr(clock, "now", lambda: later)
    await provider.start(a_charge(rail))
    assert rail.logins == 2


@pytest.mark.parametrize("fault", [answer_lost, dropped])
async def test_nothing_is_charged_while_there_is_no_token(
    rail: PayPal, provider: Provider, fault: Callable[[str], Fault]
) -> None:
    rail.troubles = [fault("/v1/oauth2/token")]
    with pytest.raises(Away):
        await provider.start(a_charge(rail))
    assert rail.charges == {}


async def test_a_wrong_secret_is_no_answer_about_a_payment(rail: PayPal) -> None:
    provider = opened(rail, paypal_secret="another")
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail))
    assert caught.value.reason == "not_configured"
    await provider.close()
