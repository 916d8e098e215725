"""What accounts_service promises to the others: people, sessions, API clients, the audit log."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, StringConstraints

from kit.client import ServiceClient
from kit.errors import Conflict, Forbidden, Gone, Invalid, NotFound, TooMany, Unauthenticated
from kit.pages import Page
from kit.schema import Name, Schema


def _address(text: str) -> str:
    """Return an e-mail address in the one form that is stored and compared."""
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    return found.normalized.lower()


Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_address)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class Role(StrEnum):
    """What a person may be; someone without a role is a viewer."""

    owner = "owner"
    admin = "admin"


class AccountState(StrEnum):
    active = "active"
    suspended = "suspended"


class Account(Schema):
    """A person. Seen by that person, and by who holds `people:write`."""

    id: UUID
    email: str
    name: str
    roles: tuple[str, ...]
    state: AccountState
    created_at: datetime
    last_sign_in_at: datetime | None


Accounts = Page[Account]


class AccountChange(Schema):
    """What is left out stays as it is."""

    name: Name | None = None
    roles: Annotated[tuple[Role, ...], Field(max_length=2)] | None = None
    state: AccountState | None = None


class SignIn(Schema):
    email: Email
    password: Secret


class Refresh(Schema):
    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=400)]


class PasswordChange(Schema):
    current: Secret
    new: Secret


class SignedIn(Schema):
    """An access token lives `expires_in` seconds; each refresh token works once."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the word of RFC 6749, not a secret
    account: Account


class SetupLinkNew(Schema):
    """Without an e-mail: a link for the first owner. With one: a link to become admin, or,
    for someone known, to choose a new password.
    """

    email: Email | None = None


class SetupLink(Schema):
    """`path` is to be put behind the dashboard's address; the token works once."""

    token: str
    path: str
    expires_at: datetime


class Setup(Schema):
    token: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    email: Email
    password: Secret
    name: Name


class Client(Schema):
    """An integrator's program, known by its id."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None


Clients = Page[Client]


class ClientNew(Schema):
    name: Name
    scopes: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]


class ClientWithSecret(Client):
    """Shown once: only a hash of the secret is kept."""

    secret: str


class ClientToken(Schema):
    """The answer of `POST /oauth/token` (RFC 6749 §5.1)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the word of RFC 6749, not a secret
    expires_in: int
    scope: str


class JwkSet(Schema):
    """Public keys by `kid` (RFC 7517)."""

    keys: tuple[dict[str, Any], ...]


class SigningKeyNew(Schema):
    """A new key starts an hour from now; at once, and the old ones stop, if one has leaked."""

    leaked: bool = False


class AuditEntryNew(Schema):
    """One deed, told by the service where it happened. `id` makes telling it twice harmless."""

    id: UUID
    at: datetime
    service: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    actor_kind: Literal["anonymous", "person", "client", "service"]
    actor_id: Annotated[str, StringConstraints(max_length=100)] | None = None
    actor_name: Annotated[str, StringConstraints(max_length=200)] = ""
    action: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    target: Annotated[str, StringConstraints(max_length=300)] = ""
    details: Annotated[dict[str, Any], Field(default_factory=dict)]
    request_id: Annotated[str, StringConstraints(max_length=100)] | None = None


class AuditEntry(AuditEntryNew):
    """Never changed, never deleted."""

    recorded_at: datetime


AuditEntries = Page[AuditEntry]


class AuditQuery(Schema):
    """Filters of `GET /audit`; newest first."""

    actor_id: str | None = None
    action: str | None = None
    target: str | None = None
    service: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class WrongCredentials(Unauthenticated):
    """This e-mail and password do not belong together."""


class SignInTooOften(TooMany):
    """Too many attempts. Wait a moment, then try again."""


class SessionEnded(Unauthenticated):
    """This session has ended. Sign in again."""


class RefreshReused(Unauthenticated):
    """This refresh token was used before, so the session was ended. Sign in again."""


