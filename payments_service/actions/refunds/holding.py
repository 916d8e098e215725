"""What an order gave is closed while all of its money is on its way back.

In the transaction in which that is asked for; and opened again in the one in which it is found
that a part of it stays, because a refund was refused.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.queries import refunds


async def follow(session: AsyncSession, tools: Tools, order: Order) -> None:
    """Close or open what an order gave, as its refunds stand now. The order is locked."""
    if order.refunded_amount >= order.amount:  # taken back for good
        order.held_at = None
        return
    moving = await refunds.on_their_way(session, order.id)
    is_all = order.refunded_amount + moving >= order.amount
    if is_all and order.held_at is None:
        order.held_at = now()
        await session.flush()
        await tools.seller(order.kind).hold(session, tools, order)
    elif order.held_at is not None and not is_all:
        await tools.seller(order.kind).release(session, tools, order)
        order.held_at = None
    await session.flush()
