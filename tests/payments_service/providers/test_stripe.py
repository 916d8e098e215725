"""Stripe: cards by Checkout, kept cards, disputes, and what its idempotency keys do not do."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from stripe import WebhookSignature

from kit import clock
from payments_service.providers.provider import (
    Lost,
    Refused,
    Renewing,
    State,
    Unsigned,
)
from payments_service.providers.stripe import Stripe as Provider
from payments_service.rules.signatures import sign
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost
from tests.fakes.stripe import KEY, SECRET, Stripe
from tests.payments_service.providers.cases import a_charge, a_refund, known, opened

VECTOR = (
    b'{"name":"transaction.approved","object":"transaction",'
    b'"entity":{"id":1,"amount":5000,"status":"approved"}}'
)


@pytest.fixture
async def rail() -> AsyncIterator[Stripe]:
    async with Stripe() as found:
        yield found


@pytest.fixture
async def provider(rail: Stripe) -> AsyncIterator[Provider]:
    found = opened(rail)
    assert isinstance(found, Provider)
    yield found
    await found.close()


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


@pytest.mark.parametrize(
    ("status", "is_disputed"),
    [("needs_response", True), ("under_review", True), ("lost", True), ("won", False),
     ("warning_needs_response", False), ("warning_closed", False)],
)  # fmt: skip
async def test_disputed_is_what_the_payer_s_bank_has_taken_back(
    rail: Stripe, provider: Provider, status: str, is_disputed: bool
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    rail.dispute(started.provider_ref, status)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.state, seen.disputed) == (State.approved, is_disputed)


async def test_a_dispute_names_only_stripe_s_payment_and_is_traced(
    rail: Stripe, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    rail.dispute(started.provider_ref)
    headers, body = rail.waiting[-1]
    hook = provider.verify(_lower(headers), body, clock.now())
    assert (hook.kind, hook.attempt_id) == ("charge.dispute.created", None)
    assert (await provider.trace(hook)).attempt_id == charge.attempt_id


async def test_a_kept_card_pays_again(rail: Stripe, provider: Provider) -> None:
    first = a_charge(rail, keeps_card=True)
    started = await provider.start(first)
    rail.approve(started.provider_ref)
    seen = await provider.find(known(first, started))
    assert isinstance(provider, Renewing)
    assert seen is not None
    assert seen.saved == "cus_1/pm_1"
    again = a_charge(rail)
    paid = await provider.charge_again(again, seen.saved)
    after = await provider.find(known(again, paid))
    assert (paid.state, paid.redirect_url) == (State.approved, "")
    assert after is not None
    assert (after.state, after.attempt_id, after.amount) == (
        State.approved,
        again.attempt_id,
        1500,
    )


async def test_a_card_that_was_not_to_be_kept_is_not(rail: Stripe, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert seen.saved == ""


async def test_a_kept_card_that_is_declined_says_why(rail: Stripe, provider: Provider) -> None:
    rail.off_session = "insufficient_funds"
    with pytest.raises(Refused) as caught:
        await provider.charge_again(a_charge(rail), "cus_1/pm_1")
    assert caught.value.reason == "insufficient_funds"
    assert rail.held("EUR") == 0


async def test_a_kept_card_is_charged_once_even_when_stripe_has_forgotten_the_key(
    rail: Stripe, provider: Provider
) -> None:
    made_at = clock.now() - timedelta(hours=21)
    charge = a_charge(rail, created_at=made_at)
    rail.troubles = [answer_lost("POST /v1/payment_intents")]
    with pytest.raises(Lost):
        await provider.charge_again(charge, "cus_1/pm_1")
    rail.forget_keys()
    again = await provider.charge_again(charge, "cus_1/pm_1")
    seen = await provider.find(known(charge))
    assert seen is not None
    assert seen.provider_ref == again.provider_ref
    assert rail.held("EUR") == 1500


async def test_a_refund_goes_back_once_even_when_stripe_has_forgotten_the_key(
    rail: Stripe, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    refund = a_refund(charge, started, amount=500)
    first = await provider.refund(refund)
    rail.forget_keys()
    assert await provider.refund(refund) == first
    assert rail.held("EUR") == 1000


async def test_two_refunds_of_one_payment_are_two(rail: Stripe, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    refunds = [a_refund(charge, started, amount=500) for _ in range(2)]
    given = await asyncio.gather(*(provider.refund(each) for each in refunds))
    assert len({each.provider_ref for each in given}) == 2
    assert rail.held("EUR") == 500


async def test_a_page_that_nobody_paid_is_not_refunded(rail: Stripe, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    with pytest.raises(Refused):
        await provider.refund(a_refund(charge, started))
    assert await provider.find_given(a_refund(charge, started), "re_unknown") is None


async def test_whether_something_was_sent_back_is_never_refused(
    rail: Stripe, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    assert await provider.find_given(a_refund(charge, started), "") is None
    assert await provider.find_given(a_refund(charge, started, currency="XOF"), "") is None


async def test_what_is_on_its_way_counts_as_held(rail: Stripe, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    rail.pending, rail.opening = 900, -2000
    assert await provider.balances() == {"EUR": -500}


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


def test_the_signature_is_that_of_the_facts() -> None:
    wanted = "3e3598eb190bfa0a8ff9894bf681823786bf9e1e801202c5b567cc649af6e864"
    assert sign("1700000000", VECTOR, "whsec_test", joint=b".") == wanted


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_what_stripe_s_own_sdk_signs_is_taken_for_five_minutes(seconds: int) -> None:
    attempt_id = uuid4()
    event = _event({"object": "payment_intent", "metadata": {"attempt_id": str(attempt_id)}})
    at = datetime(2026, 11, 21, 10, tzinfo=UTC)
    header = WebhookSignature.generate_signature_header(event, SECRET, int(at.timestamp()))
    headers = {"stripe-signature": header}
    found = _alone().verify(headers, event.encode(), at + timedelta(seconds=seconds))
    assert (found.dedupe_key, found.attempt_id) == ("evt_1", attempt_id)


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 86_400])
def test_a_signature_of_the_future_is_as_bad_as_one_of_the_past(seconds: int) -> None:
    at = datetime(2026, 11, 21, 10, tzinfo=UTC)
    event = _event({"object": "charge"})
    header = WebhookSignature.generate_signature_header(event, SECRET, int(at.timestamp()))
    with pytest.raises(Unsigned):
        _alone().verify(
            {"stripe-signature": header}, event.encode(), at + timedelta(seconds=seconds)
        )


def test_while_a_secret_is_changed_either_signature_counts() -> None:
    at = clock.now()
    event = _event({"object": "charge", "payment_intent": "pi_7"}).encode()
    moment = str(int(at.timestamp()))
    right = sign(moment, event, SECRET, joint=b".")
    for header in (f"t={moment},v1={'0' * 64},v1={right}", f"t={moment},v1={right},v0=1"):
        assert _alone().verify({"stripe-signature": header}, event, at).provider_ref == "pi_7"


@pytest.mark.parametrize("secret", ["", " "])
def test_an_empty_secret_verifies_nothing(secret: str) -> None:
    at = clock.now()
    event = _event({"object": "charge"}).encode()
    moment = str(int(at.timestamp()))
    header = f"t={moment},v1={sign(moment, event, secret.strip(), joint=b'.')}"
    alone = Provider("http://127.0.0.1:1", KEY, secret.strip())
    with pytest.raises(Unsigned):
        alone.verify({"stripe-signature": header}, event, at)


def _alone() -> Provider:
    return Provider("http://127.0.0.1:1", KEY, SECRET)


def _event(about: dict[str, Any]) -> str:
    return json.dumps({"id": "evt_1", "object": "event", "type": "x.y", "data": {"object": about}})


def _lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
