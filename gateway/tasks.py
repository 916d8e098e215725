"""What the gateway does by itself: one step after the other, and forgetting what is long past."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.actions import jobs
from gateway.queries.jobs import forget
from gateway.queries.moves import Move
from kit import clock
from kit.jobs import Again, Job, Tasks

tasks = Tasks()


async def record(session: AsyncSession, ended: Sequence[tuple[Job, Move]]) -> None:
    await jobs.record(session, [move for _, move in ended])


async def give_up(job: Job, reason: str) -> None:
    await jobs.give_up(job.session, job.state.pipelines, job.arguments["work"], reason)


# A step has its own tries and its own timeout; these are for when even that fails.
@tasks.task(tries=10, timeout_seconds=3600, concurrency=100, commit=record, on_failure=give_up)
async def run_step(job: Job, work: dict[str, Any]) -> Move | Again:
    return await jobs.run_step(job.state.pipelines, job, work)


@tasks.every(24 * 3600)
async def forget_old_jobs(job: Job) -> None:
    await forget(job.session, clock.now() - timedelta(days=job.settings.kept_days))