class WeakPassword(Invalid):
    """Choose a longer or less common password: at least 10 characters."""


class AccountNotFound(NotFound):
    """There is no such account."""


class EmailTaken(Conflict):
    """An account with this e-mail exists already."""


class LastOwner(Conflict):
    """This is the last active owner. Make someone else owner first."""


class OwnersOnly(Forbidden):
    """Only an owner may do this."""


class AlreadySetUp(Conflict):
    """An owner exists already. Ask them for an invitation."""


class SetupLinkSpent(Gone):
    """This link was used, replaced or has expired. Ask for a new one."""


class SetupLinkForOther(Forbidden):
    """This link was made for another e-mail address."""


class ClientNotFound(NotFound):
    """There is no such API client."""


class UnknownScope(Invalid):
    """One of these scopes does not exist."""


class AuditEntryDiffers(Conflict):
    """Another entry with this id is in the log already."""


class AccountsClient(ServiceClient):
    """Speaks to accounts_service; `.acting(token)` for what a person does.

    A front-end gives the viewer's `address`, by which attempts to sign in are limited.
    """

    SERVICE = "accounts_service"

    async def sign_in(self, new: SignIn, *, address: str = "", device: str = "") -> SignedIn:
        return await self._viewer("/sessions", new, address, device)

    async def refresh(self, refresh_token: str, *, address: str = "") -> SignedIn:
        body = Refresh(refresh_token=refresh_token)
        return await self._viewer("/sessions/refresh", body, address)

    async def sign_out(self) -> None:
        await self.delete("/sessions/current")

    async def sign_out_everywhere(self) -> None:
        await self.delete("/sessions")

    async def me(self) -> Account:
        return await self.get("/me", Account)

    async def change_password(self, change: PasswordChange, *, address: str = "") -> SignedIn:
        return await self._viewer("/me/password", change, address)

    async def accounts(self, q: str = "", cursor: str | None = None, limit: int = 50) -> Accounts:
        return await self.get("/accounts", Accounts, q=q or None, cursor=cursor, limit=limit)

    async def change_account(self, account_id: UUID, change: AccountChange) -> Account:
        return await self.patch(f"/accounts/{account_id}", change, Account)

    async def make_setup_link(self, new: SetupLinkNew) -> SetupLink:
        return await self.post("/setup-links", new, SetupLink)

    async def set_up(self, setup: Setup, *, address: str = "", device: str = "") -> SignedIn:
        return await self._viewer("/setup", setup, address, device)

    async def clients(self, cursor: str | None = None, limit: int = 50) -> Clients:
        return await self.get("/clients", Clients, cursor=cursor, limit=limit)

    async def create_client(self, new: ClientNew) -> ClientWithSecret:
        return await self.post("/clients", new, ClientWithSecret)

    async def revoke_client(self, client_id: UUID) -> None:
        await self.delete(f"/clients/{client_id}")

    async def audit(
        self, filters: AuditQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> AuditEntries:
        chosen = dict(filters or AuditQuery())
        return await self.get("/audit", AuditEntries, **chosen, cursor=cursor, limit=limit)

    async def record(self, entry: AuditEntryNew) -> AuditEntry:
        """Add to the log; the entry's id is its idempotency key, so this may be repeated."""
        return await self.post("/audit", entry, AuditEntry, key=str(entry.id))

    async def keys(self) -> JwkSet:
        return await self.get("/.well-known/jwks.json", JwkSet)

    async def replace_signing_key(self, new: SigningKeyNew) -> JwkSet:
        return await self.post("/signing-keys", new, JwkSet)

    async def _viewer(self, path: str, body: Schema, address: str, device: str = "") -> SignedIn:
        headers = {"X-Viewer-Address": address, "X-Viewer-Device": _ascii(device)}
        answer = await self.send("POST", path, body, headers=headers)
        return SignedIn.model_validate_json(answer.content)


def _ascii(text: str) -> str:
    return text[:200].encode("ascii", "replace").decode()
