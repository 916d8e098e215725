"""Jobs live, as server-sent events."""

import time
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Header, Request
from fastapi.responses import StreamingResponse

from gateway.actions.watching import Hub, event_id
from gateway.endpoints.given import HubDep, Reader
from kit.contracts.gateway import JobSummary
from kit.streams import until_stopped
from kit.web import Router

SILENCE_SECONDS = 15.0
LONGEST_SECONDS = 600.0  # then the browser comes again, with an access token that is still good
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
LastEventId = Annotated[str, Header(alias="Last-Event-ID", max_length=64)]
router = Router(tags=["jobs"])


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


@router.get("/jobs/stream", summary="Every change of every job", response_class=EventStream)
async def stream(
    request: Request, caller: Reader, hub: HubDep, last_event_id: LastEventId = ""
) -> EventStream:
    events = until_stopped(request.app, _all(hub, last_event_id))
    return EventStream(events, headers=HEADERS)


@router.get("/jobs/{job_id}/stream", summary="Every change of a job", response_class=EventStream)
async def stream_job(request: Request, job_id: UUID, caller: Reader, hub: HubDep) -> EventStream:
    await hub.whole(job_id)
    return EventStream(until_stopped(request.app, _one(hub, job_id)), headers=HEADERS)


async def _all(hub: Hub, last_event_id: str) -> AsyncIterator[bytes]:
    ends = time.monotonic() + LONGEST_SECONDS
    async with hub.watching() as watcher:
        yield b"retry: 2000\n\n"
        for job in await hub.since(last_event_id):
            yield _event(job)
        while time.monotonic() < ends:
            changed = await watcher.next(SILENCE_SECONDS)
            if not changed:
                yield b": still here\n\n"
            for job in await hub.summaries(changed) if changed else []:
                yield _event(job)


async def _one(hub: Hub, job_id: UUID) -> AsyncIterator[bytes]:
    ends = time.monotonic() + LONGEST_SECONDS
    async with hub.watching(job_id) as watcher:
        yield b"retry: 2000\n\n"
        yield _event(await hub.whole(job_id))
        while time.monotonic() < ends:
            if await watcher.next(SILENCE_SECONDS):
                yield _event(await hub.whole(job_id))
            else:
                yield b": still here\n\n"


def _event(job: JobSummary) -> bytes:
    return f"id: {event_id(job)}\nevent: job\ndata: {job.model_dump_json()}\n\n".encode()
