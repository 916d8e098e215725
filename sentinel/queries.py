"""Every statement sentinel sends to its database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from sentinel.models import Absence, Change, Heartbeat

NAME = "sentinel"


async def latest_changes(session: AsyncSession) -> Sequence[Change]:
    """Return the last change of every condition."""
    statement = (
        select(Change)
        .ext(distinct_on(Change.key))
        .order_by(Change.key, Change.at.desc(), Change.id.desc())
    )
    return (await session.scalars(statement)).all()


async def changes(
    session: AsyncSession, key: str, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Change]:
    statement = select(Change).where(Change.key == key)
    if before is not None:
        statement = statement.where(tuple_(Change.at, Change.id) < before)
    ordered = statement.order_by(Change.at.desc(), Change.id.desc()).limit(limit)
    return (await session.scalars(ordered)).all()


async def absences(session: AsyncSession, since: datetime) -> Sequence[Absence]:
    statement = select(Absence).where(Absence.until >= since).order_by(Absence.until.desc())
    return (await session.scalars(statement.limit(200))).all()


async def last_heartbeat(session: AsyncSession) -> datetime | None:
    return await session.scalar(select(Heartbeat.at).where(Heartbeat.name == NAME))


async def beat(session: AsyncSession, at: datetime) -> None:
    statement = insert(Heartbeat).values(name=NAME, at=at)
    update = {"at": func.greatest(Heartbeat.at, statement.excluded.at)}
    await session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=update))


async def prune(session: AsyncSession, before: datetime) -> None:
    """Delete old changes, but never the last of a condition: it says since when."""
    last = select(Change.id).ext(distinct_on(Change.key))
    newer = last.order_by(Change.key, Change.at.desc())
    await session.execute(delete(Change).where(Change.at < before, Change.id.not_in(newer)))
    await session.execute(delete(Absence).where(Absence.until < before))
