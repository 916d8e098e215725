"""A software authenticator: makes and shows passkeys as a telephone or a security key does.

Everything it signs is made from the standard's byte formats (WebAuthn level 3, section 6), without
the library that the service verifies with. It can be told to misbehave.
"""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Held:
    """One passkey inside the authenticator."""

    id: bytes
    key: EllipticCurvePrivateKey
    domain: str
    user: bytes
    count: int = 0


@dataclass
class Authenticator:
    """`verifies`: it asks for a finger; `synced`: its passkeys are on all devices, uncounted."""

    origin: str = "http://localhost:5062"
    verifies: bool = True
    synced: bool = False
    held: list[Held] = field(default_factory=list)

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create`."""
        held = Held(
            id=secrets.token_bytes(32),
            key=generate_private_key(SECP256R1()),
            domain=options["rp"]["id"],
            user=decoded(options["user"]["id"]),
        )
        self.held.append(held)
        length = struct.pack(">H", len(held.id))
        attested = bytes(16) + length + held.id + _cose(held.key)
        data = self._data(held, ATTESTED) + attested
        statement = cbor({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": encoded(self._client("webauthn.create", options)),
            "attestationObject": encoded(statement),
            "transports": ["internal", "hybrid"],
        }
        return _credential(held, response)

    def show(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.get`."""
        wanted = {decoded(one["id"]) for one in options.get("allowCredentials", ())}
        held = next(
            one
            for one in self.held
            if one.domain == options["rpId"] and (not wanted or one.id in wanted)
        )
        held.count += 0 if self.synced else 1
        data, client = self._data(held), self._client("webauthn.get", options)
        signature = held.key.sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        response = {
            "clientDataJSON": encoded(client),
            "authenticatorData": encoded(data),
            "signature": encoded(signature),
            "userHandle": encoded(held.user),
        }
        return _credential(held, response)

    def _data(self, held: Held, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        flags |= (ELIGIBLE | BACKED_UP) if self.synced else 0
        return hashlib.sha256(held.domain.encode()).digest() + struct.pack(">BI", flags, held.count)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps({**said, "crossOrigin": False}).encode()


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value: object) -> bytes:
    """Encode what is needed of CBOR (RFC 8949)."""
    if isinstance(value, dict):
        parts = (cbor(key) + cbor(held) for key, held in value.items())
        return _head(5, len(value)) + b"".join(parts)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    raise TypeError(type(value))


def _head(kind: int, length: int) -> bytes:
    if length < 24:
        return bytes([kind << 5 | length])
    if length < 256:
        return bytes([kind << 5 | 24, length])
    return bytes([kind << 5 | 25]) + struct.pack(">H", length)


def _cose(key: EllipticCurvePrivateKey) -> bytes:
    """Return the public key as COSE says it: EC2, ES256, P-256 (RFC 9053)."""
    point = key.public_key().public_numbers()
    return cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})


def _credential(held: Held, response: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": encoded(held.id),
        "rawId": encoded(held.id),
        "type": "public-key",
        "authenticatorAttachment": "platform",
        "clientExtensionResults": {},
        "response": response,
    }
