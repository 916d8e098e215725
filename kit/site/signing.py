"""Short values that come back from a browser unchanged, or not at all."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from kit.auth import derive_key


class Signed:
    """Signs values for one purpose."""

    def __init__(self, secret: str, purpose: str) -> None:
        self.key = derive_key(secret, purpose)

    def seal(self, value: bytes) -> str:
        return f"{_text(value)}.{_text(self._mark(value))}"

    def open(self, sealed: str) -> bytes | None:
        """Return what was sealed, or None when it was not sealed by us."""
        value, _, mark = sealed.partition(".")
        try:
            opened, given = _bytes(value), _bytes(mark)
        except ValueError:
            return None
        return opened if hmac.compare_digest(given, self._mark(opened)) else None

    def fresh(self) -> str:
        return self.seal(secrets.token_bytes(16))

    def _mark(self, value: bytes) -> bytes:
        return hmac.digest(self.key, value, hashlib.sha256)[:16]


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"==")
