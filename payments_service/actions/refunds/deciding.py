"""Booking a dispute: the difference between what is taken now and what is booked of it.

However often and in whatever order it is told, the books come to say what the provider holds, and
what was bought follows the last decision.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.orders import OrderState
from kit.contracts.payments.refunds import DisputeState
from kit.events import emit
from kit.jobs import enqueue
from payments_service.actions.refunds import holding, planning
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order
from payments_service.models.papers import Dispute
from payments_service.queries import ledger, orders, refunds
from payments_service.rules import disputes as rules
from payments_service.rules.disputes import Says, Taken
from payments_service.rules.journals import Leg, journal


async def decide(
    session: AsyncSession,
    tools: Tools,
    order: Order,
    attempt: Attempt,
    dispute: Dispute,
    says: Says,
) -> None:
    """Let a dispute stand as it is said to; its order is locked."""
    left = max(0, (attempt.seen_amount or 0) - await refunds.sent_back(session, attempt.id))
    if says.state is DisputeState.open and says.amount:
        dispute.amount = min(says.amount + says.lost, left) or dispute.amount
    target = rules.taken(says, dispute.amount, left, dispute.lost)
    part = await _book(session, tools, order, attempt, dispute, target, says.state, left)
    _move(order, dispute, says.state)
    if dispute.state != says.state:
        await _end(session, dispute, says.state)
    await _follow(session, tools, order, part)


async def open_it(
    session: AsyncSession, tools: Tools, order: Order, attempt: Attempt, dispute: Dispute
) -> None:
    """Take a new dispute into the books: what it is about is no longer with the provider."""
    await decide(session, tools, order, attempt, dispute, Says(DisputeState.open))
    await _end(session, dispute, DisputeState.open)


async def give_again(session: AsyncSession, tools: Tools, order_id: UUID) -> None:
    """Give again what a lost dispute took back; harmless the second time, and when it is lost."""
    order = await orders.order_for_update(session, order_id)
    if order.fulfilled_at is not None and order.refunded_amount < order.amount:
        await tools.seller(order.kind).give_again(session, tools, order)


async def book_fee(
    session: AsyncSession, order: Order, attempt: Attempt, dispute: Dispute, fee: int
) -> None:
    """Book what the provider keeps for a dispute, as far as that is not booked."""
    if fee != dispute.fee:
        more = rules.fee_legs(attempt, fee - dispute.fee)
        dispute.fee = fee
        await _post(session, order, dispute, "dispute_fee", more)


async def _book(
    session: AsyncSession,
    tools: Tools,
    order: Order,
    attempt: Attempt,
    dispute: Dispute,
    target: Taken,
    state: DisputeState,
    left: int,
) -> int:
    """Post what moved; return what of the order that undoes, below zero what stands again."""
    before = Taken(dispute.held, dispute.lost)
    more = Taken(target.held - before.held, target.lost - before.lost)
    if more == Taken():
        return 0
    part = rules.undone(order, more, before, dispute.undone, left)
    legs = planning.reversal(tools, order, part) + rules.legs(order, attempt, more, part)
    kind = "opened" if state is DisputeState.open else state
    await _post(session, order, dispute, f"dispute_{kind}", legs)
    dispute.held, dispute.lost = target.held, target.lost
    dispute.undone += part
    order.refunded_amount += part
    return part


async def _follow(session: AsyncSession, tools: Tools, order: Order, part: int) -> None:
    """Take back what was bought, or have it given again."""
    await session.flush()
    if part > 0:
        seller = tools.seller(order.kind)
        await seller.take_back(session, tools, order, order.refunded_amount)
    elif part < 0:
        order.turn += 1
        asked = {"order_id": str(order.id)}
        await enqueue(session, "give_again", asked, key=f"{order.id}:{order.turn}")
    if part:
        await holding.follow(session, tools, order)


def _move(order: Order, dispute: Dispute, state: DisputeState) -> None:
    if state is not DisputeState.won:
        if order.state != OrderState.disputed:
            dispute.order_state = order.state
        order.state = OrderState.disputed
    elif order.state == OrderState.disputed:
        order.state = _before(order, dispute)


def _before(order: Order, dispute: Dispute) -> OrderState:
    """Return where an order is without its dispute; it may have been given or refunded since."""
    if order.refunded_amount >= order.amount:
        return OrderState.refunded
    if order.refunded_amount:
        return OrderState.partially_refunded
    state = OrderState(dispute.order_state)
    is_given = state == OrderState.paid and order.fulfilled_at is not None
    return OrderState.fulfilled if is_given else state


async def _end(session: AsyncSession, dispute: Dispute, state: DisputeState) -> None:
    dispute.state = state
    dispute.closed_at = None if state is DisputeState.open else now()
    told = {
        "dispute_id": str(dispute.id),
        "order_id": str(dispute.order_id),
        "amount": dispute.amount,
        "currency": dispute.currency,
        "state": str(dispute.state),
    }
    name = "DisputeOpened" if state is DisputeState.open else "DisputeClosed"
    await session.flush()
    await emit(session, name, told, key=f"{dispute.id}:{dispute.moves}:{state}")


async def _post(
    session: AsyncSession, order: Order, dispute: Dispute, kind: str, legs: list[Leg]
) -> None:
    """Post the next movement of a dispute."""
    dispute.moves += 1
    made = journal(
        f"dispute:{dispute.id}:{dispute.moves}",
        kind,
        legs,
        source=f"order/{order.id}",
        details={"order_id": str(order.id), "dispute_id": str(dispute.id)},
    )
    await ledger.post(session, made)
