"""Jobs: listed, looked at, cancelled, run again."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from gateway.actions import jobs, lists
from gateway.endpoints.given import Operator, PipelinesDep, Reader
from kit.contracts.gateway import Job, JobQuery, Jobs, RetryNew
from kit.events import audit
from kit.pages import Limit
from kit.web import ReadSession, Router, Session

router = Router(tags=["jobs"])


@router.get("/jobs", summary="Jobs, newest first")
async def list_jobs(
    caller: Reader,
    session: ReadSession,
    chosen: Annotated[JobQuery, Query()],
    cursor: str | None = None,
    limit: Limit = 50,
) -> Jobs:
    return await lists.jobs(session, chosen, cursor, limit)


@router.get("/jobs/{job_id}", summary="A job: its steps, attempts, durations, progress and log")
async def see(job_id: UUID, caller: Reader, session: ReadSession) -> Job:
    return await jobs.see(session, job_id)


@router.post("/jobs/{job_id}/cancellation", summary="Stop a job")
async def cancel(job_id: UUID, caller: Operator, session: Session) -> Job:
    found = await jobs.cancel(session, job_id)
    await audit(session, caller, "job.cancelled", f"job/{job_id}", {"subject": found.subject})
    return found


@router.post("/jobs/{job_id}/retries", summary="Run a job again, from any step it has reached")
async def retry(
    job_id: UUID, new: RetryNew, caller: Operator, session: Session, pipelines: PipelinesDep
) -> Job:
    found = await jobs.retry(session, pipelines, job_id, new.from_step)
    details = {"subject": found.subject, "from_step": found.step}
    await audit(session, caller, "job.retried", f"job/{job_id}", details)
    return found
