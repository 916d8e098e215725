"""CinetPay: what was lost, codes in our words, and a token as a webhook's only proof."""

from datetime import timedelta
from typing import Any

import pytest

from kit import clock
from payments_service.providers.cinetpay import CinetPay as Provider
from payments_service.providers.provider import (
    Lost,
    Refused,
    State,
    Unsigned,
    is_proven,
)
from tests.fakes.cinetpay import CinetPay
from tests.fakes.network import answer_lost
from tests.payments_service.providers.cases import a_charge, known


async def test_a_question_on_the_phone_whose_answer_was_lost_is_found_and_not_repeated(
    rail: CinetPay, provider: Provider
) -> None:
    charge = a_charge(rail)
    rail.troubles = [answer_lost("POST /v1/payment")]
    with pytest.raises(Lost):
        await provider.start(charge)
    (made,) = rail.charges.values()
    again = await provider.start(charge)
    rail.approve(made.ref)
    seen = await provider.find(known(charge))
    assert seen is not None
    assert (seen.state, seen.provider_ref, seen.attempt_id) == (
        State.approved,
        made.ref,
        charge.attempt_id,
    )
    assert (again.provider_ref, len(rail.charges)) == (made.ref, 1)


async def test_a_page_whose_address_was_lost_is_given_up(
    rail: CinetPay, provider: Provider
) -> None:
    charge = a_charge(rail, country="CI", method="wave")
    rail.troubles = [answer_lost("POST /v1/payment")]
    with pytest.raises(Lost):
        await provider.start(charge)
    with pytest.raises(Refused):
        await provider.start(charge)


async def test_a_charge_is_found_in_whatever_country_it_was_made(
    rail: CinetPay, provider: Provider
) -> None:
    charge = a_charge(rail, country="CI", method="mtn")
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    nowhere = known(a_charge(rail, attempt_id=charge.attempt_id, country=""))
    seen = await provider.find(nowhere)
    assert seen is not None
    assert seen.state is State.approved


@pytest.mark.parametrize(
    ("code", "status", "state", "reason"),
    [
        (100, "SUCCESS", State.approved, ""),
        (2001, "INITIATED", State.pending, ""),
        (2004, "OTP_ERROR", State.pending, ""),
        (2003, "EXPIRED", State.expired, "expired"),
        (2005, "INSUFFICIENT_BALANCE", State.declined, "insufficient_funds"),
        (2006, "USER_NOT_FOUND", State.declined, "wrong_number"),
        (2010, "FAILED", State.declined, "refused"),
    ],
)
async def test_codes_are_told_in_our_words(
    rail: CinetPay, provider: Provider, code: int, status: str, state: State, reason: str
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.charges[started.provider_ref].more["code"] = (code, status)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.state, seen.reason) == (state, reason)


@pytest.mark.parametrize("code", [-1, 200, 1004, 1200, 9999, "", None])
async def test_a_code_that_is_no_state_says_nothing(
    rail: CinetPay, provider: Provider, code: Any
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.charges[started.provider_ref].more["code"] = (code, "ODD")
    with pytest.raises(Lost):
        await provider.find(known(charge, started))


async def test_an_answer_without_an_amount_is_about_what_was_asked_for(
    rail: CinetPay, provider: Provider
) -> None:
    rail.tells_amounts = False
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.amount, seen.currency) == (1500, "XOF")


async def test_a_webhook_has_to_show_the_token_of_its_payment(
    rail: CinetPay, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    other = await provider.start(a_charge(rail))
    made = rail.charges[started.provider_ref]
    right = provider.verify({}, rail.told(made, started.secrets["notify_token"])[1], clock.now())
    wrong = provider.verify({}, rail.told(made, other.secrets["notify_token"])[1], clock.now())
    assert (right.attempt_id, right.provider_ref) == (charge.attempt_id, "")
    assert is_proven(right, started.secrets)
    assert not is_proven(wrong, started.secrets)
    for secrets in ({}, {"notify_token": ""}, other.secrets):
        assert not is_proven(right, secrets)


@pytest.mark.parametrize("number", ["", "b" * 26, "1" * 26, "é", "order-1"])
async def test_a_webhook_about_nothing_of_ours_is_not_taken(
    provider: Provider, number: str
) -> None:
    body = f'{{"notify_token": "x", "merchant_transaction_id": "{number}"}}'.encode()
    with pytest.raises(Unsigned):
        provider.verify({}, body, clock.now())


async def test_the_same_webhook_wakes_again_when_it_comes_later(
    rail: CinetPay, provider: Provider
) -> None:
    """All webhooks of a payment are the same bytes: declined first, approved in an hour."""
    started = await provider.start(a_charge(rail))
    rail.decline(started.provider_ref)
    rail.approve(started.provider_ref)
    (_, first), (_, second) = rail.waiting
    at = clock.now()
    assert first == second
    keys = [provider.verify({}, first, at + timedelta(minutes=m)).dedupe_key for m in (0, 60)]
    assert len(set(keys)) == 2
