"""Signing in with a provider that speaks OpenID Connect (Google, Apple, anybody's own).

The words of the protocol are authlib's: the request, PKCE, client authentication and the checks
of the ID token; its signature is joserfc's.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]  # it ships no types
from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]  # likewise
    prepare_grant_uri,
    prepare_token_request,
)
from authlib.oauth2.rfc7636 import (  # type: ignore[import-untyped]  # likewise
    create_s256_code_challenge,
)
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # likewise
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]  # likewise
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from accounts_service.settings import ProviderSettings
from kit import clock
from kit.contracts.accounts.factors import ProviderRefused, ProviderSilent

SECONDS: Final = 8  # a person waits
FORM: Final = "application/x-www-form-urlencoded"
KNOWN_FOR: Final = 3600
ASKED_AGAIN_AFTER: Final = 60
LEEWAY_SECONDS: Final = 60
# Only signatures by a private key: a secret we share would let us be fooled by ourselves.
ALGORITHMS: Final = ["RS256", "PS256", "ES256", "Ed25519"]
APPLE_SECRET_SECONDS: Final = 300


@dataclass(frozen=True)
class Person:
    """Who somebody is at a provider. `subject` stays; an e-mail may move to somebody else."""

    subject: str
    email: str | None
    is_verified: bool
    name: str


@dataclass(frozen=True)
class Asked:
    """What was sent out, and what the answer must belong to."""

    redirect_uri: str
    state: str
    nonce: str
    verifier: str


class Provider(Protocol):
    settings: ProviderSettings

    async def address(self, http: httpx.AsyncClient, asked: Asked) -> str:
        """Return where the browser goes."""

    async def person(self, http: httpx.AsyncClient, asked: Asked, code: str, issuer: str) -> Person:
        """Return who came back with this code; raise ProviderRefused or ProviderSilent."""


@dataclass
class Oidc:
    settings: ProviderSettings
    said: dict[str, Any] = field(default_factory=dict)
    keys: KeySet | None = None
    said_at: float = float("-inf")
    keys_at: float = float("-inf")

    async def address(self, http: httpx.AsyncClient, asked: Asked) -> str:
        metadata = await self._metadata(http)
        more = {"nonce": asked.nonce}
        if self._has_pkce:
            more["code_challenge"] = create_s256_code_challenge(asked.verifier)
            more["code_challenge_method"] = "S256"
        if self.settings.answers_by_form:
            more["response_mode"] = "form_post"
        found: str = prepare_grant_uri(
            metadata["authorization_endpoint"],
            self.settings.client_id,
            "code",
            redirect_uri=asked.redirect_uri,
            scope=self.settings.scope_asked,
            state=asked.state,
            **more,
        )
        return found

    async def person(self, http: httpx.AsyncClient, asked: Asked, code: str, issuer: str) -> Person:
        metadata = await self._metadata(http)
        wants_issuer = bool(metadata.get("authorization_response_iss_parameter_supported"))
        if (issuer or wants_issuer) and issuer != metadata["issuer"]:  # RFC 9207
            raise ProviderRefused
        tokens = await self._exchange(http, metadata, asked, code)
        claims = await self._claims(http, metadata, str(tokens.get("id_token", "")))
        self._check(claims, metadata, asked, str(tokens.get("access_token", "")))
        said = dict(claims)
        if "email" not in said and "userinfo_endpoint" in metadata:
            said |= await self._more(http, metadata, tokens, said["sub"])
        return Person(
            subject=str(said["sub"]),
            email=str(said["email"]) if said.get("email") else None,
            is_verified=self.settings.trust_email or said.get("email_verified") in (True, "true"),
            name=str(said.get("name") or ""),
        )

    @property
    def _has_pkce(self) -> bool:
        return self.settings.kind != "apple"

    async def _metadata(self, http: httpx.AsyncClient) -> dict[str, Any]:
        if time.monotonic() - self.said_at < KNOWN_FOR:
            return self.said
        issuer = self.settings.address
        said = await ask(http, "GET", get_well_known_url(issuer, external=True))
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if said.get("issuer") != issuer or any(not is_safe(said.get(one)) for one in wanted):
            raise ProviderSilent("The provider describes itself wrongly.")
        self.said, self.said_at = said, time.monotonic()
        return said

    async def _exchange(
        self, http: httpx.AsyncClient, metadata: dict[str, Any], asked: Asked, code: str
    ) -> dict[str, Any]:
        more = {"code_verifier": asked.verifier} if self._has_pkce else {}
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=asked.redirect_uri, **more
        )
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        method = "client_secret_post"
        if "client_secret_post" not in methods and self.settings.kind == "oidc":
            method = "client_secret_basic"
        auth = ClientAuth(self.settings.client_id, self._secret(), method)
        headers = {"Content-Type": FORM, "Accept": "application/json"}
        url, headers, body = auth.prepare("POST", metadata["token_endpoint"], headers, body)
        return await ask(http, "POST", url, headers=headers, body=body)

    def _secret(self) -> str:
        """Return the client's secret; Apple's is a token signed with one's own key."""
        own = self.settings
        if own.kind != "apple":
            return own.client_secret.get_secret_value()
        now = int(clock.now().timestamp())
        said = {"iss": own.team_id, "sub": own.client_id, "aud": own.address, "iat": now}
        key = ECKey.import_key(own.private_key.get_secret_value())
        header = {"alg": "ES256", "kid": own.key_id}
        return jwt.encode(header, {**said, "exp": now + APPLE_SECRET_SECONDS}, key, ["ES256"])

    async def _claims(
        self, http: httpx.AsyncClient, metadata: dict[str, Any], token: str
    ) -> CodeIDToken:
        """Return the claims of a token whose signature is right; new keys are fetched once."""
        is_old = time.monotonic() - self.keys_at > KNOWN_FOR
        keys = await self._fetched(http, metadata) if self.keys is None or is_old else self.keys
        try:
            found = jwt.decode(token, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.monotonic() - self.keys_at < ASKED_AGAIN_AFTER:
                raise ProviderRefused from None
            try:
                keys = await self._fetched(http, metadata)
                found = jwt.decode(token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                raise ProviderRefused from error
        options = {
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": self.settings.client_id},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }
        return CodeIDToken(found.claims, found.header, options)

    async def _fetched(self, http: httpx.AsyncClient, metadata: dict[str, Any]) -> KeySet:
        said = await ask(http, "GET", metadata["jwks_uri"])
        try:
            self.keys = KeySet.import_key_set(said)  # type: ignore[arg-type]  # its TypedDict
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderSilent("The provider publishes no usable keys.") from error
        self.keys_at = time.monotonic()
        return self.keys

    def _check(
        self, claims: CodeIDToken, metadata: dict[str, Any], asked: Asked, access_token: str
    ) -> None:
        claims.params = {
            "nonce": asked.nonce,
            "client_id": self.settings.client_id,
            "access_token": access_token,
        }
        try:
            claims.validate(int(clock.now().timestamp()), LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderRefused from error

    async def _more(
        self,
        http: httpx.AsyncClient,
        metadata: dict[str, Any],
        tokens: dict[str, Any],
        subject: str,
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        said = await ask(http, "GET", metadata["userinfo_endpoint"], headers=headers)
        if said.get("sub") != subject:  # OpenID Connect Core 5.3.2: it could be anybody's
            raise ProviderRefused
        return said


async def ask(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    body: str | None = None,
) -> dict[str, Any]:
    """Return the JSON object a provider answers; a person is waiting, so it has seconds."""
    try:
        async with asyncio.timeout(SECONDS):
            response = await http.request(method, url, headers=headers, content=body)
    except (httpx.HTTPError, TimeoutError) as error:
        raise ProviderSilent from error
    if response.status_code >= 500 or response.status_code == 429:
        raise ProviderSilent
    try:
        found = response.json()
    except ValueError as error:
        raise ProviderRefused from error
    if response.status_code != 200 or not isinstance(found, dict):
        raise ProviderRefused
    return found


def is_safe(url: object) -> bool:
    """Say whether an address may be given secrets: HTTPS, or this very machine."""
    parts = urlsplit(str(url or ""))
    return parts.scheme == "https" or parts.hostname in {"127.0.0.1", "localhost", "::1"}
