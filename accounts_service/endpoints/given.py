"""What the handlers are given besides a session: tools, and where a request comes from."""

from typing import Annotated

from fastapi import Depends, Query, Request

from accounts_service.actions.tools import Origin, Tools
from kit.auth import Caller
from kit.db import Sessions
from kit.web import CallerDep, ViewerAddress, database, needs


async def _tools(request: Request) -> Tools:
    found: Tools = request.app.state.tools
    return found


async def _sessions(request: Request) -> Sessions:
    return database(request).sessions


async def _origin(request: Request, caller: CallerDep, address: ViewerAddress) -> Origin:
    """Services say in `X-Viewer-Device` for whom they speak; of others we see the browser."""
    is_service = caller.kind == "service" or bool(caller.via)
    name = "x-viewer-device" if is_service else "user-agent"
    return Origin(address[:100], request.headers.get(name, "")[:200])


ToolsDep = Annotated[Tools, Depends(_tools)]
SessionsDep = Annotated[Sessions, Depends(_sessions)]
OriginDep = Annotated[Origin, Depends(_origin)]
PeopleAdmin = Annotated[Caller, needs("people:write")]
ClientsAdmin = Annotated[Caller, needs("clients:write")]
Auditor = Annotated[Caller, needs("audit:read")]
AuditWriter = Annotated[Caller, needs("audit:write")]
Cursor = Annotated[str | None, Query(max_length=500)]
