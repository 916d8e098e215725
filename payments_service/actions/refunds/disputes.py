"""Disputes and refunds that began elsewhere: at a card's bank, in a provider's own dashboard."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.errors import DisputeClosed, DisputeNotFound
from kit.contracts.payments.refunds import DisputeOutcome, DisputeState, RefundState
from kit.db import find, new_id
from kit.events import audit
from kit.schema import Schema
from payments_service.actions.refunds import deciding, settling
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order
from payments_service.models.papers import Dispute, Refund
from payments_service.queries import orders, refunds
from payments_service.rules import refunds as rules
from payments_service.rules.disputes import Says


class Told(Schema):
    """Where a provider says that a dispute stands; see `providers.provider.Disputed`."""

    state: DisputeState
    amount: int = 0
    fee: int = 0
    lost: int = 0

    @property
    def says(self) -> Says:
        return Says(self.state, self.amount, self.lost)


class Reversal(Schema):
    """What a provider says of money that it took back, and when it said so."""

    refunded: int = 0
    is_disputed: bool = False
    dispute: Told | None = None
    at: datetime | None = None


async def follow_reversal(
    session: AsyncSession, tools: Tools, attempt_id: UUID, said: Reversal
) -> None:
    """Write down what a provider says went back, beyond what we sent; follow its dispute."""
    attempt = await orders.attempt(session, attempt_id)
    if attempt is None or not attempt.seen_amount:
        return
    order = await orders.order_for_update(session, attempt.order_id)
    attempt = next(one for one in order.attempts if one.id == attempt_id)
    if not attempt.is_matched:
        return
    dispute = await refunds.dispute_of(session, attempt_id)
    if dispute is None and (said.is_disputed or (said.dispute and said.dispute.fee)):
        dispute = await _open(session, tools, order, attempt, said.dispute)
    elif dispute is None:
        await _refunded_there(session, tools, order, attempt, said.refunded)
    if dispute and said.dispute and said.at and not _is_old(dispute, said.at):
        dispute.seen_at = said.at
        await _follow(session, tools, order, attempt, dispute, said.dispute)


async def close(
    session: AsyncSession, tools: Tools, caller: Caller, dispute_id: UUID, asked: DisputeOutcome
) -> Dispute:
    """Say how the bank decided; raise DisputeNotFound, DisputeClosed. Saying it again is fine.

    What is decided is turned round only with a note that says why.
    """
    found = await find(session, Dispute, dispute_id, DisputeNotFound)
    order = await orders.order_for_update(session, found.order_id)
    dispute = await find(session, Dispute, dispute_id, DisputeNotFound, lock=True)
    outcome = DisputeState(asked.outcome)
    if dispute.state == outcome:
        return dispute
    if dispute.state != DisputeState.open and not asked.note:
        raise DisputeClosed
    attempt = next(one for one in order.attempts if one.id == dispute.attempt_id)
    dispute.note, dispute.is_by_hand = asked.note, True
    await deciding.decide(session, tools, order, attempt, dispute, Says(outcome))
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
    """Follow what a provider says, also against what it, or staff, said before."""
    await deciding.book_fee(session, order, attempt, dispute, told.fee)
    is_reopened = told.state is DisputeState.open != dispute.state
    if is_reopened and dispute.is_by_hand:
        dispute.note = f"{dispute.provider} says now: {told.state}"
        return
    dispute.is_by_hand = dispute.is_by_hand and told.state == dispute.state
    await deciding.decide(session, tools, order, attempt, dispute, told.says)


def _is_old(dispute: Dispute, at: datetime) -> bool:
    return dispute.seen_at is not None and at < dispute.seen_at


async def _open(
    session: AsyncSession, tools: Tools, order: Order, attempt: Attempt, told: Told | None
) -> Dispute | None:
    """Open a dispute about so much, or about all that was not sent back."""
    left = (attempt.seen_amount or 0) - await refunds.sent_back(session, attempt.id)
    about = told.amount + told.lost if told and told.amount else left
    if min(about, left) <= 0:
        return None
    dispute = Dispute(
        id=new_id(),
        order_id=order.id,
        attempt_id=attempt.id,
        provider=attempt.provider,
        amount=min(about, left),
        currency=attempt.seen_currency or attempt.currency,
        state=DisputeState.open,
        order_state=order.state,
        fee=0,
        held=0,
        lost=0,
        undone=0,
        moves=0,
        is_by_hand=False,
        note="",
        opened_at=now(),
    )
    session.add(dispute)
    await session.flush()
    await deciding.open_it(session, tools, order, attempt, dispute)
    return dispute


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
