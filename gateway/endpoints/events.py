"""Events in."""

from gateway.actions import events
from gateway.endpoints.given import PipelinesDep, Teller
from kit.contracts.gateway import EventNew, EventTaken
from kit.web import Router, Session

router = Router(tags=["events"])


@router.post("/event", status_code=202, summary="Tell what happened; its id makes it count once")
async def take(
    new: EventNew, caller: Teller, session: Session, pipelines: PipelinesDep
) -> EventTaken:
    return await events.take(session, pipelines, new)
