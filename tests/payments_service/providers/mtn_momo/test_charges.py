"""MTN MoMo: tokens, reference ids, the sandbox's numbers, callbacks nobody signs."""

import json
from dataclasses import replace
from uuid import UUID

import pytest

from kit import clock
from kit.db import new_id
from payments_service.providers.provider import (
    Away,
    Lost,
    Provider,
    Refused,
    State,
    Unsigned,
)
from payments_service.rules.ids import as_version_4, made_at
from payments_service.rules.signatures import seal
from tests.fakes.mtn_momo import SEAL, MtnMomo
from tests.fakes.network import Trouble, answer_lost, dropped
from tests.payments_service.providers.cases import a_charge, known, opened


@pytest.mark.parametrize(
    ("number", "state", "reason"),
    [
        ("46733123450", State.declined, "operator_down"),
        ("46733123451", State.cancelled, "cancelled"),
        ("46733123452", State.expired, "expired"),
        ("46733123453", State.pending, ""),
        ("46733123455", State.declined, "wrong_number"),
        ("46733123999", State.approved, ""),
    ],
)
async def test_the_sandbox_s_numbers_tell_what_becomes_of_a_payment_in_euros(
    number: str, state: State, reason: str
) -> None:
    async with MtnMomo(environment="sandbox") as rail:
        provider = opened(rail)
        charge = a_charge(rail, phone=f"+{number}", amount=1550)
        started = await provider.start(charge)
        rail.answer_phone(started.provider_ref)
        seen = await provider.find(known(charge, started))
        await provider.close()
    assert provider.is_test
    assert seen is not None
    assert (seen.state, seen.reason, seen.amount, seen.currency) == (state, reason, 1550, "EUR")


async def test_a_country_s_environment_takes_its_own_money(provider: Provider) -> None:
    (method,) = provider.methods()
    assert (method.name, method.country, method.currencies) == ("mtn", "BJ", frozenset({"XOF"}))
    assert method.needs_phone
    assert not provider.is_test


async def test_another_currency_is_refused(rail: MtnMomo, provider: Provider) -> None:
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail, currency="EUR"))
    assert caught.value.reason == "currency"


async def test_an_attempt_is_known_there_by_an_id_of_version_4(
    rail: MtnMomo, provider: Provider
) -> None:
    charge = a_charge(rail)
    reference = UUID((await provider.start(charge)).provider_ref)
    assert (charge.attempt_id.version, reference.version) == (7, 4)
    assert as_version_4(charge.attempt_id) == reference
    assert len({as_version_4(new_id()) for _ in range(1000)}) == 1000


def test_an_id_tells_when_it_was_made() -> None:
    made = made_at(new_id())
    assert made is not None
    assert abs((clock.now() - made).total_seconds()) < 60
    assert made_at(as_version_4(new_id())) is None


async def test_one_token_serves_many_calls_and_is_fetched_anew_when_it_ended(
    rail: MtnMomo, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    await provider.find(known(charge, started))
    assert rail.count("/collection/token/") == 1
    rail.forget_tokens()
    assert await provider.find(known(charge, started)) is not None
    assert rail.count("/collection/token/") == 2


@pytest.mark.parametrize(
    "trouble",
    [
        dropped("/token/"),
        answer_lost("/token/"),
        Trouble("/token/", 500),
        Trouble("/token/", 200, "<html>"),
        Trouble("/token/", 200, {"token": "?"}),
    ],
)
async def test_without_a_token_nothing_was_asked_for(
    rail: MtnMomo, provider: Provider, trouble: Trouble
) -> None:
    rail.troubles = [trouble]
    with pytest.raises(Away):
        await provider.start(a_charge(rail))
    assert rail.charges == {}
    assert (await provider.start(a_charge(rail))).provider_ref in rail.charges


@pytest.mark.parametrize("name", ["momo_collection_key", "momo_collection_subscription_key"])
async def test_wrong_keys_are_a_matter_for_staff_and_say_nothing_of_money(
    rail: MtnMomo, name: str
) -> None:
    provider = opened(rail, **{name: "another"})
    charge = a_charge(rail)
    with pytest.raises(Refused) as caught:
        await provider.start(charge)
    assert caught.value.reason == "not_configured"
    with pytest.raises(Lost):
        await provider.find(known(charge))
    assert await provider.available() == frozenset()
    await provider.close()


@pytest.mark.parametrize(
    ("word", "state", "reason"),
    [
        ("NOT_ENOUGH_FUNDS", State.declined, "insufficient_funds"),
        ("APPROVAL_REJECTED", State.cancelled, "cancelled"),
        ("EXPIRED", State.expired, "expired"),
        ("PAYER_NOT_FOUND", State.declined, "wrong_number"),
        ("PAYER_LIMIT_REACHED", State.declined, "limit_reached"),
        ("COULD_NOT_PERFORM_TRANSACTION", State.expired, "expired"),
        ("INTERNAL_PROCESSING_ERROR", State.declined, "operator_down"),
        ("SERVICE_UNAVAILABLE", State.declined, "operator_down"),
        ("SOMETHING_NEW", State.declined, "refused"),
    ],
)
async def test_its_reasons_are_told_in_words_of_ours(
    rail: MtnMomo, provider: Provider, word: str, state: State, reason: str
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.charges[started.provider_ref].more["reason"] = word
    rail.decline(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.state, seen.reason) == (state, reason)


async def test_a_callback_is_asked_for_by_https_only(rail: MtnMomo, provider: Provider) -> None:
    for url in ("http://127.0.0.1:5064/webhooks/mtn_momo", "https://pay.example.org/x"):
        await provider.start(a_charge(rail, webhook_url=url))
    asked = [charge.more["callback"] for charge in rail.charges.values()]
    assert asked == [None, "https://pay.example.org/x"]


async def test_a_callback_wakes_about_the_payment_that_it_was_asked_for(
    rail: MtnMomo, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    ((headers, body),) = rail.waiting
    hook = provider.verify(headers, body, clock.now())
    assert (hook.provider_ref, hook.attempt_id) == (started.provider_ref, charge.attempt_id)


def callback(external_id: object) -> bytes:
    return json.dumps({"externalId": external_id, "status": "SUCCESSFUL"}).encode()


# Written out: workers have to name the same tests.
OTHER, THIRD = "01a1ffc9c23d7039b444bbdb115601f7", "01a1ffc9c89f723db2a0a4546099c96b"


@pytest.mark.parametrize(
    "body",
    [
        callback(OTHER),
        callback(f"{OTHER}-"),
        callback(f"{OTHER}-{'0' * 32}"),
        callback(f"{OTHER}-{seal(OTHER, '')}"),
        callback(f"{OTHER}-{seal(OTHER, 'another key')}"),
        callback(f"{THIRD}-{seal(OTHER, SEAL)}"),
        callback(f"nobody-{seal('nobody', SEAL)}"),
        callback(12),
        callback(None),
        b"",
        b"[]",
        b"\xff",
    ],
)
def test_a_callback_that_we_never_sealed_is_refused(body: bytes) -> None:
    provider = opened(MtnMomo())
    with pytest.raises(Unsigned):
        provider.verify({}, body, clock.now())


async def test_a_status_in_a_callback_is_not_believed(rail: MtnMomo, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    body = callback(rail.charges[started.provider_ref].more["external_id"])
    hook = provider.verify({}, body, clock.now())
    seen = await provider.find(replace(known(charge), provider_ref=hook.provider_ref))
    assert seen is not None
    assert seen.state is State.pending
