"""The one place where a payment becomes money in the books, and an order paid."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.errors import OrderNotFound
from kit.contracts.payments.orders import AttemptState, OrderState
from kit.contracts.payments.refunds import DisputeState
from kit.events import emit
from kit.jobs import enqueue
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order
from payments_service.providers.provider import Disputed, Seen
from payments_service.queries import ledger, orders, refunds
from payments_service.rules import attempts, takings, taxes
from payments_service.rules.orders import PAYABLE

FIRST_OURS_SECONDS = 3.0  # whoever settled gives at once; the job comes after, in case they died


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of it; `is_paid`: this call has just paid the order, so it can be given."""

    order_id: UUID
    outcome: str
    is_paid: bool = False


async def settle(session: AsyncSession, tools: Tools, attempt_id: UUID, seen: Seen) -> Settled:
    """Write what a provider says of an attempt, and what follows from it, in this transaction.

    Locks the order, moves attempt and order, posts the journal, asks for `fulfil_order` and emits
    `OrderPaid`. Harmless however often, and in whatever order it is told.
    """
    order, attempt = await locked(session, attempt_id)
    if trouble := await _contradiction(session, attempt, seen):
        attempt.trouble = trouble
        return Settled(order.id, "contradiction")
    before = attempt.state
    move(attempt, AttemptState(seen.state), seen.reason)
    attempt.provider_ref = attempt.provider_ref or seen.provider_ref or None
    attempt.trouble = ""
    if seen.saved:
        attempt.secrets = {**attempt.secrets, "saved": seen.saved}  # for Renewing.charge_again
    outcome = "moved" if attempt.state != before else "same"
    if attempt.state == AttemptState.approved != before:
        outcome = await _receive(session, tools, order, attempt, seen)
    await _follow_reversal(session, attempt, seen)
    return Settled(order.id, outcome, is_paid=outcome == "paid")


async def locked(session: AsyncSession, attempt_id: UUID) -> tuple[Order, Attempt]:
    """Return an attempt and its order, nobody else's to change until the transaction ends."""
    found = await orders.attempt(session, attempt_id)
    if found is None:
        raise OrderNotFound
    order = await orders.order_for_update(session, found.order_id)
    return order, next(each for each in order.attempts if each.id == attempt_id)


def move(attempt: Attempt, seen: AttemptState, reason: str = "") -> None:
    """Let an attempt go on to a state, if that is forward, and say when to ask again."""
    at = now()
    state = attempts.moved(attempt.state, seen)
    if state != attempt.state:
        attempt.state = state
        attempt.reason = reason
        attempt.updated_at = at
    attempt.next_check_at = attempts.next_check(state, attempt.created_at, at)


async def pay_free(session: AsyncSession, tools: Tools, order: Order) -> None:
    """Take an order that costs nothing as paid; it is a test where test money can pay."""
    order.is_test = any(each.is_test for each in tools.providers.values())
    order.state = OrderState.paid
    order.paid_at = now()
    await _tell_paid(session, order, 0)


async def _contradiction(session: AsyncSession, attempt: Attempt, seen: Seen) -> str:
    """Return why this cannot be about this attempt, for staff; nothing is moved then."""
    if seen.attempt_id is not None and seen.attempt_id != attempt.id:
        return f"the provider says this is attempt {seen.attempt_id}"
    if not seen.provider_ref or seen.provider_ref == attempt.provider_ref:
        return ""
    if not await orders.is_ref_free(session, attempt, seen.provider_ref):
        return f"the provider says {seen.provider_ref}, which is another attempt's"
    return ""


async def _receive(
    session: AsyncSession, tools: Tools, order: Order, attempt: Attempt, seen: Seen
) -> str:
    """Put money that came into the books: it pays the order, or it is owed to whoever sent it."""
    attempt.seen_amount, attempt.seen_currency = seen.amount, seen.currency
    attempt.fee = min(max(seen.fee, 0), max(seen.amount, 0))
    if (seen.amount, seen.currency) != (attempt.amount, attempt.currency):
        return await _owe_back(session, attempt, "wrong_amount")
    if order.state not in PAYABLE:
        return await _owe_back(session, attempt, "paid_already")
    sold = tools.seller(order.kind).credits(order)
    legs = taxes.set_apart(sold, order.tax_amount, order.currency)
    await ledger.post(session, takings.paid(order, attempt, legs))
    attempt.is_matched = True
    order.is_test = attempt.is_test
    order.state = OrderState.paid
    order.paid_at = now()
    await _tell_paid(session, order, FIRST_OURS_SECONDS)
    return "paid"


async def _owe_back(session: AsyncSession, attempt: Attempt, reason: str) -> str:
    attempt.reason = reason
    if (attempt.seen_amount or 0) > 0:
        await ledger.post(session, takings.came_for_nothing(attempt))
        asked = {"attempt_id": str(attempt.id)}
        await enqueue(session, "refund_unmatched", asked, key=str(attempt.id))
    return "unmatched"


async def _tell_paid(session: AsyncSession, order: Order, seconds: float) -> None:
    given = {"order_id": str(order.id)}
    await enqueue(session, "fulfil_order", given, key=str(order.id), delay_seconds=seconds)
    await enqueue(session, "write_invoice", given, key=str(order.id))
    told = {
        "order_id": str(order.id),
        "account_id": str(order.account_id) if order.account_id else None,
        "kind": order.kind,
        "subject": order.subject,
        "amount": order.amount,
        "currency": order.currency,
        "is_test": order.is_test,
    }
    await emit(session, "OrderPaid", told, key=str(order.id))


async def _follow_reversal(session: AsyncSession, attempt: Attempt, seen: Seen) -> None:
    """Tell whoever keeps refunds that money went back at the provider, or is argued about."""
    is_more = seen.refunded > attempt.refunded_amount
    if not is_more and not await _has_dispute_moved(session, attempt, seen):
        return
    attempt.refunded_amount = max(seen.refunded, attempt.refunded_amount)
    attempt.is_disputed = seen.disputed
    asked = {
        "attempt_id": str(attempt.id),
        "refunded": attempt.refunded_amount,
        "is_disputed": attempt.is_disputed,
        "dispute": _told(seen.dispute) if seen.dispute else None,
        "at": now().isoformat(),
    }
    await enqueue(session, "follow_reversal", asked)


async def _has_dispute_moved(session: AsyncSession, attempt: Attempt, seen: Seen) -> bool:
    """Say whether a dispute began, or stands otherwise than in our books."""
    if seen.disputed != attempt.is_disputed:
        return True
    if (told := seen.dispute) is None:
        return False
    kept = await refunds.dispute_of(session, attempt.id)
    if kept is None:  # it was won before anybody here knew of it; its fee may have stayed
        return told.fee > 0
    about = kept.lost if kept.state == DisputeState.lost else kept.amount
    is_other = told.state != DisputeState.won and told.amount + told.lost not in {0, about}
    return is_other or (kept.state, kept.fee) != (told.state, told.fee)


def _told(dispute: Disputed) -> dict[str, str | int]:
    return {
        "state": str(dispute.state),
        "amount": dispute.amount,
        "fee": dispute.fee,
        "lost": dispute.lost,
    }
