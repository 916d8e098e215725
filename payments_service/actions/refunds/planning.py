"""What a refund would do: how much, by which rule, which journal. Nothing is written here."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.errors import NotRefundable, TooMuchRefunded
from kit.contracts.payments.orders import OrderKind
from kit.contracts.payments.refunds import (
    JournalLeg,
    PlannedJournal,
    RefundNew,
    RefundOffer,
    RefundPlan,
    Way,
)
from payments_service.actions.orders import seeing
from payments_service.actions.refunds.views import viewers_of
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order
from payments_service.queries import orders
from payments_service.queries import refunds as queries
from payments_service.rules import refunds as rules
from payments_service.rules.journals import Leg, NewJournal, journal
from payments_service.rules.taxes import set_apart


@dataclass(frozen=True, slots=True)
class Planned:
    """A refund that is allowed."""

    order: Order
    attempt: Attempt
    left: rules.Left
    amount: int
    source_amount: int
    way: str
    rule: str
    coins: int = 0
    bonus_coins: int = 0

    @property
    def source_currency(self) -> str:
        return self.attempt.seen_currency or self.attempt.currency


async def offer(
    session: AsyncSession, tools: Tools, caller: Caller, order_id: UUID, secret: str
) -> RefundOffer:
    """Say whether who bought may have it refunded; raise OrderNotFound for others' orders."""
    order = await order_seen(session, caller, order_id, secret)
    why = await _why_not(session, tools, order)
    left = await _left(session, order)
    amount = left.refundable if left and not why else 0
    coins, bonus = _coins(tools, order, amount)
    ways = _ways(tools, order, amount)
    if amount and not ways:
        why = "by_hand"
    days = tools.settings.refund_days
    return RefundOffer(
        may=bool(ways),
        why_not=why,
        until=rules.until(order, days) if order.paid_at else None,
        refundable_amount=amount,
        currency=order.currency,
        coins=coins,
        bonus_coins=bonus,
        ways=ways,
    )


async def plan(
    session: AsyncSession,
    tools: Tools,
    caller: Caller,
    order_id: UUID,
    asked: RefundNew,
    secret: str = "",
) -> Planned:
    """Return what is allowed; raise NotRefundable, TooMuchRefunded, OrderNotFound."""
    order = await order_seen(session, caller, order_id, secret)
    is_staff = seeing.is_staff(caller, "money:write")
    if order.state not in rules.PAID:
        why = await _why_not(session, tools, order)
        raise NotRefundable(why=why or "not_paid")
    if not is_staff and (why := await _why_not(session, tools, order)):
        raise NotRefundable(why=why)
    attempt, left = _matched(order), await _left(session, order)
    if attempt is None or left is None or not left.refundable:
        raise NotRefundable(why="nothing_left")
    amount = asked.amount or left.refundable
    if amount > left.refundable or (not is_staff and amount != left.refundable):
        raise TooMuchRefunded(refundable_amount=left.refundable)
    source_amount = left.source_amount(amount)
    if source_amount <= 0:
        raise NotRefundable("This is less than the smallest amount of the other currency.", why="")
    if asked.way == "coins" and order.account_id is None:
        raise NotRefundable("Coins need an account; this order has none.", why="account")
    ways = _ways(tools, order, amount)
    if asked.way not in ways and (asked.way == "source" or not is_staff):
        raise NotRefundable("This cannot be given back this way; take the other one.", why="way")
    coins, bonus = _coins(tools, order, amount) if asked.way == "coins" else (0, 0)
    rule = "admin" if is_staff else "window"
    return Planned(order, attempt, left, amount, source_amount, asked.way, rule, coins, bonus)


def shown(tools: Tools, planned: Planned) -> RefundPlan:
    order = planned.order
    made = booked(tools, planned, "refund:planned", "")
    lines = [
        JournalLeg(account=account.code, currency=account.currency, amount=amount)
        for account, amount in made.legs
    ]
    return RefundPlan(
        order_id=order.id,
        amount=planned.amount,
        currency=order.currency,
        refundable_amount=planned.left.refundable,
        way="coins" if planned.way == "coins" else "source",
        rule="admin" if planned.rule == "admin" else "window",
        source_amount=planned.source_amount,
        source_currency=planned.source_currency,
        provider=planned.attempt.provider,
        coins=planned.coins,
        bonus_coins=planned.bonus_coins,
        takes_back=planned.amount == planned.left.refundable,
        journals=[PlannedJournal(kind=made.kind, lines=lines)],
    )


def booked(tools: Tools, planned: Planned, key: str, reason: str) -> NewJournal:
    """Return the journal of a refund: where the money went, the other way round."""
    order = planned.order
    legs = reversal(tools, order, planned.amount)
    if planned.way == "coins":
        legs += rules.to_coins(order, planned.amount)
    else:
        legs += rules.to_source(order, planned.attempt, planned.amount, planned.source_amount)
    return journal(
        key,
        "refund",
        legs,
        source=f"order/{order.id}",
        description=reason or order.title,
        details={"order_id": str(order.id), "attempt": str(planned.attempt.id)},
    )


def reversal(tools: Tools, order: Order, amount: int) -> list[Leg]:
    """Return the debits that undo this much of an order, after what was refunded before."""
    gone = tools.seller(order.kind).credits(order)
    apart = set_apart(gone, order.tax_amount, order.currency)
    before = order.refunded_amount
    return rules.given_back(apart, order.amount, before, before + amount)


def _coins(tools: Tools, order: Order, amount: int) -> tuple[int, int]:
    settings = tools.settings
    if order.currency != settings.currency or order.account_id is None:
        return 0, 0
    return rules.coins_for(amount, settings.refund_coin_amount, settings.refund_bonus_percent)


async def order_seen(session: AsyncSession, caller: Caller, order_id: UUID, secret: str) -> Order:
    """Return an order to whose it is and to staff; raise OrderNotFound for anybody else."""
    order = await orders.order(session, order_id)
    if not seeing.is_staff(caller, "money:read"):
        seeing.check_owner(order, caller, secret)
    return order


def _ways(tools: Tools, order: Order, amount: int) -> list[Way]:
    attempt = _matched(order)
    if attempt is None or not amount:
        return []
    coins, _ = _coins(tools, order, amount)
    return rules.ways(order.kind, coins, may_send=_may_send(tools, attempt))


def _may_send(tools: Tools, attempt: Attempt) -> bool:
    """Say whether what paid this can send it back, as it is set up here."""
    provider = tools.providers.get(attempt.provider)
    return provider is not None and provider.may_refund(attempt.phone)


async def _why_not(session: AsyncSession, tools: Tools, order: Order) -> str:
    is_used = (
        await queries.are_coins_used(session, order)
        if order.kind == OrderKind.coins
        else await queries.is_watched(session, order, viewers_of(tools, order))
    )
    return rules.why_not(order, now(), tools.settings.refund_days, is_used=is_used)


def _matched(order: Order) -> Attempt | None:
    return next((one for one in order.attempts if one.is_matched), None)


async def _left(session: AsyncSession, order: Order) -> rules.Left | None:
    attempt = _matched(order)
    if attempt is None:
        return None
    amount, source = await queries.reserved(session, attempt.id)
    captured = attempt.seen_amount or attempt.amount
    return rules.Left(order.amount, captured, amount, source)
