"""The audit log: written, read, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.programs import AuditEntry
from kit.contracts.accounts import AuditEntryNew, AuditQuery


async def add_entry(session: AsyncSession, new: AuditEntryNew, at: datetime) -> AuditEntry | None:
    """Write an entry; None when one with its id is there already."""
    values = {**new.model_dump(), "recorded_at": at}
    statement = insert(AuditEntry).values(**values).on_conflict_do_nothing().returning(AuditEntry)
    return await session.scalar(statement)


async def entry(session: AsyncSession, entry_id: UUID) -> AuditEntry | None:
    return await session.get(AuditEntry, entry_id)


@dataclass(frozen=True)
class About:
    """Entries about one target, with actions that begin so."""

    target: str
    actions: str


async def about(
    session: AsyncSession, chosen: About, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[AuditEntry]:
    """Return them, newest first."""
    statement = (
        select(AuditEntry)
        .where(
            AuditEntry.target == chosen.target,
            AuditEntry.action.startswith(chosen.actions, autoescape=True),
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(tuple_(AuditEntry.at, AuditEntry.id) < before)
    return (await session.scalars(statement)).all()


async def entries(
    session: AsyncSession, chosen: AuditQuery, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[AuditEntry]:
    statement = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    for name in ("actor_id", "action", "target", "service"):
        if (value := getattr(chosen, name)) is not None:
            statement = statement.where(getattr(AuditEntry, name) == value)
    if chosen.since is not None:
        statement = statement.where(AuditEntry.at >= chosen.since)
    if chosen.until is not None:
        statement = statement.where(AuditEntry.at < chosen.until)
    if before is not None:
        statement = statement.where(tuple_(AuditEntry.at, AuditEntry.id) < before)
    return (await session.scalars(statement)).all()
