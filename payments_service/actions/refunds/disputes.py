"""Disputes and refunds that began elsewhere: at a card's bank, in a provider's own dashboard."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.errors import DisputeClosed, DisputeNotFound
from kit.contracts.payments.orders import OrderState
from kit.contracts.payments.refunds import DisputeOutcome, DisputeState, RefundState
from kit.db import find, new_id
from kit.events import audit, emit
from payments_service.actions.refunds import planning, settling
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order
from payments_service.models.papers import Dispute, Refund
from payments_service.queries import ledger, orders, refunds
from payments_service.rules import refunds as rules
from payments_service.rules.journals import Leg, journal, reversed_legs


async def follow_reversal(
    session: AsyncSession, tools: Tools, attempt_id: UUID, refunded: int, *, is_disputed: bool
) -> None:
    """Write down what a provider says went back, beyond what we sent; open a dispute."""
    attempt = await orders.attempt(session, attempt_id)
    if attempt is None or not attempt.seen_amount:
        return
    order = await orders.order_for_update(session, attempt.order_id)
    attempt = next(one for one in order.attempts if one.id == attempt_id)
    dispute = await refunds.dispute_of(session, attempt_id)
    if is_disputed and dispute is None and attempt.is_matched:
        await _open(session, order, attempt)
    elif dispute is None and attempt.is_matched:
        await _refunded_there(session, tools, order, attempt, refunded)


async def close(
    session: AsyncSession, tools: Tools, caller: Caller, dispute_id: UUID, asked: DisputeOutcome
) -> Dispute:
    """Say how the bank decided; raise DisputeNotFound, DisputeClosed. Saying it again is fine."""
    dispute = await find(session, Dispute, dispute_id, DisputeNotFound, lock=True)
    outcome = DisputeState(asked.outcome)
    if dispute.state == outcome:
        return dispute
    if dispute.state != DisputeState.open:
        raise DisputeClosed
    order = await orders.order_for_update(session, dispute.order_id)
    attempt = next(one for one in order.attempts if one.id == dispute.attempt_id)
    if outcome is DisputeState.won:
        await _win(session, order, attempt, dispute)
    else:
        await _lose(session, tools, order, attempt, dispute)
    dispute.state = outcome
    dispute.note = asked.note
    dispute.closed_at = now()
    await audit(session, caller, f"dispute.{outcome}", f"dispute:{dispute.id}")
    await _tell(session, dispute, "DisputeClosed")
    return dispute


async def _open(session: AsyncSession, order: Order, attempt: Attempt) -> None:
    amount = (attempt.seen_amount or 0) - await refunds.sent_back(session, attempt.id)
    if amount <= 0:
        return
    dispute = Dispute(
        id=new_id(),
        order_id=order.id,
        attempt_id=attempt.id,
        provider=attempt.provider,
        amount=amount,
        currency=attempt.seen_currency or attempt.currency,
        state=DisputeState.open,
        order_state=order.state,
        opened_at=now(),
    )
    session.add(dispute)
    await _post(
        session, order, f"dispute:{dispute.id}:opened", rules.dispute_opened(attempt, amount)
    )
    order.state = OrderState.disputed
    await session.flush()
    await _tell(session, dispute, "DisputeOpened")


async def _win(session: AsyncSession, order: Order, attempt: Attempt, dispute: Dispute) -> None:
    legs = list(reversed_legs(rules.dispute_opened(attempt, dispute.amount)))
    await _post(session, order, f"dispute:{dispute.id}:won", legs)
    order.state = OrderState(dispute.order_state)


async def _lose(
    session: AsyncSession, tools: Tools, order: Order, attempt: Attempt, dispute: Dispute
) -> None:
    """Undo the sale for what was disputed, and take back what was bought; the state stays."""
    amount = order.amount - order.refunded_amount
    legs = planning.reversal(tools, order, amount)
    legs += rules.dispute_lost(order, attempt, amount, dispute.amount)
    await _post(session, order, f"dispute:{dispute.id}:lost", legs)
    order.refunded_amount = order.amount
    await session.flush()
    await tools.seller(order.kind).take_back(session, tools, order, order.amount)


async def _refunded_there(
    session: AsyncSession, tools: Tools, order: Order, attempt: Attempt, refunded: int
) -> None:
    """Book a refund that somebody made in the provider's own dashboard."""
    more = refunded - await refunds.sent_back(session, attempt.id)
    amount, source = await refunds.reserved(session, attempt.id)
    captured = attempt.seen_amount or attempt.amount
    more = min(more, captured - source)
    if more <= 0 or order.state not in rules.PAID:
        return
    is_rest = more == captured - source
    part = order.amount - amount if is_rest else max(1, order.amount * more // captured)
    await refunds.capture(session, attempt)
    row = Refund(
        id=new_id(),
        key=f"elsewhere:{attempt.id}:{refunded}",
        order_id=order.id,
        attempt_id=attempt.id,
        account_id=order.account_id,
        way="source",
        rule="admin",
        reason=attempt.provider,
        amount=part,
        currency=order.currency,
        source_amount=more,
        source_currency=attempt.seen_currency or attempt.currency,
        state=RefundState.pending,
        asked_by=attempt.provider,
        created_at=now(),
    )
    session.add(row)
    await session.flush()
    await settling.succeed(session, tools, row)


async def _post(session: AsyncSession, order: Order, key: str, legs: list[Leg]) -> None:
    made = journal(
        key, "dispute", legs, source=f"order/{order.id}", details={"order_id": str(order.id)}
    )
    await ledger.post(session, made)


async def _tell(session: AsyncSession, dispute: Dispute, name: str) -> None:
    told = {
        "dispute_id": str(dispute.id),
        "order_id": str(dispute.order_id),
        "amount": dispute.amount,
        "currency": dispute.currency,
        "state": str(dispute.state),
    }
    await emit(session, name, told, key=str(dispute.id))
