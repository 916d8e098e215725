"""What PayPal signs of a webhook, checked offline with the key of the certificate it names. Pure.

Of the body only its CRC-32 is signed, which does not keep anybody from writing another body with
the same one: a reason more to believe nothing of it but what it is about.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from payments_service.providers.calls import text_at
from payments_service.providers.paypal_answers import event_hook
from payments_service.providers.provider import Hook, Unsigned

ALGORITHM = "SHA256withRSA"
OLDEST = timedelta(days=4)  # PayPal sends a webhook again for three days
AHEAD = timedelta(minutes=5)  # its clock before ours


def hook_of(
    headers: Mapping[str, str], body: bytes, webhook_id: str, key: RSAPublicKey, at: datetime
) -> Hook:
    """Return what a webhook is about; raise Unsigned."""
    if headers.get("paypal-auth-algo") != ALGORITHM:
        raise Unsigned("this is not how PayPal signs")
    _check_time(headers.get("paypal-transmission-time", ""), at)
    signed = message(headers, body, webhook_id)
    try:
        signature = _decoded(headers.get("paypal-transmission-sig", ""))
        key.verify(signature, signed, PKCS1v15(), SHA256())
        event = json.loads(body)
    except (InvalidSignature, ValueError, RecursionError) as error:
        raise Unsigned("this is not PayPal's signature, or no JSON") from error
    kind = text_at(event, "event_type") if isinstance(event, dict) else ""
    if not kind or not text_at(event, "id"):
        raise Unsigned("this is no event")
    return event_hook(event, kind)


def message(headers: Mapping[str, str], body: bytes, webhook_id: str) -> bytes:
    """Return what is signed; the checksum as a decimal number."""
    transmission = headers.get("paypal-transmission-id", "")
    sent = headers.get("paypal-transmission-time", "")
    return f"{transmission}|{sent}|{webhook_id}|{zlib.crc32(body)}".encode()


def _check_time(sent: str, at: datetime) -> None:
    try:
        age = at - datetime.fromisoformat(sent)
    except (ValueError, TypeError) as error:
        raise Unsigned("this webhook does not say when it was sent") from error
    if not -AHEAD <= age <= OLDEST:
        raise Unsigned("this webhook is too old, or from the future")


def _decoded(text: str) -> bytes:
    """Return base64 that is written the one right way; raise ValueError for any other."""
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("this is no base64") from error
    if base64.b64encode(found).decode() != text:
        raise ValueError("this base64 is written in another way")
    return found
