"""What the handlers of payments_service ask for."""

from typing import Annotated

from fastapi import Depends, Header, Request

from kit.auth import Caller
from kit.contracts.payments.orders import SECRET_HEADER
from kit.web import needs
from payments_service.actions.orders.inbox import Inbox
from payments_service.actions.orders.live import Hub
from payments_service.actions.tools import Tools


async def _tools(request: Request) -> Tools:
    found: Tools = request.app.state.tools
    return found


async def _inbox(request: Request) -> Inbox:
    found: Inbox = request.app.state.inbox
    return found


async def _hub(request: Request) -> Hub:
    found: Hub = request.app.state.hub
    return found


ToolsDep = Annotated[Tools, Depends(_tools)]
InboxDep = Annotated[Inbox, Depends(_inbox)]
HubDep = Annotated[Hub, Depends(_hub)]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=200)]
Secret = Annotated[str, Header(alias=SECRET_HEADER, max_length=200)]
MoneyReader = Annotated[Caller, needs("money:read")]
MoneyWriter = Annotated[Caller, needs("money:write")]
