"""FedaPay: which webhooks count, and what they are about."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from payments_service.providers.fedapay import FedaPay
from payments_service.providers.provider import Unsigned
from tests.fakes.fedapay import KEY

# The vector of the facts: what FedaPay's own package makes of this body.
BODY = (
    b'{"name":"transaction.approved","object":"transaction",'
    b'"entity":{"id":1,"amount":5000,"status":"approved"}}'
)


SECRET = "wh_sandbox_test"


SIGNATURE = "97ca6a3dc087caee3da2ad032fb6d6b09085ef4a116c0bffb9f3a38301fdc5d4"


MOMENT = datetime.fromtimestamp(1_700_000_000, UTC)


verifier = FedaPay("http://127.0.0.1:1", KEY, SECRET)


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
