"""What the handlers of publisher_service ask for."""

from typing import Annotated

from fastapi import Depends, Request

from kit.auth import Caller
from kit.limits import Limiter
from kit.web import needs
from publisher_service.actions.live import Hub
from publisher_service.actions.tools import Tools


async def _tools(request: Request) -> Tools:
    found: Tools = request.app.state.tools
    return found


async def _hub(request: Request) -> Hub:
    found: Hub = request.app.state.hub
    return found


async def _limiter(request: Request) -> Limiter:
    found: Limiter = request.app.state.limiter
    return found


ToolsDep = Annotated[Tools, Depends(_tools)]
LimiterDep = Annotated[Limiter, Depends(_limiter)]
HubDep = Annotated[Hub, Depends(_hub)]
Reader = Annotated[Caller, needs("notices:read")]
Writer = Annotated[Caller, needs("notices:write")]
