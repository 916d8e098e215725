"""What the handlers of the gateway ask for."""

from typing import Annotated

from fastapi import Depends, Request

from gateway.actions.pipelines import Pipelines
from gateway.actions.watching import Hub
from kit.auth import Caller
from kit.errors import Forbidden, Unauthenticated
from kit.web import CallerDep, needs


async def _pipelines(request: Request) -> Pipelines:
    found: Pipelines = request.app.state.pipelines
    return found


async def _hub(request: Request) -> Hub:
    found: Hub = request.app.state.hub
    return found


async def _sibling(caller: CallerDep) -> Caller:
    """Let services of the suite in, and nobody else."""
    if caller.kind == "anonymous":
        raise Unauthenticated
    if caller.kind != "service":
        raise Forbidden("Only services of the suite may do this.")
    return caller


PipelinesDep = Annotated[Pipelines, Depends(_pipelines)]
HubDep = Annotated[Hub, Depends(_hub)]
Teller = Annotated[Caller, needs("events:write")]
Reader = Annotated[Caller, needs("jobs:read")]
Sibling = Annotated[Caller, Depends(_sibling)]
Operator = Annotated[Caller, needs("jobs:write")]
