"""How jobs move from step to step: each statement moves many jobs at once.

A move says where the job must be (generation, step): one that comes twice, or from a worker that
was thought dead, finds nothing. So a job makes each transition exactly once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import DateTime, bindparam, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.models import DeadLetter, LogLine, Step
from kit.contracts.gateway import JobState

CHANNEL = "gateway_job"


@dataclass(frozen=True)
class Line:
    at: datetime
    level: str
    text: str


@dataclass(frozen=True)
class Move:
    """What came of a run of a step. `state` is the step's; `tries` is how many it used up."""

    job_id: UUID
    generation: int
    pipeline: str
    step: str
    state: JobState
    progress: int
    tries: int
    error: str | None
    started_at: datetime
    waits_until: datetime | None
    next_step: str | None
    job_progress: int
    arguments: dict[str, Any]
    facts: dict[str, Any]
    lines: tuple[Line, ...] = ()
    is_optional: bool = False

    @property
    def job_state(self) -> JobState:
        if self.next_step:
            return JobState.processing
        return JobState.done if self.is_gone_without else self.state

    @property
    def is_gone_without(self) -> bool:
        """Say whether the step failed for good and the job goes on without it."""
        return self.is_optional and self.state is JobState.error


# Named with their types: inside CASE and coalesce PostgreSQL would take them for text.
AT = bindparam("at", type_=DateTime(timezone=True))
STARTED = bindparam("started", type_=DateTime(timezone=True))
MOVE = text("""
    WITH move AS (
        SELECT * FROM unnest(
            CAST(:job_ids AS uuid[]), CAST(:generations AS int[]), CAST(:steps AS text[]),
            CAST(:states AS text[]), CAST(:progress AS int[]), CAST(:tries AS int[]),
            CAST(:errors AS text[]), CAST(:started AS timestamptz[]), CAST(:waits AS timestamptz[]),
            CAST(:job_states AS text[]), CAST(:job_steps AS text[]), CAST(:job_progress AS int[]),
            CAST(:facts AS jsonb[])
        ) AS move (job_id, generation, step, state, progress, tries, error, started_at,
                   waits_until, job_state, job_step, job_progress, facts)
    ), moved AS (
        UPDATE job SET
            state = move.job_state, step = move.job_step, facts = move.facts, updated_at = :at,
            progress = greatest(job.progress, move.job_progress),
            error = CASE WHEN move.state = 'error' THEN move.error END,
            started_at = coalesce(job.started_at, move.started_at),
            finished_at = CASE WHEN move.job_state IN ('done', 'error') THEN :at END
        FROM move
        WHERE job.id = move.job_id AND job.generation = move.generation
            AND job.step = move.step AND job.state IN ('queued', 'processing')
        RETURNING job.id
    ), stepped AS (
        UPDATE step SET
            state = move.state, progress = greatest(step.progress, move.progress),
            attempts = step.attempts + move.tries, error = move.error,
            started_at = coalesce(step.started_at, move.started_at),
            finished_at = CASE WHEN move.state IN ('done', 'error') THEN :at END,
            waits_until = move.waits_until
        FROM move JOIN moved ON moved.id = move.job_id
        WHERE step.job_id = move.job_id AND step.name = move.step
    ), told AS (
        SELECT pg_notify('gateway_job', string_agg(id::text, ',')) FROM moved
    )
    SELECT id FROM moved WHERE (SELECT count(*) FROM told) >= 0
""").bindparams(AT)
MARK_STARTED = text("""
    WITH moved AS (
        UPDATE job SET state = 'processing', started_at = coalesce(started_at, :started),
            updated_at = :at
        WHERE id = :job_id AND generation = :generation AND state IN ('queued', 'processing')
        RETURNING id, step
    ), stepped AS (
        UPDATE step SET state = 'processing', started_at = coalesce(started_at, :started),
            waits_until = NULL
        FROM moved WHERE step.job_id = moved.id AND step.name = moved.step
    )
    SELECT pg_notify('gateway_job', id::text) FROM moved
""").bindparams(AT, STARTED)
TELL = text("SELECT pg_notify('gateway_job', :job_id)")


async def move(session: AsyncSession, moves: Sequence[Move], at: datetime) -> list[Move]:
    """Move these jobs; return the moves that counted."""
    given = {
        "job_ids": [one.job_id for one in moves],
        "generations": [one.generation for one in moves],
        "steps": [one.step for one in moves],
        "states": [one.state.value for one in moves],
        "progress": [one.progress for one in moves],
        "tries": [one.tries for one in moves],
        "errors": [one.error for one in moves],
        "started": [one.started_at for one in moves],
        "waits": [one.waits_until for one in moves],
        "job_states": [one.job_state.value for one in moves],
        "job_steps": [one.next_step or one.step for one in moves],
        "job_progress": [one.job_progress for one in moves],
        "facts": [orjson.dumps(one.facts, default=str).decode() for one in moves],
        "at": at,
    }
    moved = set((await session.scalars(MOVE, given)).all())
    return [one for one in moves if one.job_id in moved]


async def mark_started(
    session: AsyncSession, job_id: UUID, generation: int, started: datetime
) -> None:
    """Show a job as running."""
    given = {"job_id": job_id, "generation": generation, "started": started, "at": started}
    await session.execute(MARK_STARTED, given)


async def add_lines(session: AsyncSession, moves: Sequence[Move]) -> None:
    """Add what the runs had to say to the logs of their jobs."""
    rows = [
        {"job_id": one.job_id, "step": one.step, "at": line.at, "level": line.level,
         "text": line.text}
        for one in moves
        for line in one.lines
    ]  # fmt: skip
    if rows:
        await session.execute(insert(LogLine), rows)


async def add_letters(session: AsyncSession, moves: Sequence[Move], at: datetime) -> None:
    """Keep the steps that failed for good."""
    for one in moves:
        if one.state is JobState.error and not one.is_gone_without:
            attempts = await session.scalar(
                select(Step.attempts).where(Step.job_id == one.job_id, Step.name == one.step)
            )
            letter = DeadLetter(
                job_id=one.job_id,
                step=one.step,
                attempts=attempts or 0,
                reason=one.error or "",
                failed_at=at,
            )
            session.add(letter)


async def tell(session: AsyncSession, job_id: UUID) -> None:
    """Let those who watch know that a job has changed."""
    await session.execute(TELL, {"job_id": str(job_id)})
