"""Integrators' programs: made, listed, revoked, and given tokens."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import keys, log
from accounts_service.actions.people import place
from accounts_service.actions.tools import Tools
from accounts_service.models.programs import ApiClient
from accounts_service.queries import programs as queries
from accounts_service.rules import claims
from accounts_service.rules.roles import check_scopes
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts import (
    Client,
    ClientNew,
    Clients,
    ClientToken,
    ClientWithSecret,
)
from kit.pages import encode_cursor

SECRET_BYTES = 32
NOTED_EVERY = timedelta(minutes=1)


async def create(session: AsyncSession, caller: Caller, new: ClientNew) -> ClientWithSecret:
    """Make a client; its secret is in this answer and nowhere else."""
    check_scopes(caller, new.scopes)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = ApiClient(
        name=new.name,
        scopes=sorted(set(new.scopes)),
        secret_hash=_hash(secret),
        created_at=clock.now(),
    )
    session.add(row)
    await session.flush()
    about = {"name": row.name, "scopes": row.scopes}
    await log.note(session, caller, "client.created", str(row.id), about)
    return ClientWithSecret(**Client.model_validate(row).model_dump(), secret=secret)


async def clients(session: AsyncSession, cursor: str | None, limit: int) -> Clients:
    rows = await queries.clients(session, place(cursor), limit + 1)
    items = [Client.model_validate(row) for row in rows[:limit]]
    after = encode_cursor(str(items[-1].id)) if len(rows) > limit else None
    return Clients(items=items, next_cursor=after)


async def revoke(session: AsyncSession, caller: Caller, client_id: UUID) -> None:
    """Stop a client: no new tokens; the ones it holds end within 15 minutes."""
    row = await queries.client_for_update(session, client_id)
    row.revoked_at = clock.now()
    await log.note(session, caller, "client.revoked", str(client_id), {"name": row.name})


async def authenticated(session: AsyncSession, client_id: str, secret: str) -> ApiClient | None:
    """Return the client whose id and secret these are. A secret of 256 random bits needs no slow
    hash: nobody guesses it.
    """
    try:
        row = await queries.client(session, UUID(client_id))
    except ValueError:
        row = None
    stored = row.secret_hash if row is not None else _hash("")
    return row if hmac.compare_digest(stored, _hash(secret)) else None


async def token(
    session: AsyncSession, tools: Tools, client: ApiClient, scopes: Sequence[str]
) -> ClientToken:
    at = clock.now()
    if client.last_used_at is None or at - client.last_used_at > NOTED_EVERY:
        client.last_used_at = at
    said = claims.of_client(client, scopes, at)
    return ClientToken(
        access_token=await keys.token(session, tools, said),
        expires_in=claims.LIFE_SECONDS,
        scope=" ".join(scopes),
    )


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
