"""Dead letters: steps that failed for good."""

from uuid import UUID

from gateway.actions import letters, lists
from gateway.endpoints.given import Operator, PipelinesDep, Reader
from kit.contracts.gateway import DeadLetters, Job, Replayed, ReplayNew
from kit.events import audit
from kit.pages import Limit
from kit.web import ReadSession, Router, Session

router = Router(prefix="/dead-letters", tags=["dead letters"])


@router.get("", summary="Dead letters with their reasons, newest first")
async def list_letters(
    caller: Reader,
    session: ReadSession,
    waiting_only: bool = False,
    cursor: str | None = None,
    limit: Limit = 50,
) -> DeadLetters:
    return await lists.letters(session, cursor, limit, waiting_only=waiting_only)


@router.post("/replays", summary="Replay the dead letters that wait, up to 200 at once")
async def replay_all(
    new: ReplayNew, caller: Operator, session: Session, pipelines: PipelinesDep
) -> Replayed:
    job_ids = await letters.replay_all(session, pipelines, new)
    await audit(session, caller, "dead_letters.replayed", "", {"jobs": len(job_ids)})
    return Replayed(job_ids=job_ids)


@router.post("/{letter_id}/replays", summary="Run the job again from the step that failed")
async def replay(
    letter_id: UUID, caller: Operator, session: Session, pipelines: PipelinesDep
) -> Job:
    found = await letters.replay(session, pipelines, letter_id)
    await audit(session, caller, "dead_letter.replayed", f"job/{found.id}", {"step": found.step})
    return found
