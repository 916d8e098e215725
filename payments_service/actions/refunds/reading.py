"""Refunds and disputes as staff read them, and as who bought does."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.contracts.payments import refunds as wire
from kit.contracts.payments.errors import RefundNotFound
from kit.db import find
from kit.pages import encode_cursor
from payments_service.actions.refunds import planning
from payments_service.models.papers import Refund
from payments_service.queries import giving
from payments_service.queries import refunds as queries
from payments_service.rules.cursors import before


async def refunds(
    session: AsyncSession, filters: wire.RefundQuery, cursor: str | None, limit: int
) -> wire.Refunds:
    rows = await queries.refunds(session, filters, before(cursor), limit + 1)
    items = [
        wire.Refund.model_validate(row).model_copy(update={"title": title})
        for row, title in rows[:limit]
    ]
    following = encode_cursor(str(items[-1].id)) if len(rows) > limit else None
    return wire.Refunds(items=items, next_cursor=following)


async def story(session: AsyncSession, refund_id: UUID) -> wire.RefundStory:
    row = await find(session, Refund, refund_id, RefundNotFound)
    shown = wire.Refund.model_validate(row)
    tries = await giving.attempts_of_refund(session, refund_id)
    attempts = [wire.GivingAttempt.model_validate(one) for one in tries]
    return wire.RefundStory(**shown.model_dump(), attempts=attempts)


async def disputes(
    session: AsyncSession, filters: wire.DisputeQuery, cursor: str | None, limit: int
) -> wire.Disputes:
    rows = await queries.disputes(session, filters, before(cursor), limit + 1)
    items = [
        wire.Dispute.model_validate(row).model_copy(update={"title": title})
        for row, title in rows[:limit]
    ]
    following = encode_cursor(str(items[-1].id)) if len(rows) > limit else None
    return wire.Disputes(items=items, next_cursor=following)


async def of_order(
    session: AsyncSession, caller: Caller, order_id: UUID, secret: str
) -> wire.OrderRefunds:
    """Return what of an order went back; raise OrderNotFound for others' orders."""
    order = await planning.order_seen(session, caller, order_id, secret)
    rows = await queries.refunds_of_order(session, order.id)
    return wire.OrderRefunds(items=[shown(row) for row in rows])


def shown(row: Refund) -> wire.Refund:
    """Return a refund as who bought sees it: who did it and what troubled it is for staff."""
    is_own = row.asked_by == str(row.account_id)
    hidden = {"trouble": "", "asked_by": row.asked_by if is_own else ""}
    return wire.Refund.model_validate(row).model_copy(update=hidden)
