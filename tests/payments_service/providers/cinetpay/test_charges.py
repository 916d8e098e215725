"""CinetPay: an account by country, numbers of 30 signs, tokens that end."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_service.providers.cinetpay import CinetPay as Provider
from payments_service.providers.cinetpay_line import CinetPayLine
from payments_service.providers.cinetpay_numbers import number_for, uuid_of
from payments_service.providers.provider import (
    Away,
    Refused,
)
from tests.fakes.cinetpay import CinetPay
from tests.fakes.network import answer_lost, dropped
from tests.payments_service.providers.cases import a_charge, known, opened


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
