"""An admin sees what a viewer sees: announced, logged, for minutes, without changing anything."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import keys, log, proofs
from accounts_service.actions.people import place
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models import studios as models
from accounts_service.models.people import Account, UserSession
from accounts_service.queries import acting as queries
from accounts_service.queries import people
from accounts_service.rules import claims
from accounts_service.rules import studios as rules
from kit import clock, events
from kit.auth import Caller, may
from kit.contracts.accounts.studios import (
    Acting,
    ActingNew,
    ActingNotFound,
    Actings,
    ActingSpent,
    ActingStarted,
    ActingToken,
)
from kit.errors import Forbidden
from kit.pages import encode_cursor

TOKEN_BYTES = 32
LINK_LIFE = timedelta(minutes=2)


async def start(
    session: AsyncSession, tools: Tools, caller: Caller, account_id: UUID, new: ActingNew
) -> ActingStarted:
    """Begin: the viewer is told at once. The link is for the portal, and works once."""
    if caller.kind != "person":
        raise Forbidden("Only an admin who signed in can act as somebody.")
    await proofs.sure(session, caller)
    account = await people.account(session, account_id)
    rules.check_acting(account)
    token, at = secrets.token_urlsafe(TOKEN_BYTES), clock.now()
    row = models.Acting(
        account_id=account.id,
        admin_id=UUID(caller.id),
        admin_name=caller.name,
        why=new.why,
        token_hash=_hash(token),
        started_at=at,
        expires_at=at + timedelta(minutes=new.minutes),
    )
    session.add(row)
    await session.flush()
    said = {"name": account.name, "admin": caller.name, "minutes": new.minutes, "why": new.why}
    said |= {"at": at.isoformat()}
    await events.notify(session, "account.acted_as", account.id, said)
    about = {"why": new.why, "minutes": new.minutes}
    await log.note(session, caller, "personal.acted_as", str(account.id), about)
    link = f"{tools.portal_url}/act-as/{token}"
    return ActingStarted(id=row.id, account_id=account.id, link=link, expires_at=row.expires_at)


async def use(session: AsyncSession, tools: Tools, token: str, origin: Origin) -> ActingToken:
    """Give the token for a link: of a session of the viewer's own, so that they can end it."""
    row = await queries.by_hash_for_update(session, _hash(token))
    at = clock.now()
    if row is None or row.used_at is not None or row.started_at + LINK_LIFE <= at:
        raise ActingSpent
    account = await people.account(session, row.account_id)
    rules.check_acting(account)
    opened = _session(row, at, origin)
    session.add(opened)
    await session.flush()
    row.used_at, row.session_id = at, opened.id
    return ActingToken(
        access_token=await keys.token(session, tools, _claims(account, opened, row)),
        expires_in=max(1, int((row.expires_at - at).total_seconds())),
        acting=_wire(row, account),
    )


async def current(session: AsyncSession, caller: Caller) -> Acting:
    """Return who acts, asked with the token they act with."""
    row = await _of_token(session, caller)
    return _wire(row, await people.account(session, row.account_id))


async def stop(session: AsyncSession, caller: Caller) -> None:
    row = await _of_token(session, caller)
    at = clock.now()
    row.ended_at = row.ended_at or at
    if row.session_id is not None:
        found = await people.user_session_for_update(session, row.session_id)
        if found is not None and found.ended_at is None:
            found.ended_at, found.ended_why = at, "acting_stopped"
    admin = Caller("person", id=str(row.admin_id), name=row.admin_name)
    await log.note(session, admin, "acting.stopped", str(row.account_id))


async def actings(
    session: AsyncSession, caller: Caller, account_id: UUID, cursor: str | None, limit: int
) -> Actings:
    """List who has acted as that person: for them, and for staff."""
    if caller.id != str(account_id) and not may(caller, "people:write"):
        raise Forbidden(permission="people:write")
    account = await people.account(session, account_id)
    rows = await queries.of_account(session, account_id, place(cursor), limit + 1)
    items = [_wire(row, account) for row in rows[:limit]]
    after = encode_cursor(str(items[-1].id)) if len(rows) > limit else None
    return Actings(items=items, next_cursor=after)


async def _of_token(session: AsyncSession, caller: Caller) -> models.Acting:
    if caller.kind != "person" or not caller.actor:
        raise ActingNotFound
    row = await queries.by_session(session, claims.session_id(caller.token))
    if row is None:
        raise ActingNotFound
    return row


def _session(row: models.Acting, at: datetime, origin: Origin) -> UserSession:
    """Return a session that nobody holds a refresh token for."""
    return UserSession(
        account_id=row.account_id,
        seed=secrets.token_bytes(TOKEN_BYTES),
        generation=0,
        created_at=at,
        rotated_at=at,
        expires_at=row.expires_at,
        address=origin.address,
        device=f"{row.admin_name} (admin)"[:200],
    )


def _claims(account: Account, opened: UserSession, row: models.Acting) -> dict[str, Any]:
    """Return what the token says: the viewer's, with the admin as its actor (RFC 8693 §4.1)."""
    said = claims.of_person(account, opened, clock.now())
    actor = {"sub": str(row.admin_id), "name": row.admin_name}
    return {**said, "exp": int(row.expires_at.timestamp()), "act": actor}


def _wire(row: models.Acting, account: Account) -> Acting:
    return Acting(
        id=row.id,
        account_id=row.account_id,
        name=account.name,
        admin_id=row.admin_id,
        admin_name=row.admin_name,
        why=row.why,
        started_at=row.started_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
    )


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
