"""Web push: who signs, how long a push waits and how urgent it is, and what is in it. Pure."""

import base64
import binascii
import json

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kit.contracts.publisher.channels import PushKeys

DAY = 24 * 3600
CURVE = ec.SECP256R1()
LONGEST_TITLE, LONGEST_BODY, LONGEST_URL = (
    120,
    400,
    1000,
)  # in all far below the 3993 bytes there are
KEY_BYTES, SECRET_BYTES = 32, 16


def vapid_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Return the key that these 32 bytes in base64 or hex stand for; raise ValueError."""
    try:
        is_hex = len(text.strip()) == 2 * KEY_BYTES
        raw = bytes.fromhex(text) if is_hex else _decoded(text)
        number = int.from_bytes(raw if len(raw) == KEY_BYTES else b"", "big")
        return ec.derive_private_key(number, CURVE)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(
            "PUBLISHER_VAPID_PRIVATE_KEY is no P-256 key: 32 bytes in base64, as web-push "
            "generate-vapid-keys prints them, or in hex."
        ) from error


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """Return what browsers subscribe with: the uncompressed point, base64url."""
    return encoded(
        key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
    )


def are_usable(keys: PushKeys) -> bool:
    """Say whether something can be encrypted for a browser with these keys."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _decoded(keys.p256dh))
        return len(_decoded(keys.auth)) == SECRET_BYTES
    except ValueError:
        return False


def manner(kind: str, *, is_security: bool) -> tuple[int, str]:
    """Return the TTL in seconds and the Urgency (RFC 8030) of a kind of notice."""
    if is_security:
        return DAY, "high"
    if kind.startswith("address."):
        return 600, "high"  # somebody is looking
    return (3 * DAY, "normal") if kind.startswith("film.") else (2 * DAY, "low")


def payload(title: str, body: str, url: str | None, tag: str) -> bytes:
    """Return what the service worker shows."""
    found = {"title": _cut(title, LONGEST_TITLE), "body": _cut(body, LONGEST_BODY), "tag": tag}
    if url and len(url) <= LONGEST_URL:
        found["url"] = url
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
