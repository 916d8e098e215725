"""Stripe: disputes, kept cards and refunds, and what its idempotency keys do not do."""

import asyncio
from datetime import timedelta

import pytest

from kit import clock
from payments_service.providers.provider import (
    Lost,
    Refused,
    Renewing,
    State,
)
from payments_service.providers.stripe import Stripe as Provider
from tests.fakes.network import answer_lost
from tests.fakes.stripe import Stripe
from tests.payments_service.providers.cases import a_charge, a_refund, known, lower


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
    hook = provider.verify(lower(headers), body, clock.now())
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
