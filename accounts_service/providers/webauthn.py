"""Passkeys (WebAuthn level 3), by py_webauthn: what browsers are asked, and what they answer.

A passkey belongs to one domain. An address by number has none, so on one's own machine passkeys
are made at `localhost`; both names of that machine may ask for them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

import webauthn
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from kit.contracts.accounts.factors import PasskeyRefused

PATIENCE_MS = 300_000
MUST = UserVerificationRequirement.REQUIRED
# What a stranger's answer can make the library raise, besides its own.
UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, IndexError)


class Known(Protocol):
    """A passkey as it is stored."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]


@dataclass(frozen=True)
class Passkeys:
    domain: str
    origins: tuple[str, ...]
    brand: str

    @classmethod
    def of(cls, domain: str, addresses: Iterable[str], brand: str) -> Self:
        """Take the domain, or without one that of the first address."""
        origins = list(dict.fromkeys(_origin(one) for one in addresses))
        named = [_by_name(origin) for origin in origins]
        found = domain or urlsplit(named[0]).hostname or "localhost"
        return cls(found, tuple(dict.fromkeys([*origins, *named])), brand)

    def to_add(
        self, user_id: bytes, email: str, name: str, known: Sequence[Known]
    ) -> tuple[dict[str, Any], str]:
        """Return what the browser is asked to make a passkey, and the challenge in it."""
        options = webauthn.generate_registration_options(
            rp_id=self.domain,
            rp_name=self.brand,
            user_id=user_id,
            user_name=email,
            user_display_name=name,
            timeout=PATIENCE_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=MUST
            ),
            exclude_credentials=[_described(one) for one in known],
        )
        return options_to_json_dict(options), bytes_to_base64url(options.challenge)

    def to_sign_in(self, known: Sequence[Known] = ()) -> tuple[dict[str, Any], str]:
        """Return what the browser is asked to show a passkey: one of these, or any of ours."""
        options = webauthn.generate_authentication_options(
            rp_id=self.domain,
            timeout=PATIENCE_MS,
            allow_credentials=[_described(one) for one in known],
            user_verification=MUST,
        )
        return options_to_json_dict(options), bytes_to_base64url(options.challenge)

    def added(
        self, answer: dict[str, Any], challenge: str
    ) -> tuple[VerifiedRegistration, list[str]]:
        """Return the new passkey and how it can be reached; raise PasskeyRefused."""
        try:
            credential: RegistrationCredential = parse_registration_credential_json(answer)
            verified = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self.domain,
                expected_origin=list(self.origins),
                require_user_verification=True,
            )
        except UNREADABLE as error:
            raise PasskeyRefused from error
        return verified, [one.value for one in credential.response.transports or ()]

    def shown(self, answer: dict[str, Any]) -> tuple[bytes, bytes | None]:
        """Return which passkey an answer says it is, and whose. Nothing is verified here."""
        credential = _parsed(answer)
        return credential.raw_id, credential.response.user_handle

    def verified(
        self, answer: dict[str, Any], challenge: str, known: Known
    ) -> VerifiedAuthentication:
        """Check the signature of a passkey and its counter; raise PasskeyRefused."""
        try:
            return webauthn.verify_authentication_response(
                credential=_parsed(answer),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self.domain,
                expected_origin=list(self.origins),
                credential_public_key=known.public_key,
                credential_current_sign_count=known.sign_count,
                require_user_verification=True,
            )
        except UNREADABLE as error:
            raise PasskeyRefused from error


def is_synced(verified: VerifiedRegistration | VerifiedAuthentication) -> bool:
    """Say whether a passkey is on all devices of its owner."""
    return verified.credential_device_type == CredentialDeviceType.MULTI_DEVICE


def _parsed(answer: dict[str, Any]) -> AuthenticationCredential:
    try:
        return parse_authentication_credential_json(answer)
    except UNREADABLE as error:
        raise PasskeyRefused from error


def _described(known: Known) -> PublicKeyCredentialDescriptor:
    ways = {one.value for one in AuthenticatorTransport}
    transports = [AuthenticatorTransport(one) for one in known.transports if one in ways]
    return PublicKeyCredentialDescriptor(id=known.credential_id, transports=transports)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _by_name(origin: str) -> str:
    """Return the origin with `localhost` for this very machine's number."""
    host = urlsplit(origin).hostname or ""
    try:
        is_own = ip_address(host).is_loopback
    except ValueError:
        return origin
    return origin.replace(host, "localhost", 1) if is_own else origin
