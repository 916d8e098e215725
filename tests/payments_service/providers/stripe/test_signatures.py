"""Stripe: which signatures count, and for how long."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from stripe import WebhookSignature

from kit import clock
from payments_service.providers.provider import Unsigned
from payments_service.providers.stripe import Stripe as Provider
from payments_service.rules.signatures import sign
from tests.fakes.stripe import KEY, SECRET

VECTOR = (
    b'{"name":"transaction.approved","object":"transaction",'
    b'"entity":{"id":1,"amount":5000,"status":"approved"}}'
)


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
