"""Who is calling, and what they may do. Verified offline, by keys and secrets.

People and API clients carry an access token signed by accounts_service (JWT, EdDSA,
15 minutes). Services carry a one-minute JWT signed with SUITE_SECRET, for one
audience, and pass the person's token on in `On-Behalf-Of`.
"""

import hashlib
import hmac
import logging
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, get_args

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from kit.errors import AppError, Forbidden, Unauthenticated

logger = logging.getLogger(__name__)
Kind = Literal["anonymous", "person", "client", "service"]
ISSUER = AUDIENCE = "karangou"
ALGORITHM = "Ed25519"  # EdDSA by its fully specified name (RFC 9864)
SERVICE_TOKEN_SECONDS = 60
LEEWAY_SECONDS = 10

Permission = Literal[
    "films:read", "films:write", "tokens:read", "tokens:mint", "tokens:revoke",
    "jobs:read", "jobs:write", "events:write", "videos:read", "videos:write",
    "audit:read", "audit:write", "people:write", "people:act", "clients:write",
    "studios:read", "studios:write", "studios:create", "sync:write", "health:read",
    "notices:read", "notices:write", "social:read", "social:write",
    "money:read", "money:write", "payouts:approve", "vouchers:confirm",
]  # fmt: skip
ALL_PERMISSIONS: frozenset[str] = frozenset(get_args(Permission))


class Role(StrEnum):
    """What a person may be in the whole suite; someone without a role is a viewer."""

    viewer = "viewer"
    crew = "crew"
    filmmaker = "filmmaker"
    producer = "producer"
    agent = "agent"
    moderator = "moderator"
    admin = "admin"
    owner = "owner"


class StudioRole(StrEnum):
    """What a member may be in one studio; a producer runs it."""

    crew = "crew"
    filmmaker = "filmmaker"
    producer = "producer"


StudioPermission = Literal["studio:read", "studio:write", "members:read", "members:write"]
# What each role may do everywhere. Owners and admins differ by rules: only owners make owners.
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.viewer: frozenset(),
    Role.crew: frozenset(),
    Role.filmmaker: frozenset({"studios:create"}),
    Role.producer: frozenset({"studios:create"}),
    Role.agent: frozenset({"vouchers:confirm"}),
    Role.moderator: frozenset({"films:read", "jobs:read", "tokens:read", "health:read"}),
    Role.admin: frozenset(get_args(Permission)),
    Role.owner: frozenset(get_args(Permission)),
}
# What each member may do in the studio where they are one, and nowhere else.
STUDIO_PERMISSIONS: Mapping[StudioRole, frozenset[StudioPermission]] = {
    StudioRole.crew: frozenset({"studio:read", "members:read"}),
    StudioRole.filmmaker: frozenset({"studio:read", "members:read"}),
    StudioRole.producer: frozenset(
        {"studio:read", "studio:write", "members:read", "members:write"}
    ),
}
_OF_ROLE: Mapping[str, frozenset[str]] = {role.value: held for role, held in PERMISSIONS.items()}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a request speaks for; `via` names the service that passed it on."""

    kind: Kind
    id: str = ""
    name: str = ""
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    via: str = ""
    token: str = field(default="", repr=False)
    # Ids of the studios where this person is a member, and as what. None: too many for a token,
    # so accounts_service has to be asked (`studios_of`).
    studios: Mapping[str, str] | None = field(default_factory=dict, hash=False)
    actor: str = ""  # the id of the admin who acts as this person (RFC 8693 `act`)
    actor_name: str = ""
    profile: str = ""  # the id of the viewing profile that watches on this account
    max_age: int | None = None  # films rated for older people do not exist for this caller


ANONYMOUS = Caller("anonymous")


class ActingReadOnly(Forbidden):
    """You act as somebody else: you may look, but change nothing in their name."""


def may(caller: Caller, permission: str) -> bool:
    if caller.kind == "service":
        return True
    if caller.kind == "client":
        return permission in caller.scopes
    return any(permission in _OF_ROLE.get(role, ()) for role in caller.roles)


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Return what these roles may do together; a role nobody knows may nothing."""
    return frozenset().union(*(_OF_ROLE.get(role, frozenset()) for role in roles))


def may_in_studio(role: str | None, permission: StudioPermission) -> bool:
    """Say whether a member with this role may do that in their studio; None is a stranger."""
    return any(role == one and permission in held for one, held in STUDIO_PERMISSIONS.items())


FRESH_SECONDS = 60  # so long a key that was withdrawn may still be believed
STALE_SECONDS = 3600  # and so long when accounts_service cannot be asked


