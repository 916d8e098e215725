"""Steps that failed for good."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from gateway.models import DeadLetter, Job
from kit.contracts.gateway import DeadLetterNotFound, JobState, ReplayNew


async def letter_for_update(session: AsyncSession, letter_id: UUID) -> DeadLetter:
    statement = (
        select(DeadLetter)
        .where(DeadLetter.id == letter_id)
        .options(joinedload(DeadLetter.job))
        .with_for_update(of=DeadLetter)
    )
    found = await session.scalar(statement)
    if found is None:
        raise DeadLetterNotFound
    return found


async def letters(
    session: AsyncSession, *, waiting_only: bool, before: UUID | None, limit: int
) -> Sequence[DeadLetter]:
    """Return dead letters, newest first."""
    statement = (
        select(DeadLetter)
        .options(joinedload(DeadLetter.job))
        .order_by(DeadLetter.id.desc())
        .limit(limit)
    )
    if waiting_only:
        statement = statement.where(DeadLetter.replayed_at.is_(None))
    if before is not None:
        statement = statement.where(DeadLetter.id < before)
    return (await session.scalars(statement)).all()


async def waiting(session: AsyncSession, chosen: ReplayNew, limit: int) -> Sequence[DeadLetter]:
    """Return the letters whose jobs still stand where they failed, the oldest first."""
    statement = (
        select(DeadLetter)
        .join(DeadLetter.job)
        .options(joinedload(DeadLetter.job))
        .where(DeadLetter.replayed_at.is_(None), Job.state == JobState.error)
        .order_by(DeadLetter.id)
        .limit(limit)
        .with_for_update(of=DeadLetter, skip_locked=True)
    )
    if chosen.pipeline is not None:
        statement = statement.where(Job.pipeline == chosen.pipeline)
    if chosen.step is not None:
        statement = statement.where(DeadLetter.step == chosen.step)
    return (await session.scalars(statement)).all()


async def mark_replayed(session: AsyncSession, job_id: UUID, at: datetime) -> None:
    """Note that the letters of a job were answered by running it again."""
    statement = update(DeadLetter).where(
        DeadLetter.job_id == job_id, DeadLetter.replayed_at.is_(None)
    )
    await session.execute(statement.values(replayed_at=at))
