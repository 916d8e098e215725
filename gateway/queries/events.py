"""Events received."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.models import Event
from kit.contracts.gateway import EventNew


async def add_event(session: AsyncSession, new: EventNew, at: datetime, *, is_known: bool) -> bool:
    """Keep an event; False when one of its id is there already."""
    values = {**new.model_dump(), "received_at": at, "is_known": is_known, "job_ids": []}
    statement = insert(Event).values(**values).on_conflict_do_nothing().returning(Event.id)
    return await session.scalar(statement) is not None


async def event(session: AsyncSession, event_id: UUID) -> Event | None:
    return await session.get(Event, event_id)


async def set_jobs(session: AsyncSession, event_id: UUID, job_ids: Sequence[UUID]) -> None:
    await session.execute(update(Event).where(Event.id == event_id).values(job_ids=list(job_ids)))
