"""An order live, as server-sent events: the page on which somebody waits for a payment."""

import random
import time
from collections.abc import AsyncIterator
from uuid import UUID

from fastapi import Request
from fastapi.responses import StreamingResponse

from kit.contracts.payments.orders import Order, OrderState
from kit.streams import until_stopped
from kit.web import CallerDep, Router
from payments_service.actions.orders import looking, seeing
from payments_service.actions.orders.live import Hub
from payments_service.actions.tools import Tools
from payments_service.endpoints.given import HubDep, Secret, ToolsDep

LOOK_SECONDS = 5.0  # so often the provider is asked while somebody waits
LONGEST_SECONDS = 600.0  # then the browser comes again
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
OVER = frozenset(OrderState) - {OrderState.created, OrderState.pending, OrderState.paid}
router = Router(tags=["orders"])


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


@router.get(
    "/orders/{order_id}/stream", summary="An order as it changes", response_class=EventStream
)
async def stream(
    order_id: UUID,
    request: Request,
    caller: CallerDep,
    tools: ToolsDep,
    hub: HubDep,
    secret: Secret = "",
) -> EventStream:
    """`event: order` with an Order, at once and after each change; it ends when the order is."""
    async with tools.database.reads() as session:
        await seeing.seen(session, caller, order_id, secret)
    return EventStream(until_stopped(request.app, _pieces(tools, hub, order_id)), headers=HEADERS)


async def _pieces(tools: Tools, hub: Hub, order_id: UUID) -> AsyncIterator[bytes]:
    # Not all at the same moment: those who came together would come again together.
    ends = time.monotonic() + LONGEST_SECONDS * random.uniform(0.7, 1)  # noqa: S311
    async with hub.following(order_id) as follower:
        yield b"retry: 2000\n\n"
        said = None
        while time.monotonic() < ends:
            order = await looking.seen_now(tools, order_id)
            if order != said:
                said = order
                yield _event(order)
            if order.state in OVER:
                return
            if not await follower.next(LOOK_SECONDS):
                yield b": still here\n\n"
                await looking.look_at(tools, order_id)


def _event(order: Order) -> bytes:
    return f"event: order\ndata: {order.model_dump_json()}\n\n".encode()
