"""What follows from a refund that came through, or that never will."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.orders import OrderState
from kit.contracts.payments.refunds import RefundState
from kit.events import emit
from payments_service.actions.coins import lots
from payments_service.actions.coins.lots import Coming
from payments_service.actions.papers.writing import write_credit_note
from payments_service.actions.refunds import holding, planning
from payments_service.actions.refunds.planning import Planned
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order
from payments_service.models.papers import Refund
from payments_service.models.payouts import GivingAttempt, GivingState
from payments_service.providers.provider import Given
from payments_service.queries import ledger, orders
from payments_service.rules import refunds as rules
from payments_service.rules.coins import REFUNDED
from payments_service.rules.journals import journal

UNMATCHED = "unmatched"


async def follow(session: AsyncSession, tools: Tools, attempt: GivingAttempt, given: Given) -> None:
    """Let a refund follow its attempt: approved it is in the books, declined it is free again.

    What was closed for it opens again with that.
    """
    row = await session.get(Refund, attempt.refund_id, with_for_update=True)
    if row is None or row.state != RefundState.pending:
        return
    if attempt.state == GivingState.approved:
        await succeed(session, tools, row, fee=given.fee)
    elif attempt.state == GivingState.declined:
        row.state = RefundState.failed
        row.trouble = attempt.reason
        row.settled_at = now()
        await session.flush()
        await holding.follow(session, tools, await orders.order_for_update(session, row.order_id))
        await _tell(session, row, "RefundFailed")


async def succeed(session: AsyncSession, tools: Tools, row: Refund, fee: int = 0) -> None:
    """Put a refund into the books, take back what was bought, write the credit note."""
    order = await orders.order_for_update(session, row.order_id)
    attempt = next(one for one in order.attempts if one.id == row.attempt_id)
    fees = rules.fee_legs(attempt.provider, row.source_currency, fee)
    if row.rule == UNMATCHED:
        legs = rules.unmatched_back(attempt, row.source_amount) + fees
        made = journal(
            f"refund:{row.id}", "refund", legs, source=f"order/{order.id}", description=row.reason
        )
        await ledger.post(session, made)
        await _close(session, row)
        return
    booked = planning.booked(tools, _planned(order, attempt, row), f"refund:{row.id}", row.reason)
    with_fees = journal(
        booked.key, booked.kind, [*booked.legs, *fees],
        source=booked.source, description=booked.description, details=booked.details,
    )  # fmt: skip
    await ledger.post(session, with_fees)
    await _after(session, tools, order, row)


async def succeed_in_coins(session: AsyncSession, tools: Tools, row: Refund) -> None:
    """Give coins for the money: bought ones that stand for all of it, and the bonus."""
    await succeed(session, tools, row)
    if row.account_id is None:
        return
    order = await orders.order(session, row.order_id)
    coming = Coming(
        account_id=row.account_id,
        key=f"refund:{row.id}",
        source=f"order/{row.order_id}",
        title=row.reason or order.title,
        bought=row.coins,
        granted=row.bonus_coins,
        value=row.amount,
        currency=row.currency,
        kind=REFUNDED,
    )
    await lots.issue(session, coming)


async def _after(session: AsyncSession, tools: Tools, order: Order, row: Refund) -> None:
    order.refunded_amount += row.amount
    is_whole = order.refunded_amount >= order.amount
    if order.state != OrderState.disputed:
        order.state = OrderState.refunded if is_whole else OrderState.partially_refunded
    await session.flush()
    await tools.seller(order.kind).take_back(session, tools, order, order.refunded_amount)
    await write_credit_note(session, tools, order, row)
    await _close(session, row)
    await holding.follow(session, tools, order)


async def _close(session: AsyncSession, row: Refund) -> None:
    row.state = RefundState.succeeded
    row.settled_at = now()
    await session.flush()
    await _tell(session, row, "RefundSucceeded")


async def _tell(session: AsyncSession, row: Refund, name: str) -> None:
    told = {
        "refund_id": str(row.id),
        "order_id": str(row.order_id),
        "amount": row.amount,
        "currency": row.currency,
        "way": row.way,
    }
    await emit(session, name, told, key=str(row.id))


def _planned(order: Order, attempt: Attempt, row: Refund) -> Planned:
    left = rules.Left(order.amount, row.source_amount)
    return Planned(
        order, attempt, left, row.amount, row.source_amount, row.way, row.rule,
        row.coins, row.bonus_coins,
    )  # fmt: skip
