"""Integrators' programs: made, listed, revoked, and given tokens."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import keys, log
from accounts_service.actions.people import place
from accounts_service.actions.tools import Tools
from accounts_service.models.programs import ApiClient, ClientSecret
from accounts_service.queries import people
from accounts_service.queries import programs as queries
from accounts_service.rules import claims
from accounts_service.rules.roles import check_scopes, scopes_now
from kit import clock
from kit.auth import Caller, may
from kit.contracts.accounts import (
    AccountState,
    Client,
    ClientNew,
    ClientNotFound,
    Clients,
    ClientToken,
    ClientWithSecret,
)
from kit.errors import Forbidden
from kit.pages import encode_cursor

SECRET_BYTES = 32
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Known:
    """A client that showed its secret, and the scopes it holds at this moment."""

    client: ApiClient
    scopes: tuple[str, ...]


async def create(session: AsyncSession, caller: Caller, new: ClientNew) -> ClientWithSecret:
    """Make a client, for an integrator or nobody; its secret is in this answer and nowhere else."""
    check_scopes(caller, new.scopes)
    if new.owner_id is not None:
        await people.account(session, new.owner_id)
    return await _make(session, caller, new, is_bounded=False)


async def create_mine(session: AsyncSession, caller: Caller, new: ClientNew) -> ClientWithSecret:
    """Make a client of one's own: it never holds more than its owner does at that moment."""
    if caller.kind != "person":
        raise Forbidden("Only a person who signed in has programs of their own.")
    check_scopes(caller, new.scopes)
    own = new.model_copy(update={"owner_id": UUID(caller.id)})
    return await _make(session, caller, own, is_bounded=True)


async def _make(
    session: AsyncSession, caller: Caller, new: ClientNew, *, is_bounded: bool
) -> ClientWithSecret:
    secret, at = new_secret(), clock.now()
    row = ApiClient(
        name=new.name,
        scopes=sorted(set(new.scopes)),
        secret_hash=hashed(secret),
        created_at=at,
        owner_id=new.owner_id,
        is_bounded=is_bounded,
    )
    session.add(row)
    await session.flush()
    session.add(a_secret(row.id, secret, at))
    about = {"name": row.name, "scopes": row.scopes, "owner": str(row.owner_id or "")}
    await log.note(session, caller, "client.created", str(row.id), about)
    return ClientWithSecret(**Client.model_validate(row).model_dump(), secret=secret)


async def clients(session: AsyncSession, cursor: str | None, limit: int) -> Clients:
    rows = await queries.clients(session, place(cursor), limit + 1)
    items = [Client.model_validate(row) for row in rows[:limit]]
    after = encode_cursor(str(items[-1].id)) if len(rows) > limit else None
    return Clients(items=items, next_cursor=after)


async def revoke(session: AsyncSession, caller: Caller, client_id: UUID) -> None:
    """Stop a client: no new tokens; the ones it holds end within 15 minutes."""
    row = await managed(session, caller, client_id)
    row.revoked_at = clock.now()
    await log.note(session, caller, "client.revoked", str(client_id), {"name": row.name})


async def managed(session: AsyncSession, caller: Caller, client_id: UUID) -> ApiClient:
    """Return a client to who looks after it: its owner, or staff. For others it does not exist."""
    row = await queries.client_for_update(session, client_id)
    is_own = caller.kind == "person" and str(row.owner_id) == caller.id
    if not is_own and not may(caller, "clients:write"):
        raise ClientNotFound
    return row


async def authenticated(session: AsyncSession, client_id: str, secret: str) -> Known | None:
    """Return the client whose id and secret these are. A secret of 256 random bits needs no slow
    hash: nobody guesses it.
    """
    at = clock.now()
    try:
        row = await queries.client(session, UUID(client_id))
    except ValueError:
        row = None
    working = await queries.secrets_of(session, row.id, at) if row is not None else []
    shown = hashed(secret)
    matching = [one for one in working if hmac.compare_digest(one.secret_hash, shown)]
    if row is None or not matching:
        return None
    owner = await people.account(session, row.owner_id) if row.owner_id is not None else None
    if owner is not None and owner.state != AccountState.active:
        return None
    _note_use(matching[0], at)
    return Known(row, scopes_now(row.scopes, owner.roles if owner and row.is_bounded else None))


async def token(
    session: AsyncSession, tools: Tools, client: ApiClient, scopes: Sequence[str]
) -> ClientToken:
    at = clock.now()
    _note_use(client, at)
    said = claims.of_client(client, scopes, at)
    return ClientToken(
        access_token=await keys.token(session, tools, said),
        expires_in=claims.LIFE_SECONDS,
        scope=" ".join(scopes),
    )


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def a_secret(client_id: UUID, secret: str, at: datetime) -> ClientSecret:
    """Return the row of a secret; the hint is its last four letters, to tell it from others."""
    return ClientSecret(
        client_id=client_id, secret_hash=hashed(secret), hint=secret[-4:], created_at=at
    )


def hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _note_use(row: ApiClient | ClientSecret, at: datetime) -> None:
    if row.last_used_at is None or at - row.last_used_at > NOTED_EVERY:
        row.last_used_at = at
