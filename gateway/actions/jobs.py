"""Jobs: looked at, cancelled, run again; and their steps, one after the other."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway import rules
from gateway.actions.pipelines import Pipelines
from gateway.actions.steps import Context, Place, run
from gateway.models import Job
from gateway.queries import jobs as queries
from gateway.queries import letters, moves
from gateway.queries.arrivals import Begun
from kit import clock
from kit.contracts import gateway as wire
from kit.contracts.gateway import JobState, JobStillRunning
from kit.jobs import Again, GiveUp, cancel_by_key, enqueue_many
from kit.jobs import Job as Run

TASK = "run_step"


async def ask_first(session: AsyncSession, begun: Sequence[Begun]) -> None:
    """Ask for the first step of each of these jobs."""
    works = [_work(one.id, one.pipeline, one.steps[0], 0, one.arguments, {}) for one in begun]
    await _ask(session, works)


async def see(session: AsyncSession, job_id: UUID) -> wire.Job:
    """Return a job with its steps and its log."""
    return await _whole(session, await queries.job(session, job_id))


async def cancel(session: AsyncSession, job_id: UUID) -> wire.Job:
    """Stop a job: a step that runs is interrupted, and whatever it still says is void."""
    # In the order in which a worker takes these locks: the queue's row, then the job's. Between
    # the two the job may have gone on to its next step, so the queue is asked again.
    await cancel_by_key(session, TASK, str(job_id))
    found = await queries.job_for_update(session, job_id)
    rules.check_cancel(found.state)
    at = clock.now()
    found.state = JobState.cancelled
    found.generation += 1
    found.updated_at = found.finished_at = at
    await queries.end_steps(session, job_id, JobState.cancelled, at)
    await cancel_by_key(session, TASK, str(job_id))
    await moves.tell(session, job_id)
    await session.flush()
    return await see(session, job_id)


async def retry(
    session: AsyncSession, pipelines: Pipelines, job_id: UUID, from_step: str | None
) -> wire.Job:
    """Run a job that ended again, from that step on."""
    found = await queries.job_for_update(session, job_id)
    step = rules.step_to_retry(found, found.steps, from_step)
    if await queries.unfinished_id(session, found.key):
        raise JobStillRunning("Another job for the same thing is running; look at that one.")
    at = clock.now()
    found.state, found.step, found.error = JobState.queued, step.name, None
    found.generation += 1
    found.updated_at, found.finished_at = at, None
    found.progress = _progress_before(pipelines, found)
    await queries.reset_steps(session, job_id, step.position)
    await letters.mark_replayed(session, job_id, at)
    await session.flush()
    await _ask(
        session,
        [_work(job_id, found.pipeline, step.name, found.generation, found.arguments, found.facts)],
    )
    await moves.tell(session, job_id)
    return await see(session, job_id)


async def run_step(pipelines: Pipelines, job: Run, work: dict[str, Any]) -> moves.Move | Again:
    """Run one step of one job; return what has to be written."""
    pipeline = pipelines.by_name.get(work["pipeline"])
    step = pipeline.step(work["step"]) if pipeline else None
    if pipeline is None or step is None:
        raise GiveUp(f"There is no step {work['step']} of {work['pipeline']} any more.")
    context = Context(
        job=job,
        job_id=UUID(work["job_id"]),
        arguments=work["arguments"],
        facts=work["facts"],
        begun_at=job.enqueued_at,
    )
    return await run(context, Place(pipeline.name, pipeline.steps, step, work["generation"]))


async def record(session: AsyncSession, ended: Sequence[moves.Move]) -> None:
    """Write what came of these runs, and ask for the steps that follow."""
    at = clock.now()
    counted = await moves.move(session, ended, at)
    following = [
        _work(one.job_id, one.pipeline, one.next_step, one.generation, one.arguments, one.facts)
        for one in counted
        if one.next_step is not None
    ]
    await _ask(session, following)
    await moves.add_lines(session, counted)
    await moves.add_letters(session, counted, at)


async def give_up(
    session: AsyncSession, pipelines: Pipelines, work: dict[str, Any], reason: str
) -> None:
    """Record that a step cannot even be run."""
    pipeline = pipelines.by_name.get(work["pipeline"])
    step = pipeline.step(work["step"]) if pipeline else None
    at = clock.now()
    found = await queries.job_for_update(session, UUID(work["job_id"]))
    line = moves.Line(at, "error", reason)
    move = moves.Move(
        job_id=found.id, generation=work["generation"], pipeline=work["pipeline"],
        step=work["step"], state=JobState.error, progress=0, tries=1, error=reason,
        started_at=at, waits_until=None, next_step=None, job_progress=found.progress,
        arguments=work["arguments"], facts=work["facts"], lines=(line,),
        is_optional=step is not None and step.is_optional,
    )  # fmt: skip
    await record(session, [move])


def _work(
    job_id: UUID,
    pipeline: str,
    step: str,
    generation: int,
    arguments: dict[str, Any],
    facts: dict[str, Any],
) -> dict[str, Any]:
    """Return what `run_step` is called with: all it needs, so that it need not read."""
    return {"work": {"job_id": str(job_id), "pipeline": pipeline, "step": step,
                     "generation": generation, "arguments": arguments, "facts": facts}}  # fmt: skip


async def _ask(session: AsyncSession, works: Sequence[dict[str, Any]]) -> None:
    if works:
        keys = [work["work"]["job_id"] for work in works]
        await enqueue_many(session, TASK, works, keys=keys)


def _progress_before(pipelines: Pipelines, job: Job) -> int:
    pipeline = pipelines.by_name.get(job.pipeline)
    if pipeline is None or pipeline.step(job.step) is None:
        return 0
    return rules.overall({step.name: step.weight for step in pipeline.steps}, job.step, 0)


async def _whole(session: AsyncSession, job: Job) -> wire.Job:
    lines = await queries.lines(session, job.id)
    summary = wire.JobSummary.model_validate(job)
    return wire.Job(
        **dict(summary),
        arguments=job.arguments,
        event_id=job.event_id,
        steps=[wire.Step.model_validate(step) for step in job.steps],
        logs=[wire.LogLine.model_validate(line) for line in lines],
    )
