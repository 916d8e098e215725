"""Notices live, as server-sent events."""

import random
import time
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request
from fastapi.responses import StreamingResponse

from kit.contracts.publisher.notices import Locale
from kit.streams import until_stopped
from kit.web import CallerDep, Router
from publisher_service.actions.live import Hub, Listener
from publisher_service.actions.reading import account_of
from publisher_service.endpoints.given import HubDep

SILENCE_SECONDS = 15.0
LONGEST_SECONDS = 600.0  # then the browser comes again, with an access token that is still good
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
LastEventId = Annotated[str, Header(alias="Last-Event-ID", max_length=64)]
router = Router(tags=["notices"])


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


@router.get("/notices/stream", summary="My notices as they come", response_class=EventStream)
async def stream(
    request: Request,
    caller: CallerDep,
    hub: HubDep,
    locale: Annotated[Locale, Query()] = "fr",
    last_event_id: LastEventId = "",
) -> EventStream:
    pieces = _pieces(hub, account_of(caller), locale, last_event_id)
    return EventStream(until_stopped(request.app, pieces), headers=HEADERS)


async def _pieces(
    hub: Hub, account_id: UUID, locale: Locale, last_event_id: str
) -> AsyncIterator[bytes]:
    # Not all at the same moment: those who came together would come again together.
    ends = time.monotonic() + LONGEST_SECONDS * random.uniform(0.7, 1)  # noqa: S311
    async with hub.following(account_id, locale) as listener:
        yield b"retry: 2000\n\n"
        is_first = True
        while time.monotonic() < ends:
            if await listener.next(SILENCE_SECONDS):
                if is_first:
                    _catch_up(listener, last_event_id)
                    is_first = False
                yield _event(hub, listener)
            else:
                yield b": still here\n\n"


def _catch_up(listener: Listener, last_event_id: str) -> None:
    """Whoever comes for the first time knows the list already; who comes again may have missed."""
    newest = listener.state[1] if listener.state else None
    if newest is not None and last_event_id in {"", str(newest.id)}:
        listener.newest = newest.id


def _event(hub: Hub, listener: Listener) -> bytes:
    said = hub.event(listener).model_dump_json()
    return f"id: {listener.newest or ''}\nevent: notice\ndata: {said}\n\n".encode()
