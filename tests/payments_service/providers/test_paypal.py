"""PayPal: what the payer approved is captured once, amounts are text, whose signature counts."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from kit import clock
from kit.db import new_id
from payments_service.providers.paypal import PayPal as Provider
from payments_service.providers.paypal_certificates import Certificates
from payments_service.providers.paypal_webhook import message
from payments_service.providers.provider import Away, Lost, Refused, Seen, State, Unsigned
from tests.fakes import paypal_seals as seals
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost, dropped
from tests.fakes.paypal import PLACE, PayPal
from tests.fakes.paypal_objects import Elsewhere
from tests.payments_service.providers.cases import a_charge, a_refund, known, opened

FACTS = (
    b'{"name":"transaction.approved","object":"transaction",'
    b'"entity":{"id":1,"amount":5000,"status":"approved"}}'
)
CAPTURE = "/capture"


@pytest.fixture
async def rail() -> AsyncIterator[PayPal]:
    async with PayPal() as found:
        yield found


@pytest.fixture
async def provider(rail: PayPal) -> AsyncIterator[Provider]:
    found = opened(rail)
    assert isinstance(found, Provider)
    await found.certificates.close()
    rail.trusted_by(found)
    yield found
    await found.close()


async def _approved(rail: PayPal, provider: Provider, **changes: Any) -> tuple[Any, Any]:
    charge = a_charge(rail, **changes)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    return charge, started


async def _seen(provider: Provider, charge: Any, started: Any) -> Seen:
    seen = await provider.find(known(charge, started))
    assert seen is not None
    return seen


# What is charged.


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
    charge, started = await _approved(rail, provider, amount=amount)
    unit = rail.charges[started.provider_ref].more["given"]["purchase_units"][0]
    assert unit["amount"] == {"currency_code": "EUR", "value": text}
    assert (await _seen(provider, charge, started)).amount == amount


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


# What the payer approved is captured.


async def test_an_approved_order_is_captured_once_by_all_who_ask(
    rail: PayPal, provider: Provider
) -> None:
    charge, started = await _approved(rail, provider)
    seen = await asyncio.gather(*(_seen(provider, charge, started) for _ in range(5)))
    assert {(each.state, each.amount) for each in seen} == {(State.approved, 1500)}
    assert (rail.captures, rail.held("EUR")) == (1, 1500)


async def test_a_capture_whose_answer_was_lost_is_not_repeated(
    rail: PayPal, provider: Provider
) -> None:
    charge, started = await _approved(rail, provider)
    rail.troubles = [answer_lost(CAPTURE)]
    with pytest.raises(Lost):
        await provider.find(known(charge, started))
    assert (await _seen(provider, charge, started)).state is State.approved
    assert (rail.captures, rail.held("EUR")) == (1, 1500)


async def test_a_capture_that_never_arrived_is_made_later(rail: PayPal, provider: Provider) -> None:
    charge, started = await _approved(rail, provider)
    rail.troubles = [dropped(CAPTURE)]
    with pytest.raises(Lost):
        await provider.find(known(charge, started))
    assert (await _seen(provider, charge, started)).state is State.approved
    assert rail.captures == 1


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
async def test_a_capture_that_is_not_made_says_nothing_of_the_payment(
    rail: PayPal, provider: Provider, status: int
) -> None:
    charge, started = await _approved(rail, provider)
    rail.troubles = [Fault(CAPTURE, status, {"name": "odd"})]
    with pytest.raises((Away, Lost)):
        await provider.find(known(charge, started))
    assert (await _seen(provider, charge, started)).state is State.approved


async def test_a_card_turned_down_may_be_followed_by_another(
    rail: PayPal, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.decline(started.provider_ref)
    first = await _seen(provider, charge, started)
    second = await _seen(provider, charge, started)
    rail.approve(started.provider_ref)
    third = await _seen(provider, charge, started)
    assert [each.state for each in (first, second, third)] == [
        State.declined,
        State.pending,
        State.approved,
    ]
    assert rail.held("EUR") == 1500


async def test_an_order_of_another_attempt_is_not_captured(
    rail: PayPal, provider: Provider
) -> None:
    charge, started = await _approved(rail, provider)
    stranger = replace(known(charge, started), attempt_id=new_id())
    seen = await provider.find(stranger)
    assert seen is not None
    assert (seen.state, seen.attempt_id) == (State.pending, charge.attempt_id)
    assert rail.captures == 0


async def test_the_fee_is_told_where_it_is_of_the_same_currency(
    rail: PayPal, provider: Provider
) -> None:
    charge, started = await _approved(rail, provider)
    rail.charges[started.provider_ref].fee = 86
    assert (await _seen(provider, charge, started)).fee == 86


async def test_money_that_is_held_back_is_pending(rail: PayPal, provider: Provider) -> None:
    charge, started = await _approved(rail, provider)
    rail.charges[started.provider_ref].more["capture"] = "PENDING"
    assert (await _seen(provider, charge, started)).state is State.pending


@pytest.mark.parametrize(
    ("status", "outcome", "is_disputed"),
    [
        ("OPEN", "", True),
        ("WAITING_FOR_SELLER_RESPONSE", "", True),
        ("RESOLVED", "RESOLVED_BUYER_FAVOUR", True),
        ("RESOLVED", "RESOLVED_SELLER_FAVOUR", False),
        ("RESOLVED", "CANCELED_BY_BUYER", False),
    ],
)
async def test_a_complaint_disputes_until_it_is_resolved_for_us(
    rail: PayPal, provider: Provider, status: str, outcome: str, is_disputed: bool
) -> None:
    charge, started = await _approved(rail, provider)
    rail.complain(started.provider_ref, status, outcome)
    seen = await _seen(provider, charge, started)
    assert (seen.state, seen.disputed) == (State.approved, is_disputed)


@pytest.mark.parametrize(("capture", "why"), [("PENDING", "BUYER_COMPLAINT"), ("REVERSED", "")])
async def test_an_account_that_may_not_ask_sees_complaints_by_the_capture(
    rail: PayPal, provider: Provider, capture: str, why: str
) -> None:
    charge, started = await _approved(rail, provider)
    rail.may_report = False
    assert (await _seen(provider, charge, started)).disputed is False
    rail.charges[started.provider_ref].more.update(capture=capture, why=why)
    seen = await _seen(provider, charge, started)
    assert (seen.state, seen.disputed) == (State.approved, True)


async def test_balances_may_be_below_zero_and_may_be_nobody_s_business(
    rail: PayPal, provider: Provider
) -> None:
    rail.opening = -50
    assert await provider.balances() == {"EUR": -50, "USD": -50}
    rail.may_report = False
    assert await provider.balances() == {}


async def test_a_refund_keeps_our_ids(rail: PayPal, provider: Provider) -> None:
    charge, started = await _approved(rail, provider)
    await _seen(provider, charge, started)
    refund = a_refund(charge, started, amount=705)
    await provider.refund(refund)
    (giving,) = rail.givings.values()
    assert giving.more["given"] == {
        "amount": {"currency_code": "EUR", "value": "7.05"},
        "invoice_id": str(refund.id),
        "custom_id": str(charge.attempt_id),
    }


async def test_whether_something_was_sent_back_is_never_refused(
    rail: PayPal, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    assert await provider.find_given(a_refund(charge, started), "") is None
    assert await provider.find_given(a_refund(charge, started, currency="XOF"), "") is None


@pytest.mark.parametrize(("status", "is_there"), [(400, True), (404, True), (403, False)])
async def test_it_works_where_an_order_that_is_not_there_is_told(
    rail: PayPal, provider: Provider, status: int, is_there: bool
) -> None:
    rail.troubles = [Fault("GET /v2/checkout/orders/none", status, {"name": "odd"})]
    if is_there:
        assert await provider.available() == {"paypal"}
        return
    with pytest.raises(Away):
        await provider.available()


# Webhooks.


async def test_each_event_wakes_about_its_attempt(rail: PayPal, provider: Provider) -> None:
    charge, started = await _approved(rail, provider)
    await _seen(provider, charge, started)
    rail.complain(started.provider_ref)
    hooks = [await _taken(provider, *sent) for sent in rail.waiting]
    assert [each.kind for each in hooks] == [
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "CUSTOMER.DISPUTE.CREATED",
    ]
    assert {each.attempt_id for each in hooks} == {charge.attempt_id}
    assert [each.provider_ref for each in hooks] == [started.provider_ref] * 2 + [""]
    assert len({each.dedupe_key for each in hooks}) == 3


def test_what_is_signed_is_the_checksum_of_the_facts() -> None:
    headers = {"paypal-transmission-id": "id", "paypal-transmission-time": "2026-11-21T10:00:00Z"}
    wanted = b"id|2026-11-21T10:00:00Z|WH-ID-1|1653924441"
    assert message(headers, FACTS, "WH-ID-1") == wanted


async def test_a_certificate_is_fetched_once_for_many_webhooks(
    rail: PayPal, provider: Provider
) -> None:
    sent = [rail.event("A.B", "x", {}) for _ in range(5)]
    await asyncio.gather(*(_taken(provider, *each) for each in sent))
    assert rail.count("/v1/notifications/certs/") == 1


async def test_a_webhook_is_not_verified_before_its_certificate_was_fetched(
    rail: PayPal, provider: Provider
) -> None:
    headers, body = rail.event("A.B", "x", {})
    with pytest.raises(Unsigned):
        provider.verify(_lower(headers), body, clock.now())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "CERT-1",
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://paypal.com.evil.test/v1/notifications/certs/CERT-1",
        "https://evilpaypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.test/v1/notifications/certs/CERT-1",
        "https://evil.test/api.paypal.com/v1/notifications/certs/CERT-1",
        "https://evil.test#.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../../CERT-1",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?x=1",
        "https://api.paypal.com/v1/notifications/certs/CERT-1\n",
        "https://api.paypal.com/redirect/CERT-1",
        "https://127.0.0.1/v1/notifications/certs/CERT-1",
    ],
)
async def test_nothing_is_fetched_but_from_paypal(
    rail: PayPal, provider: Provider, url: str
) -> None:
    headers, _ = rail.event("A.B", "x", {})
    with pytest.raises(Unsigned):
        await provider.fetch_keys({**_lower(headers), "paypal-cert-url": url})
    assert rail.asked == []


async def test_who_names_many_certificates_that_are_not_there_is_not_followed(
    rail: PayPal, provider: Provider
) -> None:
    for number in range(5):
        with pytest.raises(Unsigned):
            await provider.fetch_keys({"paypal-cert-url": f"{PLACE}NONE-{number}"})
    with pytest.raises(Away):
        await provider.fetch_keys({"paypal-cert-url": f"{PLACE}NONE-6"})
    assert rail.count("/v1/notifications/certs/") == 5


async def test_a_certificate_that_cannot_be_had_now_is_asked_for_again(
    rail: PayPal, provider: Provider
) -> None:
    rail.troubles = [dropped("/v1/notifications/certs/"), Fault("/v1/notifications/certs/", 503)]
    headers, body = rail.event("A.B", "x", {})
    for _ in range(2):
        with pytest.raises(Lost):
            await provider.fetch_keys(_lower(headers))
    assert (await _taken(provider, headers, body)).kind == "A.B"


def _expired() -> bytes:
    return seals.pem(seals.leaf(from_days=-90, to_days=-1), seals.between("Authority"))


def _not_yet() -> bytes:
    return seals.pem(seals.leaf(from_days=1, to_days=90), seals.between("Authority"))


def _other_host() -> bytes:
    return seals.pem(seals.leaf(host="paypal.com.evil.test"), seals.between("Authority"))


def _other_host_alike() -> bytes:
    return seals.pem(seals.leaf(host="certs.notpaypal.com"), seals.between("Authority"))


def _other_authority() -> bytes:
    return seals.pem(seals.leaf(root="Nobody"), seals.between("Nobody"), seals.authority("Nobody"))


def _itself() -> bytes:
    return seals.pem(seals.authority("Authority"))


def _curve() -> bytes:
    return seals.pem(seals.leaf(key=seals.curve_key()), seals.between("Authority"))


def _nothing_between() -> bytes:
    return seals.pem(seals.leaf())


def _no_certificate() -> bytes:
    return b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def _far_too_long() -> bytes:
    return seals.pem(seals.leaf(), *[seals.between("Authority")] * 100)


@pytest.mark.parametrize(
    "chain",
    [
        _expired, _not_yet, _other_host, _other_host_alike, _other_authority, _itself, _curve,
        _nothing_between, _no_certificate, _far_too_long, bytes,
    ],
)  # fmt: skip
async def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    rail: PayPal, provider: Provider, chain: Callable[[], bytes]
) -> None:
    rail.certificates["CERT-2"], rail.certificate = chain(), "CERT-2"
    headers, body = rail.event("A.B", "x", {})
    with pytest.raises(Unsigned):
        await provider.fetch_keys(_lower(headers))
    with pytest.raises(Unsigned):
        provider.verify(_lower(headers), body, clock.now())


async def test_a_certificate_between_can_be_given_by_hand(rail: PayPal, provider: Provider) -> None:
    rail.certificates["CERT-1"] = _nothing_between()
    await provider.certificates.close()
    rail.trusted_by(provider, more=seals.pem(seals.between("Authority")))
    assert (await _taken(provider, *rail.event("A.B", "x", {}))).kind == "A.B"


async def test_a_certificate_counts_only_until_it_ends(rail: PayPal, provider: Provider) -> None:
    rail.certificates["CERT-1"] = seals.pem(seals.leaf(to_days=1), seals.between("Authority"))
    at = clock.now()
    headers, body = rail.event("A.B", "x", {})
    await provider.fetch_keys(_lower(headers))
    provider.verify(_lower(headers), body, at + timedelta(hours=23))
    with pytest.raises(Unsigned):
        provider.verify(_lower(headers), body, at + timedelta(hours=25))


@pytest.mark.parametrize(
    ("hours", "is_taken"),
    [(0, True), (72, True), (95, True), (97, False), (-0.08, True), (-1, False)],
)
async def test_a_webhook_may_come_again_for_days_and_not_before_its_time(
    rail: PayPal, provider: Provider, hours: float, is_taken: bool
) -> None:
    headers, body = rail.event("A.B", "x", {})
    await provider.fetch_keys(_lower(headers))
    at = clock.now() + timedelta(hours=hours)
    if is_taken:
        assert provider.verify(_lower(headers), body, at).kind == "A.B"
        return
    with pytest.raises(Unsigned):
        provider.verify(_lower(headers), body, at)


async def test_another_webhook_s_signature_is_not_ours(rail: PayPal, provider: Provider) -> None:
    body = json.dumps({"id": "WH-1", "event_type": "A.B"}).encode()
    for webhook_id in ("", "WEBHOOK_ID", "WH-ID-2"):
        headers = _lower(rail.signed(body, webhook_id=webhook_id))
        await provider.fetch_keys(headers)
        with pytest.raises(Unsigned):
            provider.verify(headers, body, clock.now())


async def test_a_body_of_the_same_checksum_can_name_nothing_but_what_is_asked_about(
    rail: PayPal, provider: Provider
) -> None:
    """Only a checksum is signed: whoever makes another body fit can wake us, and no more."""
    await _approved(rail, provider)
    headers, body = rail.waiting[-1]
    forged = _of_checksum(b'{"id":"WH-9","event_type":"PAID","resource":{}}', zlib.crc32(body))
    assert (await _taken(provider, headers, forged)).attempt_id is None
    assert rail.captures == 0


async def test_the_public_s_authorities_are_read(rail: PayPal) -> None:
    certificates = Certificates(http=Elsewhere.client(rail.port))
    with pytest.raises(Unsigned):
        await certificates.learn(f"{PLACE}CERT-1", clock.now())
    names = [each.subject.rfc4514_string() for each in certificates.authorities]
    assert any("DigiCert Global Root G2" in name for name in names)
    assert all(isinstance(each, x509.Certificate) for each in certificates.authorities)
    await certificates.close()


async def _taken(provider: Provider, headers: dict[str, str], body: bytes) -> Any:
    await provider.fetch_keys(_lower(headers))
    return provider.verify(_lower(headers), body, clock.now())


def _lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _of_checksum(body: bytes, wanted: int) -> bytes:
    """Return that JSON with blanks and tabs behind it, so that it has this CRC-32.

    The checksum is linear: of so many places, each a blank or a tab, some choice always fits.
    """
    places = 64
    zero = body + b" " * places
    base = zlib.crc32(zero) ^ wanted
    rows: list[tuple[int, int]] = []
    for place in range(places):
        one = bytearray(zero)
        one[len(body) + place] = 9
        change, mask = zlib.crc32(bytes(one)) ^ zlib.crc32(zero), 1 << place
        for value, combined in rows:
            if change ^ value < change:
                change, mask = change ^ value, mask ^ combined
        if change:
            rows.append((change, mask))
            rows.sort(reverse=True)
    chosen = 0
    for value, mask in rows:
        if base ^ value < base:
            base, chosen = base ^ value, chosen ^ mask
    assert base == 0
    tail = bytes(9 if chosen >> place & 1 else 32 for place in range(places))
    return body + tail
