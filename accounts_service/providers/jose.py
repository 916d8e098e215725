"""Ed25519 keys and the tokens they sign. Private keys are stored sealed (AES-256-GCM)."""

import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwt
from joserfc.jwk import OKPKey

from accounts_service.models.programs import SigningKey
from kit.auth import ALGORITHM, derive_key
from kit.db import new_id

NONCE = 12


class Keys:
    """Makes, seals and opens signing keys, with a key derived from SUITE_SECRET."""

    def __init__(self, suite_secret: str) -> None:
        self.seal = AESGCM(derive_key(suite_secret, "accounts signing keys"))
        self.known: dict[bytes, OKPKey] = {}  # opened before, by what they were sealed as

    def fill(self, row: SigningKey) -> None:
        """Give the row a new pair of keys; its id is the `kid`."""
        row.id = new_id()
        pair = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": ALGORITHM})
        row.public = {**pair.as_dict(private=False), "kid": str(row.id)}
        nonce = secrets.token_bytes(NONCE)
        private = pair.as_pem(private=True)
        row.sealed_private = nonce + self.seal.encrypt(nonce, private, row.id.bytes)

    def opened(self, row: SigningKey) -> OKPKey | None:
        """Return the private key, or None when it was sealed under another SUITE_SECRET."""
        sealed = row.sealed_private
        if sealed in self.known:
            return self.known[sealed]
        try:
            private = self.seal.decrypt(sealed[:NONCE], sealed[NONCE:], row.id.bytes)
        except InvalidTag:
            return None
        return self.known.setdefault(sealed, OKPKey.import_key(private))


def sign(claims: dict[str, Any], kid: str, key: OKPKey) -> str:
    """Return the token; its `jti` is made here."""
    header = {"alg": ALGORITHM, "typ": "JWT", "kid": kid}
    return jwt.encode(header, {**claims, "jti": str(new_id())}, key, [ALGORITHM])
