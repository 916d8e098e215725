"""The inbox of webhooks: what providers send, and what staff see of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kit.contracts.payments.orders import WebhookDetail, WebhookQuery, Webhooks
from kit.pages import Limit
from kit.web import ReadSession, Session
from payments_service.actions.orders import desk, hooks, inbox
from payments_service.endpoints.given import InboxDep, MoneyReader, MoneyWriter, ToolsDep
from payments_service.queries import inbox as kept

router = APIRouter(tags=["webhooks"])
Cursor = Annotated[str | None, Query(max_length=300)]


@router.post("/webhooks/{provider}", status_code=202, summary="A provider tells us something")
async def take_webhook(provider: str, request: Request, tools: ToolsDep, box: InboxDep) -> Response:
    """Verify its raw bytes, keep it once, and answer; what counts is asked for afterwards."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    await inbox.take(tools, box, provider, headers, await request.body())
    return Response(status_code=202)


router.add_api_route(  # MTN may say it by PUT
    "/webhooks/{provider}",
    take_webhook,
    methods=["PUT"],
    status_code=202,
    summary="The same, as some providers say it",
)


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
