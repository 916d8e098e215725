"""Events: kept once, whatever their name; some start pipelines."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.actions.jobs import start_job
from gateway.actions.pipelines import Pipelines
from gateway.queries import events
from kit import clock
from kit.contracts.gateway import EventDiffers, EventNew, EventTaken


async def take(session: AsyncSession, pipelines: Pipelines, new: EventNew) -> EventTaken:
    """Keep an event and start what it starts; one that comes again changes nothing."""
    started = pipelines.started_by(new.name)
    starts = [(pipeline, pipeline.starts[new.name](new.payload)) for pipeline in started]
    if not await events.add_event(session, new, clock.now(), is_known=bool(started)):
        return await _again(session, new)
    job_ids = [await start_job(session, pipeline, start, new.id) for pipeline, start in starts]
    if job_ids:
        await events.set_jobs(session, new.id, job_ids)
    return _taken(new, is_known=bool(started), is_repeated=False, job_ids=job_ids)


async def _again(session: AsyncSession, new: EventNew) -> EventTaken:
    before = await events.event(session, new.id)
    if before is None or (before.name, before.payload) != (new.name, new.payload):
        raise EventDiffers
    return _taken(new, is_known=before.is_known, is_repeated=True, job_ids=before.job_ids)


def _taken(new: EventNew, *, is_known: bool, is_repeated: bool, job_ids: list[UUID]) -> EventTaken:
    return EventTaken(
        id=new.id, name=new.name, known=is_known, is_repeated=is_repeated, job_ids=job_ids
    )
