"""Events received."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.models import Event


async def event(session: AsyncSession, event_id: UUID) -> Event | None:
    return await session.get(Event, event_id)


async def set_jobs(session: AsyncSession, event_id: UUID, job_ids: Sequence[UUID]) -> None:
    await session.execute(update(Event).where(Event.id == event_id).values(job_ids=list(job_ids)))
