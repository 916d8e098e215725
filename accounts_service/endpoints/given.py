"""What the handlers are given besides a session: tools, and where a request comes from."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request

from accounts_service.actions import proofs
from accounts_service.actions.callers import confirmed, fresh, signed_in
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


def _still(permission: str) -> Any:  # noqa: ANN401  (FastAPI's Depends)
    """Return the dependency that asks the database too: a token is up to 15 minutes behind."""

    async def allowed(request: Request, caller: Annotated[Caller, needs(permission)]) -> Caller:
        async with database(request).reads() as session:
            return await confirmed(session, caller, permission)

    return Depends(allowed)


async def _fresh(request: Request, caller: CallerDep) -> Caller:
    async with database(request).reads() as session:
        return await fresh(session, caller)


async def _signed_in(request: Request, caller: CallerDep) -> None:
    async with database(request).reads() as session:
        await signed_in(session, caller)


async def _sure(request: Request, caller: CallerDep) -> None:
    if caller.kind == "person":
        async with database(request).reads() as session:
            await proofs.sure(session, caller)


SIGNED_IN = Depends(_signed_in)  # before anything is said about what was sent
# What a thief of a session must not do: a person has to have shown of late who they are.
SURE = Depends(_sure)
ToolsDep = Annotated[Tools, Depends(_tools)]
SessionsDep = Annotated[Sessions, Depends(_sessions)]
OriginDep = Annotated[Origin, Depends(_origin)]
PeopleAdmin = Annotated[Caller, _still("people:write")]
Someone = Annotated[Caller, Depends(_fresh)]  # signed in, or a program; rules say what they may
PeopleActor = Annotated[Caller, _still("people:act")]
StudiosReader = Annotated[Caller, _still("studios:read")]
StudiosAdmin = Annotated[Caller, _still("studios:write")]
ClientsAdmin = Annotated[Caller, _still("clients:write")]
Auditor = Annotated[Caller, _still("audit:read")]
AuditWriter = Annotated[Caller, _still("audit:write")]
Cursor = Annotated[str | None, Query(max_length=500)]
