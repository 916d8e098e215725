"""Events: kept once, whatever their name; some start pipelines."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.actions.jobs import ask_first
from gateway.actions.pipelines import Pipeline, Pipelines
from gateway.queries import events
from gateway.queries.arrivals import Begun, arrive
from kit import clock
from kit.contracts.gateway import EventDiffers, EventNew, EventTaken
from kit.db import new_id


async def take(session: AsyncSession, pipelines: Pipelines, new: EventNew) -> EventTaken:
    """Keep an event and start what it starts; one that comes again changes nothing."""
    begun = [_begun(pipeline, new) for pipeline in pipelines.started_by(new.name)]
    jobs = await arrive(session, new, begun, clock.now())
    if jobs is None:
        return await _again(session, new)
    made = [one for one in begun if jobs[one.key] == one.id]
    await ask_first(session, made)
    job_ids = [jobs[one.key] for one in begun]
    if len(made) < len(begun):
        await events.set_jobs(session, new.id, job_ids)
    return _taken(new, is_known=bool(begun), is_repeated=False, job_ids=job_ids)


def _begun(pipeline: Pipeline, new: EventNew) -> Begun:
    start = pipeline.starts[new.name](new.payload)
    steps = tuple(step.name for step in pipeline.steps)
    return Begun(
        new_id(), pipeline.name, start.key, start.subject, start.title, start.arguments, steps
    )


async def _again(session: AsyncSession, new: EventNew) -> EventTaken:
    before = await events.event(session, new.id)
    if before is None or (before.name, before.payload) != (new.name, new.payload):
        raise EventDiffers
    return _taken(new, is_known=before.is_known, is_repeated=True, job_ids=before.job_ids)


def _taken(new: EventNew, *, is_known: bool, is_repeated: bool, job_ids: list[UUID]) -> EventTaken:
    return EventTaken(
        id=new.id, name=new.name, known=is_known, is_repeated=is_repeated, job_ids=job_ids
    )
