"""API clients looked after by their owners: secrets that overlap, scopes, and what they called."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.contracts.accounts.programs import Client
from kit.errors import Conflict, NotFound
from kit.schema import Count, Name, Schema


class ClientSecret(Schema):
    """One of the secrets that work; `ends_at` is null for the newest."""

    id: UUID
    hint: str
    created_at: datetime
    ends_at: datetime | None
    last_used_at: datetime | None


class ClientDetails(Client):
    """Seen by its owner, and by who holds `clients:write`."""

    owner_name: str | None
    secrets: tuple[ClientSecret, ...]


class MyClients(Schema):
    items: tuple[Client, ...]


class ClientChange(Schema):
    """An owner may take scopes away; more are given by staff, or as far as the owner holds them."""

    name: Name | None = None
    scopes: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)] | None = None


class ClientSecretNew(Schema):
    """The secrets before it go on working for `overlap_hours`, so that nothing stands still."""

    overlap_hours: Annotated[int, Field(ge=0, le=168)] = 24


class ClientSecretMade(ClientSecret):
    """Shown once: only a hash of the secret is kept."""

    secret: str
    others_until: datetime


class ClientDay(Schema):
    """How often a client called one service on one day (UTC)."""

    day: date
    service: str
    calls: Count


class ClientUsage(Schema):
    days: tuple[ClientDay, ...]
    total: Count


class ClientCalls(Schema):
    client_id: UUID
    day: date
    calls: Count


class ClientCallsTold(Schema):
    """What one process of a service has counted since its start: told again, it is the same."""

    process: UUID
    service: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    counts: Annotated[tuple[ClientCalls, ...], Field(max_length=5000)]


class TooManySecrets(Conflict):
    """Two secrets work already. End the older one first."""


class SecretNotFound(NotFound):
    """There is no such secret, or it has ended."""


class LastSecret(Conflict):
    """This is the only secret that works. Make the next one first, or revoke the client."""
