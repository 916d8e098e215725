"""Jobs, live: what runs, what waits, what failed and can be tried again."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from admin_interface.forms import checked
from admin_interface.pages.desk import back, show, words
from admin_interface.pages.staff import acting
from kit.contracts.gateway import (
    DeadLetter,
    GatewayClient,
    Job,
    JobQuery,
    JobState,
    JobSummary,
    ReplayNew,
)
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.streams import until_stopped

router = APIRouter()
Gateway = Annotated[GatewayClient, acting(GatewayClient)]
STATES = tuple(state.value for state in JobState)
SAYINGS = {
    "Mistyped": mark("Une des valeurs n’est pas acceptée ; corrigez-la, puis recommencez."),
    "JobFinished": mark("Cette tâche est déjà finie."),
    "JobStillRunning": mark("Cette tâche tourne encore : annulez-la d’abord, ou attendez."),
    "AlreadyReplayed": mark("Cet échec a déjà été rejoué : regardez sa tâche."),
    "UnknownStep": mark("Cette tâche n’a pas d’étape de ce nom."),
    "StepNotReached": mark("La tâche n’est pas allée jusque-là : choisissez une étape d’avant."),
    "Forbidden": mark("Votre rôle ne permet pas cela."),
}
OTHERWISE = mark("L’orchestre des tâches a refusé : %(why)s")
SSE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class JobsView(Schema):
    jobs: list[JobSummary]
    next: str
    state: str
    is_live: bool


class JobView(Schema):
    job: Job


class LettersView(Schema):
    letters: list[DeadLetter]
    next: str


async def _jobs(
    request: Request, gateway: GatewayClient, state: str, cursor: str | None
) -> JobsView:
    filters = JobQuery(state=JobState(state) if state in STATES else None)
    page = await gateway.jobs(filters, cursor)
    following = page.next_cursor
    after = str(request.url.include_query_params(cursor=following)) if following else ""
    return JobsView(jobs=page.items, next=after, state=state, is_live=cursor is None)


@router.get("/jobs")
async def jobs(
    request: Request, gateway: Gateway, state: str = "", cursor: str | None = None
) -> Response:
    return show(request, "pages/jobs.html", await _jobs(request, gateway, state, cursor))


@router.get("/jobs/table")
async def jobs_table(request: Request, gateway: Gateway, state: str = "") -> Response:
    """Answer the part of the page that lives."""
    return show(request, "fragments/jobs_table.html", await _jobs(request, gateway, state, None))


@router.get("/jobs/stream")
async def stream(request: Request, gateway: Gateway) -> Response:
    events = await _opened(gateway.stream(None, request.headers.get("last-event-id", "")))
    events = until_stopped(request.app, events)
    return StreamingResponse(events, media_type="text/event-stream", headers=SSE)


@router.get("/jobs/{job_id}")
async def job_page(request: Request, job_id: UUID, gateway: Gateway) -> Response:
    return show(request, "pages/job.html", JobView(job=await gateway.job(job_id)))


@router.get("/jobs/{job_id}/detail")
async def job_detail(request: Request, job_id: UUID, gateway: Gateway) -> Response:
    return show(request, "fragments/job_detail.html", JobView(job=await gateway.job(job_id)))


@router.get("/jobs/{job_id}/stream")
async def job_stream(request: Request, job_id: UUID, gateway: Gateway) -> Response:
    events = await _opened(gateway.stream(job_id, request.headers.get("last-event-id", "")))
    events = until_stopped(request.app, events)
    return StreamingResponse(events, media_type="text/event-stream", headers=SSE)


@router.post("/jobs/{job_id}/cancellation")
async def cancel(request: Request, job_id: UUID, gateway: Gateway) -> Response:
    here = f"/jobs/{job_id}"
    try:
        await gateway.cancel(job_id)
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, mark("La tâche est annulée."))


@router.post("/jobs/{job_id}/retries")
async def retry(request: Request, job_id: UUID, gateway: Gateway) -> Response:
    here = f"/jobs/{job_id}"
    step = str((await request.form()).get("step", "")) or None
    try:
        await gateway.retry(job_id, step)
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, mark("La tâche reprend."))


@router.get("/dead-letters")
async def letters(request: Request, gateway: Gateway, cursor: str | None = None) -> Response:
    page = await gateway.dead_letters(cursor)
    following = page.next_cursor
    after = str(request.url.include_query_params(cursor=following)) if following else ""
    return show(request, "pages/letters.html", LettersView(letters=page.items, next=after))


@router.post("/dead-letters")
async def replay(request: Request, gateway: Gateway) -> Response:
    """Replay one failure, or all that wait."""
    letter = str((await request.form()).get("letter", ""))
    try:
        if letter:
            job = await gateway.replay(checked(UUID, letter))
            return back(request, f"/jobs/{job.id}", mark("La tâche reprend."))
        done = await gateway.replay_all(ReplayNew())
    except AppError as error:
        return back(request, "/dead-letters", saying(request, error), "danger")
    return back(
        request, "/dead-letters", mark("%(count)s tâches reprennent."), count=len(done.job_ids)
    )


async def _opened(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Wait for the first piece, so that a refusal is an answer and not a broken stream."""
    first = await anext(events)

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for piece in events:
            yield piece

    return all_of_them()


def saying(request: Request, error: AppError) -> str:
    say = words(request)
    found = SAYINGS.get(type(error).__name__)
    return say(found) if found else say(OTHERWISE, why=error.detail)
