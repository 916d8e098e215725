"""Stripe: a page to pay on, made once, and what is told of it."""

import json

import pytest

from payments_service.providers.provider import (
    Lost,
    Refused,
    State,
)
from payments_service.providers.stripe import Stripe as Provider
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost
from tests.fakes.stripe import Stripe
from tests.payments_service.providers.cases import a_charge, known, opened


async def test_francs_have_no_decimals(rail: Stripe, provider: Provider) -> None:
    started = await provider.start(a_charge(rail, amount=5000, currency="XOF"))
    item = rail.charges[started.provider_ref].more["given"]["line_items"]["0"]
    assert item["price_data"]["unit_amount"] == "5000"
    assert item["price_data"]["currency"] == "xof"
    rail.approve(started.provider_ref)
    seen = await provider.find(known(a_charge(rail), started))
    assert seen is not None
    assert (seen.amount, seen.currency) == (5000, "XOF")


async def test_the_payer_comes_back_and_is_spoken_to(rail: Stripe, provider: Provider) -> None:
    charge = a_charge(rail, locale="en", keeps_card=True)
    started = await provider.start(charge)
    given = rail.charges[started.provider_ref].more["given"]
    assert (given["success_url"], given["cancel_url"]) == (charge.return_url, charge.cancel_url)
    assert (given["locale"], given["customer_email"]) == ("en", "awa@example.org")
    assert given["payment_intent_data"]["setup_future_usage"] == "off_session"
    assert "customer_creation" in given


async def test_one_attempt_is_one_page(rail: Stripe, provider: Provider) -> None:
    charge = a_charge(rail)
    assert await provider.start(charge) == await provider.start(charge)
    assert len(rail.charges) == 1


async def test_a_key_that_was_used_for_something_else_says_nothing_of_the_charge(
    rail: Stripe, provider: Provider
) -> None:
    charge = a_charge(rail)
    await provider.start(charge)
    with pytest.raises(Lost):
        await provider.start(a_charge(rail, attempt_id=charge.attempt_id, amount=1))


async def test_a_key_in_use_says_nothing_of_the_charge(rail: Stripe, provider: Provider) -> None:
    busy = {"error": {"type": "idempotency_error", "code": "idempotency_key_in_use"}}
    rail.troubles = [Fault("POST /v1/checkout/sessions", 409, busy)]
    with pytest.raises(Lost):
        await provider.start(a_charge(rail))


@pytest.mark.parametrize("per_page", [1, 2, 100])
async def test_a_charge_whose_answer_was_lost_is_found_among_the_others(
    rail: Stripe, provider: Provider, per_page: int
) -> None:
    charge = a_charge(rail)
    rail.troubles = [answer_lost("POST /v1/checkout/sessions")]
    with pytest.raises(Lost):
        await provider.start(charge)
    (made,) = rail.charges.values()
    for _ in range(3):
        await provider.start(a_charge(rail))
    rail.approve(made.ref)
    rail.per_page = per_page
    seen = await provider.find(known(charge))
    assert seen is not None
    assert (seen.state, seen.provider_ref, seen.attempt_id) == (
        State.approved,
        made.ref,
        charge.attempt_id,
    )
    await provider.start(charge)
    assert len(rail.charges) == 4


async def test_the_sdk_repeats_nothing_and_tells_nothing_of_this_machine(
    rail: Stripe, provider: Provider
) -> None:
    rail.troubles = [Fault("POST /v1/checkout/sessions", 500, {})]
    with pytest.raises(Lost):
        await provider.start(a_charge(rail))
    assert rail.count("POST /v1/checkout/sessions") == 1
    await provider.start(charge := a_charge(rail))
    head = rail.heads[-1]
    assert head["Idempotency-Key"] == f"pay:{charge.attempt_id}"
    assert "platform" not in json.loads(head["X-Stripe-Client-User-Agent"])
    assert "telemetry_id" not in head["X-Stripe-Client-User-Agent"]
    assert "X-Stripe-Client-Telemetry" not in head


async def test_a_card_that_is_turned_down_leaves_the_page_open(
    rail: Stripe, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.turn_card_down(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert seen.state is State.pending


async def test_why_a_payment_failed_is_told_in_our_words(rail: Stripe, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.turn_card_down(started.provider_ref, "insufficient_funds")
    rail.decline(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.state, seen.reason) == (State.declined, "insufficient_funds")


@pytest.mark.parametrize(("settles_in", "fee"), [("", 73), ("USD", 0)])
async def test_a_fee_is_told_in_the_currency_of_the_payment_or_not_at_all(
    rail: Stripe, provider: Provider, settles_in: str, fee: int
) -> None:
    rail.settles_in = settles_in
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref).fee = 73
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.amount, seen.fee) == (1500, fee)


async def test_what_is_too_little_is_refused_with_a_reason(
    rail: Stripe, provider: Provider
) -> None:
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail, amount=10))
    assert caught.value.reason == "limit_reached"


async def test_a_wrong_key_is_no_answer_about_a_payment(rail: Stripe) -> None:
    provider = opened(rail, stripe_key="sk_test_another-key-that-is-long")
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail))
    assert caught.value.reason == "not_configured"
    await provider.close()


def test_live_keys_are_real_money() -> None:
    kinds = {"sk_live_1": False, "rk_live_1": False, "sk_test_1": True, "rk_test_1": True}
    assert {k: Provider("http://127.0.0.1:1", k, "").is_test for k in kinds} == kinds
