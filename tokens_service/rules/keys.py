"""What SECRET_KEY makes: lookups, sealed codes, long tokens. Every key has an id.

* Lookup: HMAC of a code's body. The store finds a token by it, and cannot tell the code.
* Sealed code: AES-GCM, bound to the token's id, so that its keepers can show it again.
* Long token: URL-safe Base64 of `code|timestamp|key id.HMAC-SHA256`, without padding.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
SHORTEST_LONG_TOKEN = 60


@dataclass(frozen=True)
class SecretKey:
    secret: str = field(repr=False)

    @cached_property
    def id(self) -> str:
        return self._derived("id").hex()[:8]

    @cached_property
    def _lookup_key(self) -> bytes:
        return self._derived("lookup")

    @cached_property
    def _token_key(self) -> bytes:
        return self._derived("long-token")

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self._derived("seal"))

    def lookup(self, body: str) -> str:
        return hmac.digest(self._lookup_key, body.encode(), hashlib.sha256).hex()

    def seal(self, code: str, token_id: UUID) -> str:
        nonce = secrets.token_bytes(NONCE)
        return _text(nonce + self._cipher.encrypt(nonce, code.encode(), token_id.bytes))

    def open(self, sealed: str, token_id: UUID) -> str:
        """Return the code inside; raises InvalidTag if it was not sealed for that token."""
        raw = urlsafe_b64decode(sealed + "==")
        return self._cipher.decrypt(raw[:NONCE], raw[NONCE:], token_id.bytes).decode()

    def long_token(self, code: str, timestamp: int) -> str:
        signed = f"{code}|{timestamp}"
        mac = hmac.digest(self._token_key, signed.encode(), hashlib.sha256)
        return _text(f"{signed}|{self.id}.{_text(mac)}".encode())

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self.secret.encode(), f"tokens:{purpose}".encode(), hashlib.sha256)


@dataclass(frozen=True)
class Keys:
    """The key in use first, then the old ones that are still believed."""

    all: tuple[SecretKey, ...]

    @classmethod
    def of(cls, secret: str, old: str) -> Self:
        secrets_ = [secret, *(part.strip() for part in old.split(",") if part.strip())]
        return cls(tuple(SecretKey(one) for one in dict.fromkeys(secrets_)))

    @property
    def current(self) -> SecretKey:
        return self.all[0]

    def by_id(self, key_id: str) -> SecretKey | None:
        return next((key for key in self.all if key.id == key_id), None)

    def lookups(self, body: str) -> list[str]:
        return [key.lookup(body) for key in self.all]

    def code_of(self, token: str) -> str | None:
        """Return the code of a genuine long token, or None.

        The whole token is made again and compared, so there is exactly one accepted spelling.
        """
        try:
            code, timestamp, signature = _bytes(token).decode().split("|")
            key = self.by_id(signature.partition(".")[0])
            made = key.long_token(code, int(timestamp)) if key else ""
        except ValueError:
            return None
        return code if hmac.compare_digest(made.encode(), token.encode()) else None


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"==")
