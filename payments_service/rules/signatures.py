"""Signatures of webhooks that carry their time: `t=1700000000,s=…`. Pure."""

import hmac
import re
from datetime import datetime
from hashlib import sha256

TOLERANCE = 300  # seconds, into the past and into the future
MANY = 8  # signatures in one header; two while a secret is changed
MOMENT = re.compile(r"[0-9]{1,12}")


def is_signed(
    header: str, body: bytes, secret: str, at: datetime, *, scheme: str, joint: bytes
) -> bool:
    """Say whether one of the header's `scheme=` signs `t`, the joint and the raw body, just now.

    Without a secret nothing is signed: anybody could sign with an empty one.
    """
    moment, found = _parts(header, scheme)
    if not secret or not found or len(found) > MANY or not MOMENT.fullmatch(moment):
        return False
    if abs(at.timestamp() - int(moment)) > TOLERANCE:
        return False
    wanted = sign(moment, body, secret, joint=joint).encode()
    return any(hmac.compare_digest(each.encode(), wanted) for each in found)


def sign(moment: str, body: bytes, secret: str, *, joint: bytes) -> str:
    return hmac.new(secret.encode(), moment.encode() + joint + body, sha256).hexdigest()


def seal(text: str, secret: str) -> str:
    """Return half a signature of a text, to be put where it comes back; empty without a secret."""
    return hmac.new(secret.encode(), text.encode(), sha256).hexdigest()[:32] if secret else ""


def is_sealed(text: str, seen: str, secret: str) -> bool:
    return bool(secret) and hmac.compare_digest(seen.encode(), seal(text, secret).encode())


def _parts(header: str, scheme: str) -> tuple[str, list[str]]:
    """Return `t` and what stands under `scheme`; no `t` when there are several."""
    moments: list[str] = []
    found: list[str] = []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t":
            moments.append(value)
        elif name == scheme:
            found.append(value)
    return (moments[0] if len(moments) == 1 else ""), found
