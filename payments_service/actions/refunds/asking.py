"""Asking for a refund: written down with what it reserves, sent by a job or given in coins."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.errors import RefundKeyReused
from kit.contracts.payments.refunds import RefundNew, RefundState
from kit.db import new_id
from kit.events import audit
from payments_service.actions.giving.beginning import Sending, begin
from payments_service.actions.orders.making import check_key
from payments_service.actions.refunds import holding, planning, settling
from payments_service.actions.refunds.planning import Planned
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt
from payments_service.models.papers import Refund
from payments_service.queries import orders, refunds

JOB = "job"


async def refund(
    session: AsyncSession,
    tools: Tools,
    caller: Caller,
    order_id: UUID,
    asked: RefundNew,
    key: str,
    secret: str = "",
) -> Refund:
    """Give money back, once for this key; raise NotRefundable, TooMuchRefunded, RefundKeyReused.

    The order is locked first, so that two who ask at once see what the other one left. What it
    gave is closed with the question, if all of its money goes.
    """
    check_key(key)
    whole_key = f"order:{order_id}:{key}"
    order = await orders.order_for_update(session, order_id)
    if known := await refunds.refund_of_key(session, whole_key):
        if known.way != asked.way or asked.amount not in {None, known.amount}:
            raise RefundKeyReused
        return known
    planned = await planning.plan(session, tools, caller, order_id, asked, secret)
    row = await _write(session, planned, whole_key, asked.reason, caller.id or caller.kind)
    told = {"order_id": str(order_id), "amount": row.amount, "way": row.way, "rule": row.rule}
    await audit(session, caller, "refund.ask", f"refund:{row.id}", told)
    if row.way == "coins":
        await settling.succeed_in_coins(session, tools, row)
    else:
        await begin(session, _sending(planned.attempt, row))
    await holding.follow(session, tools, order)
    return row


async def refund_unmatched(session: AsyncSession, attempt_id: UUID) -> Refund | None:
    """Send back money that paid nothing: a second payment, another amount. Once."""
    attempt = await orders.attempt(session, attempt_id)
    if attempt is None or attempt.is_matched or not attempt.seen_amount:
        return None
    order = await orders.order_for_update(session, attempt.order_id)
    key = f"unmatched:{attempt_id}"
    if known := await refunds.refund_of_key(session, key):
        return known
    await refunds.capture(session, attempt)
    currency = attempt.seen_currency or attempt.currency
    row = Refund(
        id=new_id(),
        key=key,
        order_id=order.id,
        attempt_id=attempt.id,
        account_id=order.account_id,
        way="source",
        rule="unmatched",
        reason=attempt.reason,
        amount=attempt.seen_amount,
        currency=currency,
        source_amount=attempt.seen_amount,
        source_currency=currency,
        state=RefundState.pending,
        asked_by=JOB,
        created_at=now(),
    )
    session.add(row)
    await session.flush()
    await begin(session, _sending(attempt, row))
    return row


async def _write(
    session: AsyncSession, planned: Planned, key: str, reason: str, asked_by: str
) -> Refund:
    await refunds.capture(session, planned.attempt)
    row = Refund(
        id=new_id(),
        key=key,
        order_id=planned.order.id,
        attempt_id=planned.attempt.id,
        account_id=planned.order.account_id,
        way=planned.way,
        rule=planned.rule,
        reason=reason,
        amount=planned.amount,
        currency=planned.order.currency,
        source_amount=planned.source_amount,
        source_currency=planned.source_currency,
        coins=planned.coins,
        bonus_coins=planned.bonus_coins,
        state=RefundState.pending,
        asked_by=asked_by,
        created_at=now(),
    )
    session.add(row)
    await session.flush()
    return row


def _sending(attempt: Attempt, row: Refund) -> Sending:
    """Return what the provider is told; some send to the payer's number again."""
    return Sending(
        provider=attempt.provider,
        amount=row.source_amount,
        currency=row.source_currency,
        refund_id=row.id,
        details={
            "reason": row.reason,
            "phone": attempt.phone,
            "method": attempt.method,
            "country": attempt.country,
        },
    )
