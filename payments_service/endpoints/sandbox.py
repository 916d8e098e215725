"""The sandbox's checkout page, where a payer of test money says what becomes of it."""

import hmac
from typing import Annotated, Literal

from fastapi import Form, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kit.contracts.payments.errors import OrderNotFound
from kit.errors import Forbidden
from kit.web import Router
from payments_service.actions.orders import inbox
from payments_service.endpoints.given import InboxDep, ToolsDep
from payments_service.pages import sandbox as pages
from payments_service.providers.provider import State
from payments_service.providers.sandbox import NAME, Sandbox

router = Router(tags=["sandbox"], include_in_schema=False)
Outcome = Annotated[Literal["approve", "decline", "late", "never"], Form()]
FormToken = Annotated[str, Form(max_length=100)]


@router.get("/sandbox/checkout/{ref}")
async def checkout(ref: str, tools: ToolsDep) -> Response:
    provider = _sandbox(tools.providers.get(NAME))
    charge = await provider.charge(ref)
    if charge is None:
        raise OrderNotFound
    is_over = charge.next_state == State.approved
    text = pages.page(charge, pages.token(provider.key, ref), is_over=is_over)
    headers = {
        "Content-Security-Policy": pages.policy(charge.return_url),
        "Cache-Control": "no-store",
    }
    return HTMLResponse(text, headers=headers)


@router.post("/sandbox/checkout/{ref}")
async def choose(
    ref: str, outcome: Outcome, token: FormToken, tools: ToolsDep, kept: InboxDep
) -> Response:
    """Take the payer's choice, send the webhook that a provider would, and go back to the shop."""
    provider = _sandbox(tools.providers.get(NAME))
    charge = await provider.charge(ref)
    if charge is None:
        raise OrderNotFound
    if not hmac.compare_digest(pages.token(provider.key, ref).encode(), token.encode()):
        raise Forbidden
    sent = await provider.choose(ref, outcome)
    if sent is not None and outcome in {"approve", "decline"}:
        await inbox.take(tools, kept, NAME, *sent)
    return RedirectResponse(charge.return_url, status_code=303)


def _sandbox(found: object) -> Sandbox:
    if not isinstance(found, Sandbox):
        raise OrderNotFound
    return found
