"""Giving what was paid for: at once by whoever settled, by a job where that did not work."""

import asyncio
import logging
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.orders import OrderState
from kit.events import emit
from payments_service.actions.tools import Tools
from payments_service.queries import orders
from payments_service.rules.orders import GIVEN

LONGEST_SECONDS = 8.0
logger = logging.getLogger(__name__)


async def fulfil(session: AsyncSession, tools: Tools, order_id: UUID) -> bool:
    """Give what an order is for, once; return whether it was done now."""
    order = await orders.order_for_update(session, order_id)
    if order.state not in GIVEN or order.fulfilled_at is not None:
        return False
    seller = tools.seller(order.kind)
    await seller.fulfil(session, tools, order)
    if order.held_at is not None:  # its money is on its way back already
        await seller.hold(session, tools, order)
    order.fulfilled_at = now()
    if order.state == OrderState.paid:
        order.state = OrderState.fulfilled
    told = {"order_id": str(order.id), "kind": order.kind, "subject": order.subject}
    await emit(session, "OrderFulfilled", told, key=str(order.id))
    return True


async def fulfil_now(tools: Tools, order_id: UUID) -> None:
    """Give it while somebody waits; what fails is left to the job."""
    try:
        async with asyncio.timeout(LONGEST_SECONDS), tools.database.sessions.begin() as session:
            await fulfil(session, tools, order_id)
    except Exception:  # the edge: the order is paid, and `fulfil_order` tries again
        logger.exception("not given at once", extra={"order_id": str(order_id)})
