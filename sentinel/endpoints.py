"""The HTTP face of sentinel for programs; and who may see details."""

from collections.abc import AsyncIterator
from typing import Annotated

import orjson
from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse

from kit.auth import KeyRing, may
from kit.contracts.sentinel import (
    DetailsNeedPermission,
    DetailsNeedSignIn,
    Findings,
    History,
    Status,
)
from kit.errors import AppError
from kit.pages import Limit
from kit.streams import until_stopped
from kit.web import CallerDep, Router
from sentinel.actions import history as past
from sentinel.actions.watching import Watch
from sentinel.rules.doors import is_private
from sentinel.rules.faults import faults, overall
from sentinel.rules.telling import status as told

router = Router(tags=["sentinel"])
DASHBOARD_COOKIE = "admin_access"
MOST_STREAMS = 100


async def _watch(request: Request) -> Watch:
    found: Watch = request.app.state.watch
    return found


WatchDep = Annotated[Watch, Depends(_watch)]


async def _details(request: Request, caller: CallerDep) -> bool:
    """Say whether this reader sees details: by permission, by the dashboard's cookie, by place."""
    if request.app.state.settings.public or may(caller, "health:read"):
        return True
    forwarded = [
        one for header in request.headers.getlist("x-forwarded-for") for one in header.split(",")
    ]
    if is_private(request.client.host if request.client else "", forwarded):
        return True
    keys: KeyRing = request.app.state.keys
    try:
        return may(await keys.caller(request.cookies.get(DASHBOARD_COOKIE, "")), "health:read")
    except AppError:
        return False


Details = Annotated[bool, Depends(_details)]


async def status_for(request: Request, watch: Watch, *, details: bool) -> Status:
    words = request.app.state.site.language(request)
    return told(watch.board, words, details=details, is_history_kept=watch.is_history_kept)


@router.get("/status")
async def status(request: Request, watch: WatchDep, details: Details) -> Status:
    return await status_for(request, watch, details=details)


@router.get("/findings")
async def findings(request: Request, watch: WatchDep, details: Details) -> Findings:
    found = await status_for(request, watch, details=details)
    return Findings(at=found.at, items=found.findings)


@router.get("/services/{name:path}/history")
async def history(
    name: str,
    watch: WatchDep,
    caller: CallerDep,
    details: Details,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Limit = 50,
) -> History:
    if not details:
        raise DetailsNeedSignIn if caller.kind == "anonymous" else DetailsNeedPermission
    return await past.history(watch, name, cursor, limit)


@router.get("/stream", response_class=StreamingResponse)
async def stream(request: Request, watch: WatchDep) -> StreamingResponse:
    """Send a line after every round: how things are, and when that was seen."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = until_stopped(request.app, _rounds(watch))
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _rounds(watch: Watch) -> AsyncIterator[bytes]:
    yield b"retry: 5000\n\n"
    while not watch.is_closed:
        board = watch.board
        told = {"at": board.at, "state": overall(board, faults(board))}
        yield b"event: round\ndata: " + orjson.dumps(told) + b"\n\n"
        await watch.turn.wait()
