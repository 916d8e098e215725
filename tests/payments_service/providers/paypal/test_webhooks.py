"""PayPal: what a webhook says, when it counts, and whose signature."""

import json
import zlib
from datetime import timedelta

import pytest

from kit import clock
from payments_service.providers.paypal import PayPal as Provider
from payments_service.providers.paypal_webhook import message
from payments_service.providers.provider import Unsigned
from tests.fakes.paypal import PayPal
from tests.payments_service.providers.cases import lower
from tests.payments_service.providers.paypal.steps import approved, seen_by, taken

FACTS = (
    b'{"name":"transaction.approved","object":"transaction",'
    b'"entity":{"id":1,"amount":5000,"status":"approved"}}'
)


async def test_each_event_wakes_about_its_attempt(rail: PayPal, provider: Provider) -> None:
    charge, started = await approved(rail, provider)
    await seen_by(provider, charge, started)
    rail.complain(started.provider_ref)
    hooks = [await taken(provider, *sent) for sent in rail.waiting]
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


@pytest.mark.parametrize(
    ("hours", "is_taken"),
    [(0, True), (72, True), (95, True), (97, False), (-0.08, True), (-1, False)],
)
async def test_a_webhook_may_come_again_for_days_and_not_before_its_time(
    rail: PayPal, provider: Provider, hours: float, is_taken: bool
) -> None:
    headers, body = rail.event("A.B", "x", {})
    await provider.fetch_keys(lower(headers))
    at = clock.now() + timedelta(hours=hours)
    if is_taken:
        assert provider.verify(lower(headers), body, at).kind == "A.B"
        return
    with pytest.raises(Unsigned):
        provider.verify(lower(headers), body, at)


async def test_another_webhook_s_signature_is_not_ours(rail: PayPal, provider: Provider) -> None:
    body = json.dumps({"id": "WH-1", "event_type": "A.B"}).encode()
    for webhook_id in ("", "WEBHOOK_ID", "WH-ID-2"):
        headers = lower(rail.signed(body, webhook_id=webhook_id))
        await provider.fetch_keys(headers)
        with pytest.raises(Unsigned):
            provider.verify(headers, body, clock.now())


async def test_a_body_of_the_same_checksum_can_name_nothing_but_what_is_asked_about(
    rail: PayPal, provider: Provider
) -> None:
    """Only a checksum is signed: whoever makes another body fit can wake us, and no more."""
    await approved(rail, provider)
    headers, body = rail.waiting[-1]
    forged = _of_checksum(b'{"id":"WH-9","event_type":"PAID","resource":{}}', zlib.crc32(body))
    assert (await taken(provider, headers, forged)).attempt_id is None
    assert rail.captures == 0


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