class KeyRing:
    """The public keys of accounts_service, asked for each minute and when one is missing."""

    def __init__(self, fetch: Callable[[], Awaitable[dict[str, Any]]]) -> None:
        self.fetch = fetch
        self.keys: KeySet | None = None
        self.known: frozenset[str] = frozenset()
        self.fetched_at = float("-inf")
        self.asked_at = float("-inf")
        self.verified: dict[bytes, tuple[float, Caller]] = {}

    def use(self, jwks: dict[str, Any]) -> None:
        """Take these keys as the published ones."""
        self.keys = KeySet.import_key_set(jwks)  # type: ignore[arg-type]  # joserfc wants its TypedDict
        self.known = frozenset(str(key.get("kid")) for key in jwks["keys"])
        self.fetched_at = self.asked_at = time.monotonic()
        self.verified.clear()

    def seen(self, token: bytes) -> Caller | None:
        """Return who this access token speaks for, if it was verified before and is still good."""
        found = self.verified.get(token)
        is_good = found and found[0] > time.time() and not self._is_due()
        return found[1] if found and is_good else None

    async def caller(self, token: str) -> Caller:
        """Return who this access token speaks for; raise Unauthenticated if it is not valid."""
        written = token.encode()
        if seen := self.seen(written):
            return seen
        kid = _kid(token)
        age = time.monotonic() - self.fetched_at
        if self.keys is None or age > STALE_SECONDS or (kid not in self.known and age > 5):
            self.use(await self.fetch())
        elif self._is_due():
            await self._ask()
        if self.keys is None or kid not in self.known:
            raise Unauthenticated
        claims = _claims(token, self.keys, ALGORITHM, AUDIENCE)
        if claims.get("iss") != ISSUER:
            raise Unauthenticated
        caller = _person(claims, token)
        if len(self.verified) > 4096:
            self.verified.clear()
        self.verified[written] = (float(claims["exp"]), caller)
        return caller

    def _is_due(self) -> bool:
        return time.monotonic() - self.asked_at > FRESH_SECONDS

    async def _ask(self) -> None:
        """Ask whether the keys are still the same; meanwhile, and without an answer, they are."""
        self.asked_at = time.monotonic()
        try:
            self.use(await self.fetch())
        except AppError:
            logger.warning("the published keys cannot be asked for; those known go on")


def service_token(secret: str, caller: str, audience: str) -> str:
    """Return a one-minute proof that `caller` is calling `audience`."""
    now = int(time.time())
    claims = {"sub": caller, "aud": audience, "iat": now, "exp": now + SERVICE_TOKEN_SECONDS}
    return jwt.encode({"alg": "HS256"}, claims, _service_key(secret))


_services: dict[tuple[str, str, str], tuple[float, Caller]] = {}


def calling_service(secret: str, token: str, audience: str) -> Caller:
    """Return the service that made this token for `audience`, or raise Unauthenticated.

    A service sends the same token for half a minute: it is verified once.
    """
    known = _services.get((secret, token, audience))
    if known and known[0] > time.time():
        return known[1]
    claims = _claims(token, _service_key(secret), "HS256", audience)
    name = str(claims.get("sub", ""))
    caller = Caller("service", id=name, name=name)
    if len(_services) > 256:
        _services.clear()
    _services[secret, token, audience] = float(claims["exp"]), caller
    return caller


def derive_key(secret: str, purpose: str) -> bytes:
    """Return 32 bytes for one purpose, so that one secret never serves two."""
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)


def seal(secret: str, purpose: str, value: object) -> str:
    """Return JSON-able `value` as text that only `unseal` with the same purpose reads (AES-GCM)."""
    nonce = os.urandom(12)
    box = AESGCM(derive_key(secret, purpose)).encrypt(nonce, orjson.dumps(value), purpose.encode())
    return urlsafe_b64encode(nonce + box).decode()


def unseal(secret: str, purpose: str, sealed: str) -> Any:  # noqa: ANN401  (what JSON can be)
    """Return what was sealed; raise ValueError when it was not, or with another secret."""
    box = urlsafe_b64decode(sealed)
    try:
        plain = AESGCM(derive_key(secret, purpose)).decrypt(box[:12], box[12:], purpose.encode())
    except InvalidTag as error:
        raise ValueError("sealed with another secret") from error
    return orjson.loads(plain)


def _service_key(secret: str) -> OctKey:
    return OctKey.import_key(derive_key(secret, "service-token"))


def _kid(token: str) -> str:
    """Return the key id a token names; nothing else of the unverified header is used."""
    try:
        header = orjson.loads(urlsafe_b64decode(token.split(".", 1)[0].encode("ascii") + b"=="))
    except ValueError as error:
        raise Unauthenticated from error
    if not isinstance(header, dict) or not header.get("kid"):
        raise Unauthenticated
    return str(header["kid"])


def _claims(token: str, key: KeySet | OctKey, algorithm: str, audience: str) -> dict[str, Any]:
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm]).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            aud={"essential": True, "value": audience},
            exp={"essential": True},
        ).validate(claims)
    except (JoseError, ValueError) as error:
        raise Unauthenticated("This access token is not valid, or no longer.") from error
    return claims


def _person(claims: dict[str, Any], token: str) -> Caller:
    return Caller(
        kind="client" if claims.get("kind") == "client" else "person",
        id=str(claims.get("sub", "")),
        name=str(claims.get("name", "")),
        roles=frozenset(claims.get("roles", ())),
        scopes=frozenset(str(claims.get("scope", "")).split()),
        token=token,
        studios=claims.get("studios", {}),
        actor=str(claims.get("act", {}).get("sub", "")),
        actor_name=str(claims.get("act", {}).get("name", "")),
        profile=str(claims.get("profile", "")),
        max_age=claims.get("max_age"),
    )
