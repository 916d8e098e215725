"""Disputes and refunds that began elsewhere: at a card's bank, in a provider's own dashboard."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.errors import DisputeClosed, DisputeNotFound
from kit.contracts.payments.orders import OrderState
from kit.contracts.payments.refunds import DisputeOutcome, DisputeState, RefundState
from kit.db import find, new_id
from kit.events import audit, emit
from kit.schema import Schema
from payments_service.actions.refunds import planning, settling
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order
from payments_service.models.papers import Dispute, Refund
from payments_service.queries import ledger, orders, refunds
from payments_service.rules import refunds as rules
from payments_service.rules.journals import Leg, journal, reversed_legs


class Told(Schema):
    """Where a provider says that a dispute stands; see `providers.provider.Disputed`."""

    state: DisputeState
    amount: int = 0
    fee: int = 0


class Reversal(Schema):
    """What a provider says of money that it took back, and when it said so."""

    refunded: int = 0
    is_disputed: bool = False
    dispute: Told | None = None
    at: datetime | None = None


async def follow_reversal(
    session: AsyncSession, tools: Tools, attempt_id: UUID, said: Reversal
) -> None:
    """Write down what a provider says went back, beyond what we sent; open a dispute, or end it."""
    attempt = await orders.attempt(session, attempt_id)
    if attempt is None or not attempt.seen_amount:
        return
    order = await orders.order_for_update(session, attempt.order_id)
    attempt = next(one for one in order.attempts if one.id == attempt_id)
    if not attempt.is_matched:
        return
    dispute = await refunds.dispute_of(session, attempt_id)
    if dispute is None and said.is_disputed:
        dispute = await _open(session, order, attempt, said.dispute.amount if said.dispute else 0)
    elif dispute is None:
        await _refunded_there(session, tools, order, attempt, said.refunded)
    if dispute and said.dispute and said.at and not _is_old(dispute, said.at):
        dispute.seen_at = said.at
        await _follow(session, tools, order, attempt, dispute, said.dispute)


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
    dispute.note = asked.note
    if outcome is DisputeState.won:
        await _win(session, order, attempt, dispute)
    else:
        await _lose(session, tools, order, attempt, dispute, dispute.amount)
    await audit(session, caller, f"dispute.{outcome}", f"dispute:{dispute.id}")
    return dispute


async def _follow(
    session: AsyncSession,
    tools: Tools,
    order: Order,
    attempt: Attempt,
    dispute: Dispute,
    told: Told,
) -> None:
    """End a dispute as the provider says it ended. What contradicts our books is for staff."""
    await _book_fee(session, order, attempt, dispute, told.fee)
    if dispute.state != DisputeState.open:
        if told.state != dispute.state:
            dispute.note = f"{dispute.provider} says now: {told.state}"
    elif told.state is DisputeState.won:
        await _win(session, order, attempt, dispute)
    elif told.state is DisputeState.lost:
        gone = min(told.amount or dispute.amount, dispute.amount)
        await _lose(session, tools, order, attempt, dispute, gone)


def _is_old(dispute: Dispute, at: datetime) -> bool:
    return dispute.seen_at is not None and at < dispute.seen_at


async def _book_fee(
    session: AsyncSession, order: Order, attempt: Attempt, dispute: Dispute, fee: int
) -> None:
    if fee == dispute.fee:
        return
    key = f"dispute:{dispute.id}:fee:{dispute.fee}:{fee}"
    await _post(session, order, key, rules.dispute_fee(attempt, fee - dispute.fee))
    dispute.fee = fee


async def _open(
    session: AsyncSession, order: Order, attempt: Attempt, amount: int
) -> Dispute | None:
    """Open a dispute about so much, or about all that was not sent back."""
    left = (attempt.seen_amount or 0) - await refunds.sent_back(session, attempt.id)
    amount = min(amount or left, left)
    if amount <= 0:
        return None
    dispute = Dispute(
        id=new_id(),
        order_id=order.id,
        attempt_id=attempt.id,
        provider=attempt.provider,
        amount=amount,
        currency=attempt.seen_currency or attempt.currency,
        state=DisputeState.open,
        order_state=order.state,
        fee=0,
        opened_at=now(),
    )
    session.add(dispute)
    await _post(
        session, order, f"dispute:{dispute.id}:opened", rules.dispute_opened(attempt, amount)
    )
    order.state = OrderState.disputed
    await session.flush()
    await _tell(session, dispute, "DisputeOpened")
    return dispute


async def _win(session: AsyncSession, order: Order, attempt: Attempt, dispute: Dispute) -> None:
    legs = list(reversed_legs(rules.dispute_opened(attempt, dispute.amount)))
    await _post(session, order, f"dispute:{dispute.id}:won", legs)
    order.state = OrderState(dispute.order_state)
    await _end(session, dispute, DisputeState.won)


async def _lose(
    session: AsyncSession,
    tools: Tools,
    order: Order,
    attempt: Attempt,
    dispute: Dispute,
    gone: int,
) -> None:
    """Undo the sale for what is gone, and take back what was bought with it; the state stays.

    What of the disputed money is not gone is at the provider again.
    """
    captured = (attempt.seen_amount or 0) - await refunds.sent_back(session, attempt.id)
    amount = rules.part_of(order.amount - order.refunded_amount, gone, captured)
    legs = planning.reversal(tools, order, amount)
    legs += rules.dispute_lost(order, attempt, amount, gone)
    if back := dispute.amount - gone:
        legs += reversed_legs(rules.dispute_opened(attempt, back))
    await _post(session, order, f"dispute:{dispute.id}:lost", legs)
    order.refunded_amount += amount
    await _end(session, dispute, DisputeState.lost)
    await tools.seller(order.kind).take_back(session, tools, order, order.refunded_amount)


async def _end(session: AsyncSession, dispute: Dispute, outcome: DisputeState) -> None:
    dispute.state = outcome
    dispute.closed_at = now()
    await session.flush()
    await _tell(session, dispute, "DisputeClosed")


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
