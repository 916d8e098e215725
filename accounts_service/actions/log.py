"""The audit log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models import programs as models
from accounts_service.queries import log as queries
from kit import clock, log
from kit.auth import Caller
from kit.contracts.accounts import (
    AuditEntries,
    AuditEntry,
    AuditEntryDiffers,
    AuditEntryNew,
    AuditQuery,
)
from kit.db import new_id
from kit.errors import Forbidden
from kit.pages import BadCursor, decode_cursor, encode_cursor


async def record(session: AsyncSession, caller: Caller, new: AuditEntryNew) -> models.AuditEntry:
    """Write what a service tells; told again, it is the same entry."""
    if caller.kind != "service":
        raise Forbidden("Only services of the suite write to the log: others could forge it.")
    made = await queries.add_entry(session, new, clock.now())
    if made is not None:
        return made
    known = await queries.entry(session, new.id)
    if known is None or AuditEntryNew.model_validate(known) != new:
        raise AuditEntryDiffers
    return known


async def note(
    session: AsyncSession,
    caller: Caller,
    action: str,
    target: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write a deed of this very service, in the transaction of the deed."""
    await queries.add_entry(session, noted(caller, action, target, details), clock.now())


def noted(
    caller: Caller, action: str, target: str, details: Mapping[str, Any] | None = None
) -> AuditEntryNew:
    """Return the entry that tells a deed of this service, done now."""
    return AuditEntryNew(
        id=new_id(),
        at=clock.now(),
        service="accounts_service",
        actor_kind=caller.kind,
        actor_id=caller.id or None,
        actor_name=caller.name,
        action=action,
        target=target,
        details=dict(details or {}),
        request_id=log.request_id.get() or None,
    )


async def entries(
    session: AsyncSession, chosen: AuditQuery, cursor: str | None, limit: int
) -> AuditEntries:
    rows = await queries.entries(session, chosen, place(cursor), limit + 1)
    items = [AuditEntry.model_validate(row) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    after = encode_cursor(last.at.isoformat(), str(last.id)) if last else None
    return AuditEntries(items=items, next_cursor=after)


def place(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    at, entry_id = decode_cursor(cursor, 2)
    try:
        place = datetime.fromisoformat(str(at)), UUID(str(entry_id))
    except ValueError as error:
        raise BadCursor from error
    if place[0].tzinfo is None:
        raise BadCursor
    return place
