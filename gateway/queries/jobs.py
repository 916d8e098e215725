"""Jobs, their steps and logs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from gateway.models import Event, Job, LogLine, Step
from gateway.rules import UNFINISHED as UNFINISHED_STATES
from kit.contracts.gateway import JobNotFound, JobQuery, JobState
from kit.db import find

MOST_LINES = 500


async def unfinished_id(session: AsyncSession, key: str) -> UUID | None:
    statement = select(Job.id).where(Job.key == key, Job.state.in_(UNFINISHED_STATES))
    return await session.scalar(statement)


async def job(session: AsyncSession, job_id: UUID) -> Job:
    """Return the job with its steps, all as they were at one moment."""
    statement = select(Job).where(Job.id == job_id).options(joinedload(Job.steps))
    rows = await session.scalars(statement.execution_options(populate_existing=True))
    found = rows.unique().one_or_none()
    if found is None:
        raise JobNotFound
    return found


async def job_for_update(session: AsyncSession, job_id: UUID) -> Job:
    await find(session, Job, job_id, JobNotFound, lock=True)
    return await job(session, job_id)


async def lines(session: AsyncSession, job_id: UUID) -> Sequence[LogLine]:
    """Return the last lines of a job's log, oldest first."""
    newest = select(LogLine).where(LogLine.job_id == job_id).order_by(LogLine.id.desc())
    found = (await session.scalars(newest.limit(MOST_LINES))).all()
    return found[::-1]


async def jobs(
    session: AsyncSession, chosen: JobQuery, before: UUID | None, limit: int
) -> Sequence[Job]:
    """Return jobs, newest first; ids sort by time."""
    statement = select(Job).order_by(Job.id.desc()).limit(limit)
    for name in ("state", "pipeline", "subject"):
        if (value := getattr(chosen, name)) is not None:
            statement = statement.where(getattr(Job, name) == value)
    if chosen.since is not None:
        statement = statement.where(Job.created_at >= chosen.since)
    if chosen.until is not None:
        statement = statement.where(Job.created_at < chosen.until)
    if before is not None:
        statement = statement.where(Job.id < before)
    return (await session.scalars(statement)).all()


async def jobs_by_id(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Job]:
    return (await session.scalars(select(Job).where(Job.id.in_(ids)))).all()


async def changed_since(session: AsyncSession, at: datetime, limit: int) -> Sequence[Job]:
    """Return the jobs that changed since, the latest change last."""
    statement = select(Job).where(Job.updated_at >= at).order_by(Job.updated_at.desc()).limit(limit)
    return (await session.scalars(statement)).all()[::-1]


async def forget(session: AsyncSession, before: datetime, limit: int = 5000) -> None:
    """Delete jobs that ended before that moment, with their steps and logs; then the events."""
    old = (
        select(Job.id)
        .where(Job.state.not_in(UNFINISHED_STATES), Job.updated_at < before)
        .limit(limit)
    )
    await session.execute(delete(Job).where(Job.id.in_(old)))
    has_job = select(Job.id).where(Job.event_id == Event.id).exists()
    await session.execute(delete(Event).where(Event.received_at < before, ~has_job))


async def reset_steps(session: AsyncSession, job_id: UUID, position: int) -> None:
    """Put the steps from `position` on back to their beginning."""
    statement = update(Step).where(Step.job_id == job_id, Step.position >= position)
    await session.execute(
        statement.values(
            state=JobState.queued, attempts=0, progress=0, error=None, started_at=None,
            finished_at=None, waits_until=None,
        )
    )  # fmt: skip


async def end_steps(session: AsyncSession, job_id: UUID, state: JobState, at: datetime) -> None:
    """Give the unfinished steps of a job this state."""
    statement = update(Step).where(Step.job_id == job_id, Step.state.in_(UNFINISHED_STATES))
    await session.execute(statement.values(state=state, finished_at=at, waits_until=None))
