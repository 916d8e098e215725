"""API clients, signing keys, and the audit log."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.pages import Page
from kit.schema import Name, Schema


class Client(Schema):
    """An integrator's program, known by its id. Seen by its owner and by `clients:write`."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    owner_id: UUID | None = None


Clients = Page[Client]


class ClientNew(Schema):
    """`owner_id` is the account of the integrator, who then looks after it alone."""

    name: Name
    scopes: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]
    owner_id: UUID | None = None


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
