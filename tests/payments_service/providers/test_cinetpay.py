"""CinetPay: an account by country, numbers of 30 signs, and a token as a webhook's only proof."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import clock
from payments_service.providers.cinetpay import CinetPay as Provider
from payments_service.providers.cinetpay_line import CinetPayLine
from payments_service.providers.cinetpay_numbers import number_for, uuid_of
from payments_service.providers.provider import (
    Away,
    Lost,
    Refused,
    State,
    Unsigned,
    is_proven,
)
from tests.fakes.cinetpay import CinetPay
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost, dropped
from tests.payments_service.providers.cases import a_charge, a_payout, a_refund, known, opened


@pytest.fixture
async def rail() -> AsyncIterator[CinetPay]:
    async with CinetPay() as found:
        yield found


@pytest.fixture
async def provider(rail: CinetPay) -> AsyncIterator[Provider]:
    found = opened(rail)
    assert isinstance(found, Provider)
    yield found
    await found.close()


@given(st.uuids())
def test_an_id_fits_and_comes_back(ours: UUID) -> None:
    number = number_for(ours)
    assert len(number) <= 30
    assert number.isalnum()
    assert uuid_of(number) == ours


@given(st.text(max_size=30))
def test_what_is_no_number_of_ours_is_none(text: str) -> None:
    found = uuid_of(text)
    assert found is None or number_for(found) == text


async def test_the_payer_is_asked_on_the_phone(rail: CinetPay, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    made = rail.charges[started.provider_ref]
    asked = made.more["given"]
    assert started.redirect_url == ""
    assert (asked["direct_pay"], asked["payment_method"]) == (True, "MTN_BJ")
    assert (made.phone, made.attempt) == (charge.phone, str(charge.attempt_id))
    assert (asked["client_first_name"], asked["client_last_name"]) == ("Awa", "Traoré")


@pytest.mark.parametrize(
    ("country", "method", "code"), [("CI", "wave", "WAVE_CI"), ("CI", "orange", "OM_CI")]
)
async def test_or_on_a_page_of_that_operator(
    rail: CinetPay, provider: Provider, country: str, method: str, code: str
) -> None:
    started = await provider.start(a_charge(rail, country=country, method=method))
    asked = rail.charges[started.provider_ref].more["given"]
    assert started.redirect_url == f"https://secure.cinetpay.net/{started.provider_ref}"
    assert ("direct_pay" in asked, asked["payment_method"]) == (False, code)


async def test_a_question_that_cannot_be_asked_on_the_phone_ends_on_the_page(
    rail: CinetPay, provider: Provider
) -> None:
    rail.redirects = True
    assert (await provider.start(a_charge(rail))).redirect_url.startswith("https://")


async def test_who_gives_neither_name_nor_address_can_pay(
    rail: CinetPay, provider: Provider
) -> None:
    started = await provider.start(a_charge(rail, name="A", email=""))
    asked = rail.charges[started.provider_ref].more["given"]
    assert asked["client_email"] == "client@portal.example.org"
    assert (asked["client_first_name"], asked["client_last_name"]) == ("Client", "Client")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": 99}, "limit_reached"),
        ({"amount": 2_500_001}, "limit_reached"),
        ({"return_url": f"https://x.test/{'a' * 120}"}, "not_configured"),
        ({"currency": "EUR"}, "currency"),
        ({"method": "celtiis"}, "refused"),
        ({"country": "TG", "method": "mixx"}, "not_configured"),
        ({"country": ""}, "refused"),
    ],
)
async def test_what_it_does_not_take_is_refused_with_a_reason(
    rail: CinetPay, provider: Provider, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail, **changes))
    assert (caught.value.reason, rail.charges) == (reason, {})


async def test_methods_are_those_of_the_countries_with_an_account(provider: Provider) -> None:
    assert {each.country for each in provider.methods()} == {"BJ", "CI"}


@pytest.mark.parametrize("text", ["BJ", "BJ=key", "BJ=:word", "bj=key:word", "=secret-key:word"])
def test_accounts_that_cannot_be_read_are_told_without_their_secrets(text: str) -> None:
    with pytest.raises(ValueError, match="PAYMENTS_CINETPAY_ACCOUNTS") as caught:
        CinetPayLine("http://127.0.0.1:1", f"CI=sk_live_1:word {text}")
    assert "secret-key" not in str(caught.value)
    assert "sk_live_1" not in str(caught.value)


def test_live_keys_are_real_money() -> None:
    assert not CinetPayLine("http://127.0.0.1:1", "CI=sk_live_1:word").is_test
    assert CinetPayLine("http://127.0.0.1:1", "CI=sk_test_1:word").is_test


# Its tokens.


async def test_a_token_is_asked_for_once_by_country(rail: CinetPay, provider: Provider) -> None:
    charges = [a_charge(rail) for _ in range(4)]
    charges += [a_charge(rail, country="CI") for _ in range(4)]
    await asyncio.gather(*(provider.start(each) for each in charges))
    assert (rail.logins, len(rail.charges)) == (2, 8)


async def test_a_token_that_has_ended_is_renewed(rail: CinetPay, provider: Provider) -> None:
    await provider.start(a_charge(rail))
    rail.end_tokens()
    await provider.start(a_charge(rail))
    assert (rail.logins, len(rail.charges)) == (2, 2)


async def test_nothing_is_charged_while_there_is_no_token(
    rail: CinetPay, provider: Provider
) -> None:
    for fault in (answer_lost, dropped):
        rail.troubles = [fault("/v1/oauth/login")]
        with pytest.raises(Away):
            await provider.start(a_charge(rail))
    assert rail.charges == {}


async def test_a_wrong_password_is_no_answer_about_a_payment(rail: CinetPay) -> None:
    provider = opened(rail, cinetpay_accounts="BJ=sk_test_bj:another-word")
    charge = a_charge(rail)
    with pytest.raises(Refused) as caught:
        await provider.start(charge)
    assert caught.value.reason == "not_configured"
    with pytest.raises(Away):
        await provider.find(known(charge))
    await provider.close()


async def test_a_country_whose_account_is_turned_away_does_not_close_the_others(
    rail: CinetPay,
) -> None:
    accounts = f"{rail.settings()['cinetpay_accounts']} TG=sk_test_tg:word"
    provider = opened(rail, cinetpay_accounts=accounts)
    offered = await provider.available()
    assert "mtn" in offered
    assert "mixx" not in offered
    await provider.close()


# What was lost.


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


# Webhooks.


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


# Money that goes out.


async def test_a_payout_is_paid_once(rail: CinetPay, provider: Provider) -> None:
    rail.opening = 100_000
    payout = a_payout(rail)
    first = await provider.pay_out(payout)
    second = await provider.pay_out(payout)
    (giving,) = rail.givings.values()
    rail.settle_giving(giving.id)
    seen = await provider.find_given(payout, first.provider_ref)
    assert first == second
    assert seen is not None
    assert (first.state, seen.state, giving.amount) == (State.pending, State.approved, 25_000)
    assert giving.more["given"]["notify_url"] == "https://pay.example.org/webhooks/cinetpay"
    assert (await provider.balances())["XOF"] == rail.held("XOF") == 75_000


@pytest.mark.parametrize("fault", [answer_lost, dropped])
async def test_a_payout_whose_answer_was_lost_is_still_paid_once(
    rail: CinetPay, provider: Provider, fault: Any
) -> None:
    payout = a_payout(rail)
    rail.troubles = [fault("POST /v1/transfer")]
    with pytest.raises(Lost):
        await provider.pay_out(payout)
    if await provider.find_given(payout, "") is None:
        await provider.pay_out(payout)
    assert len(rail.givings) == 1
    assert await provider.find_given(payout, "") == await provider.pay_out(payout)


async def test_a_payout_that_failed_says_why(rail: CinetPay, provider: Provider) -> None:
    payout = a_payout(rail)
    given = await provider.pay_out(payout)
    (giving,) = rail.givings.values()
    rail.settle_giving(giving.id, "declined")
    seen = await provider.find_given(payout, given.provider_ref)
    assert seen is not None
    assert (seen.state, seen.reason) == (State.declined, "wrong_number")


async def test_a_refund_is_a_payout_to_the_payer(rail: CinetPay, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    await provider.refund(a_refund(charge, started, country="", method="", amount=700))
    (giving,) = rail.givings.values()
    rail.settle_giving(giving.id)
    assert (giving.phone, giving.amount, rail.held("XOF")) == (charge.phone, 700, 800)
    with pytest.raises(Refused):
        await provider.refund(a_refund(charge, started, phone=""))


@pytest.mark.parametrize("answer", [{"code": -1}, {"code": 200}, {}, {"status": "PENDING"}])
async def test_a_payout_that_is_not_answered_clearly_is_unknown(
    rail: CinetPay, provider: Provider, answer: dict[str, Any]
) -> None:
    rail.troubles = [Fault("POST /v1/transfer", 200, answer)]
    with pytest.raises(Lost):
        await provider.pay_out(a_payout(rail))


@pytest.mark.parametrize(("fraction", "held"), [("", 1500), (".99", 1500), (".00", 1500)])
async def test_a_balance_is_told_in_whole_francs(
    rail: CinetPay, provider: Provider, fraction: str, held: int
) -> None:
    started = await provider.start(a_charge(rail))
    rail.approve(started.provider_ref)
    rail.fraction = fraction
    assert await provider.balances() == {"XOF": held}


@pytest.mark.parametrize("text", ["", "much", None, "1,5"])
async def test_a_balance_that_cannot_be_read_is_not_guessed(
    rail: CinetPay, provider: Provider, text: Any
) -> None:
    odd = {"code": 200, "available_balance": text, "currency": "XOF"}
    rail.troubles = [Fault("GET /v1/balances", 200, odd)]
    with pytest.raises(Lost):
        await provider.balances()
