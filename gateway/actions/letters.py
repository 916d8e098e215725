"""Dead letters: steps that failed for good, replayed one by one or many at once."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.actions import jobs
from gateway.actions.pipelines import Pipelines
from gateway.queries import letters
from kit.contracts import gateway as wire
from kit.contracts.gateway import AlreadyReplayed, JobState, ReplayNew

AT_ONCE = 200


async def replay(session: AsyncSession, pipelines: Pipelines, letter_id: UUID) -> wire.Job:
    """Run the job of a dead letter again, from the step that failed."""
    letter = await letters.letter_for_update(session, letter_id)
    if letter.replayed_at is not None or letter.job.state != JobState.error:
        raise AlreadyReplayed(job_id=str(letter.job_id))
    return await jobs.retry(session, pipelines, letter.job_id, letter.step)


async def replay_all(session: AsyncSession, pipelines: Pipelines, chosen: ReplayNew) -> list[UUID]:
    """Replay the letters that wait, at most so many at once; return their jobs."""
    job_ids = []
    for letter in await letters.waiting(session, chosen, AT_ONCE):
        if letter.job.state == JobState.error:  # not, when another letter of it came first
            await jobs.retry(session, pipelines, letter.job_id, letter.step)
            job_ids.append(letter.job_id)
    return job_ids
