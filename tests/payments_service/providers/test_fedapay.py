"""FedaPay's protocol: questions on the phone, references, payouts in two steps, signatures."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from payments_service.providers import fedapay_api
from payments_service.providers.fedapay import FedaPay
from payments_service.providers.provider import Lost, Provider, Refused, State, Unsigned
from tests.fakes.fedapay import KEY
from tests.fakes.fedapay import FedaPay as Simulator
from tests.fakes.network import Trouble, answer_lost, dropped
from tests.fakes.rail import RailCharge
from tests.payments_service.providers.cases import a_charge, a_payout, a_refund, known, opened

# The vector of the facts: what FedaPay's own package makes of this body.
BODY = (
    b'{"name":"transaction.approved","object":"transaction",'
    b'"entity":{"id":1,"amount":5000,"status":"approved"}}'
)
SECRET = "wh_sandbox_test"
SIGNATURE = "97ca6a3dc087caee3da2ad032fb6d6b09085ef4a116c0bffb9f3a38301fdc5d4"
MOMENT = datetime.fromtimestamp(1_700_000_000, UTC)
verifier = FedaPay("http://127.0.0.1:1", KEY, SECRET)


@pytest.fixture
async def rail() -> AsyncIterator[Simulator]:
    async with Simulator() as found:
        yield found


@pytest.fixture
async def provider(rail: Simulator) -> AsyncIterator[Provider]:
    found = opened(rail)
    yield found
    await found.close()


def header(value: str) -> dict[str, str]:
    return {"x-fedapay-signature": value}


@pytest.mark.parametrize(
    "value",
    [
        f"t=1700000000,s={SIGNATURE}",
        f"t=1700000000,s={'0' * 64},s={SIGNATURE}",
        f"t=1700000000,v1={'0' * 64},s={SIGNATURE}",
        f"s={SIGNATURE},t=1700000000",
    ],
)
def test_the_vector_of_its_own_package_is_signed(value: str) -> None:
    hook = verifier.verify(header(value), BODY, MOMENT)
    assert (hook.kind, hook.provider_ref) == ("transaction.approved", "1")


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_signature_holds_for_five_minutes(seconds: int) -> None:
    at = MOMENT + timedelta(seconds=seconds)
    hook = verifier.verify(header(f"t=1700000000,s={SIGNATURE}"), BODY, at)
    assert hook.provider_ref == "1"


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 10**9])
def test_a_signature_of_another_time_is_refused(seconds: int) -> None:
    at = MOMENT + timedelta(seconds=seconds)
    with pytest.raises(Unsigned):
        verifier.verify(header(f"t=1700000000,s={SIGNATURE}"), BODY, at)


@pytest.mark.parametrize(
    "value",
    [
        "",
        SIGNATURE,
        f"s={SIGNATURE}",
        "t=1700000000",
        "t=1700000000,s=",
        f"t=,s={SIGNATURE}",
        f"t=now,s={SIGNATURE}",
        f"t=٠,s={SIGNATURE}",
        f"t=1700000000,v1={SIGNATURE}",
        f"t=1700000000;s={SIGNATURE}",
        f"t=1700000000,t=1700000000,s={SIGNATURE}",
        f"t=1700000001,s={SIGNATURE}",
        f"t=1700000000,s={SIGNATURE.upper()}",
        f"t=1700000000,s={SIGNATURE[:-1]}",
        f"t=1700000000,s={'é' * 64}",
        "t=" + "9" * 5000 + f",s={SIGNATURE}",
        "t=1700000000," + ",".join([f"s={'0' * 64}"] * 8) + f",s={SIGNATURE}",
    ],
)
def test_a_header_that_is_none_of_its_own_is_refused(value: str) -> None:
    with pytest.raises(Unsigned):
        verifier.verify(header(value), BODY, MOMENT)


def signed_wrongly(key: str, message: bytes) -> dict[str, str]:
    return header(f"t=1700000000,s={hmac.new(key.encode(), message, hashlib.sha256).hexdigest()}")


@pytest.mark.parametrize(
    "headers",
    [
        signed_wrongly(SECRET, BODY),
        signed_wrongly(KEY, b"1700000000." + BODY),
        signed_wrongly("", b"1700000000." + BODY),
        signed_wrongly(SECRET, b"1700000000" + BODY),
        signed_wrongly(SECRET, b"1700000000." + json.dumps(json.loads(BODY)).encode()),
        {"X-FEDAPAY-SIGNATURE": f"t=1700000000,s={SIGNATURE}"},
        {},
    ],
    ids=["body alone", "api secret", "empty", "no dot", "parsed body", "raw name", "none"],
)
def test_what_third_parties_sign_wrongly_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unsigned):
        verifier.verify(headers, BODY, MOMENT)


def test_an_empty_secret_verifies_nothing() -> None:
    unsafe = FedaPay("http://127.0.0.1:1", KEY, "")
    with pytest.raises(Unsigned):
        unsafe.verify(signed_wrongly("", b"1700000000." + BODY), BODY, MOMENT)


def hook_of(event: object) -> Any:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return verifier.verify(signed_wrongly(SECRET, b"1700000000." + body), body, MOMENT)


def test_an_event_of_the_events_api_is_read_like_a_webhook() -> None:
    thing = {"id": 7, "merchant_reference": "0190a0b0-0000-7000-8000-000000000007"}
    event = {"id": 99, "type": "transaction.approved", "entity": json.dumps(thing)}
    hook = hook_of(event)
    assert (hook.dedupe_key, hook.provider_ref) == ("99", "7")
    assert str(hook.attempt_id) == thing["merchant_reference"]


def test_an_event_without_an_id_is_known_by_what_it_says() -> None:
    thing = {"id": 7, "updated_at": "2026-11-21T10:00:00.000Z"}
    event = {"name": "transaction.approved", "object": "transaction", "entity": thing}
    again = {"entity": thing, "object": "transaction", "name": "transaction.approved"}
    later = {**event, "entity": {**thing, "updated_at": "2026-11-21T10:00:01.000Z"}}
    assert hook_of(event).dedupe_key == hook_of(again).dedupe_key != hook_of(later).dedupe_key
    assert hook_of(BODY).dedupe_key == hashlib.sha256(BODY).hexdigest()


def test_events_of_other_things_are_about_no_transaction() -> None:
    customer = hook_of({"name": "customer.created", "entity": {"id": 7}})
    payout = hook_of({"name": "payout.sent", "entity": {"id": 7}})
    assert (customer.provider_ref, payout.provider_ref) == ("", "payout:7")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b'{"entity":"{"}', b"[" * 100_000])
def test_a_signed_body_that_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(Unsigned):
        hook_of(body)


async def test_the_payer_is_asked_on_the_phone_with_the_number_the_sandbox_knows(
    rail: Simulator, provider: Provider
) -> None:
    started = await provider.start(a_charge(rail))
    assert started.redirect_url == ""
    assert rail.asked_phones == [("momo_test", {"number": "64000001", "country": "bj"})]


async def test_a_live_key_asks_the_operator_under_the_number_of_ten_digits() -> None:
    async with Simulator(key="sk_live_a-key-that-is-long-enough") as rail:
        provider = opened(rail)
        await provider.start(a_charge(rail, phone="+2290197000000"))
        await provider.close()
    assert not provider.is_test
    assert rail.asked_phones == [("mtn_open", {"number": "+2290197000000", "country": "bj"})]


@pytest.mark.parametrize(("key", "is_test"), [("sk_sandbox_x", True), ("sk_live_x", False)])
async def test_the_key_says_whether_it_is_test_money_and_where(key: str, is_test: bool) -> None:
    found = FedaPay("", key, "")
    assert found.is_test is is_test
    assert found.api.http.base_url.host.startswith("sandbox-") is is_test
    await found.close()


@pytest.mark.parametrize(
    ("country", "method", "phone"),
    [("CI", "orange", "+2250707070707"), ("SN", "wave", ""), ("", "card", ""), ("BJ", "mtn", "")],
)
async def test_whoever_cannot_be_asked_on_the_phone_goes_to_its_page(
    rail: Simulator, provider: Provider, country: str, method: str, phone: str
) -> None:
    charge = a_charge(rail, country=country, method=method, phone=phone)
    started = await provider.start(charge)
    assert started.redirect_url == "https://sandbox-process.fedapay.com/token-1000"
    assert rail.asked_phones == []


async def test_an_account_that_may_not_ask_on_the_phone_uses_the_page(
    rail: Simulator, provider: Provider
) -> None:
    rail.has_phones = False
    assert (await provider.start(a_charge(rail))).redirect_url.startswith("https://")


async def test_a_number_that_cannot_be_asked_is_refused(
    rail: Simulator, provider: Provider
) -> None:
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail, phone="+"))
    assert caught.value.reason == "wrong_number"


@pytest.mark.parametrize(
    ("phone", "state"),
    [
        ("+2290164000001", State.approved),
        ("+2290166000001", State.approved),
        ("+2290197000000", State.declined),
    ],
)
async def test_the_sandbox_s_numbers_pay_and_others_do_not(
    rail: Simulator, provider: Provider, phone: str, state: State
) -> None:
    charge = a_charge(rail, phone=phone)
    started = await provider.start(charge)
    rail.answer_phone(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert seen.state is state


async def test_a_charge_that_was_paid_meanwhile_is_not_asked_for_again(
    rail: Simulator, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    assert (await provider.start(charge)).state is State.approved
    assert len(rail.asked_phones) == 1


@pytest.mark.parametrize("at", ["/token", "/v1/momo_test"])
async def test_a_line_that_breaks_while_the_payer_is_asked_is_gone_on_with(
    rail: Simulator, provider: Provider, at: str
) -> None:
    charge = a_charge(rail)
    rail.troubles = [answer_lost(at)]
    with pytest.raises(Lost):
        await provider.start(charge)
    seen = await provider.find(known(charge))
    started = await provider.start(charge)
    assert seen is not None
    assert (seen.state, seen.provider_ref) == (State.pending, started.provider_ref)
    assert len(rail.charges) == 1


async def test_a_lost_charge_is_found_among_the_newest_where_references_have_no_address(
    rail: Simulator, provider: Provider
) -> None:
    rail.knows_references = False
    charge = a_charge(rail)
    rail.troubles = [answer_lost("POST /v1/transactions")]
    with pytest.raises(Lost):
        await provider.start(charge)
    for ref in map(str, range(2000, 2150)):
        rail.charges[ref] = RailCharge(ref, "somebody else's", 1, "XOF")
    seen = await provider.find(known(charge))
    assert seen is not None
    assert seen.provider_ref == "1000"


async def test_more_charges_than_can_be_looked_through_leave_it_unknown(
    rail: Simulator, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fedapay_api, "PAGES", 1)
    monkeypatch.setattr(fedapay_api, "PAGE", 1)
    await provider.start(a_charge(rail))
    with pytest.raises(Lost):
        await provider.find(known(a_charge(rail)))


async def test_older_pages_are_not_read(
    rail: Simulator, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fedapay_api, "PAGE", 2)
    for _ in range(6):
        await provider.start(a_charge(rail))
    for each in rail.charges.values():
        each.more["created_at"] = "2026-01-01T00:00:00.000Z"
    rail.asked.clear()
    assert await provider.find(known(a_charge(rail))) is None
    assert rail.asked.count("GET /v1/transactions") == 1


async def test_a_currency_that_is_only_numbered_is_looked_up_once(
    rail: Simulator, provider: Provider
) -> None:
    rail.expands = False
    charge = a_charge(rail)
    started = await provider.start(charge)
    for _ in range(2):
        seen = await provider.find(known(charge, started))
        assert seen is not None
        assert seen.currency == "XOF"
    assert rail.asked.count("GET /v1/currencies") == 1


async def test_what_it_keeps_and_what_went_back_are_told(
    rail: Simulator, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.charges[started.provider_ref].fee = 27
    rail.approve(started.provider_ref)
    rail.charges[started.provider_ref].refunded = 500
    part = await provider.find(known(charge, started))
    rail.charges[started.provider_ref].refunded = 1500
    whole = await provider.find(known(charge, started))
    assert part is not None
    assert whole is not None
    assert (part.fee, part.refunded, whole.refunded) == (27, 500, 1500)
    assert part.state is whole.state is State.approved


async def test_a_wrong_key_is_a_matter_for_staff(rail: Simulator) -> None:
    provider = opened(rail, fedapay_secret_key="sk_sandbox_another")
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail))
    assert caught.value.reason == "not_configured"
    assert await provider.available() == frozenset()
    await provider.close()


async def test_what_it_will_not_charge_is_refused(rail: Simulator, provider: Provider) -> None:
    with pytest.raises(Refused):
        await provider.start(a_charge(rail, description=""))
    assert rail.charges == {}


async def test_a_payout_that_was_made_and_never_started_is_started_later(
    rail: Simulator, provider: Provider
) -> None:
    payout = a_payout(rail)
    rail.troubles = [dropped("PUT /v1/payouts/start")]
    with pytest.raises(Lost):
        await provider.pay_out(payout)
    assert rail.starts == []
    assert await provider.find_given(payout, "") is None
    given = await provider.pay_out(payout)
    assert (given.state, rail.starts) == (State.pending, [str(payout.id)])


async def test_a_payout_whose_start_was_lost_is_not_started_again(
    rail: Simulator, provider: Provider
) -> None:
    payout = a_payout(rail)
    rail.troubles = [answer_lost("PUT /v1/payouts/start")]
    with pytest.raises(Lost):
        await provider.pay_out(payout)
    seen = await provider.find_given(payout, "")
    await provider.pay_out(payout)
    assert seen is not None
    assert seen.state is State.pending
    assert rail.count("PUT /v1/payouts/start") == 1


async def test_an_operator_that_it_cannot_pay_out_to_is_refused(
    rail: Simulator, provider: Provider
) -> None:
    with pytest.raises(Refused) as caught:
        await provider.pay_out(a_payout(rail, method="orange", country="CI"))
    assert caught.value.reason == "not_configured"
    assert rail.givings == {}


async def test_a_refund_needs_the_number_it_goes_to(rail: Simulator, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    with pytest.raises(Refused):
        await provider.refund(a_refund(charge, started, phone=""))


async def test_a_start_that_is_refused_is_told(rail: Simulator, provider: Provider) -> None:
    rail.troubles = [Trouble("PUT /v1/payouts/start", 422, {"message": "solde insuffisant"})]
    with pytest.raises(Refused) as caught:
        await provider.pay_out(a_payout(rail))
    assert caught.value.reason == "insufficient_funds"
