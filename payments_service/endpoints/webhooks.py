"""The inbox of webhooks: what providers send, and what staff see of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from kit.contracts.payments.order_stories import WebhookDetail, WebhookQuery, Webhooks
from kit.pages import Limit
from kit.web import ReadSession, Router, Session
from payments_service.actions.orders import desk, hooks, inbox
from payments_service.endpoints.given import MoneyReader, MoneyWriter
from payments_service.queries import inbox as kept

router = Router(tags=["webhooks"])
Cursor = Annotated[str | None, Query(max_length=300)]


async def take_webhook(request: Request) -> Response:
    """Verify its raw bytes, keep it once, and answer; what counts is asked for afterwards.

    A plain route: the dependencies of a handler would cost as much as keeping it.
    """
    state = request.app.state
    headers = dict(request.headers)  # lower case by ASGI
    name = request.path_params["provider"]
    await inbox.take(state.tools, state.inbox, name, headers, await request.body())
    return Response(status_code=202)


router.add_route("/webhooks/{provider}", take_webhook, methods=["POST", "PUT"])  # PUT: MTN


@router.get("/webhooks", summary="The inbox of webhooks")
async def webhooks(
    caller: MoneyReader,
    session: ReadSession,
    filters: Annotated[WebhookQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Webhooks:
    return await desk.webhooks(session, filters, cursor, limit)


@router.get("/webhooks/{webhook_id}", summary="A webhook, with what was sent")
async def webhook(webhook_id: UUID, caller: MoneyReader, session: ReadSession) -> WebhookDetail:
    return desk.webhook(await kept.webhook(session, webhook_id))


@router.post("/webhooks/{webhook_id}/replays", status_code=202, summary="Handle it once more")
async def replay_webhook(webhook_id: UUID, caller: MoneyWriter, session: Session) -> WebhookDetail:
    """Ask the provider again; nothing is paid or given twice."""
    return desk.webhook(await hooks.replay(session, webhook_id))
