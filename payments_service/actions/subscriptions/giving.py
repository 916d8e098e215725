"""What a paid order makes of a subscription, once; and what is left when it is paid back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.errors import PlanNotFound
from kit.contracts.payments.subscriptions import PeriodKind
from kit.db import find
from payments_service.actions.subscriptions import keeping, standing
from payments_service.actions.subscriptions.quoting import Mode
from payments_service.models.orders import Order
from payments_service.models.subscriptions import Plan, Subscription, SubscriptionPeriod
from payments_service.queries import subscriptions
from payments_service.rules.months import whole_days
from payments_service.rules.subscriptions import (
    Standing,
    State,
    begun,
    changed,
    renewed,
    shortened,
)

CHANGE_HOLDS = timedelta(days=1)  # a change is worth what was quoted for so long


@dataclass(frozen=True, slots=True)
class Paid:
    """What an order was for, as its details say; `at`: when it was paid."""

    order: Order
    plan: Plan
    mode: Mode
    used: int
    left: int
    period_id: str | None
    at: datetime

    @property
    def value(self) -> int:
        """What its period is worth: the money, and what was left from before."""
        return self.order.amount + self.used


async def paid(session: AsyncSession, order: Order, at: datetime) -> Paid:
    told = order.details
    plan = await find(session, Plan, UUID(told["plan_id"]), PlanNotFound)
    return Paid(
        order, plan, told["mode"], told["credit_used"], told["credit_left"],
        told["period_id"], order.paid_at or at,
    )  # fmt: skip


async def give(session: AsyncSession, got: Paid, account_id: UUID, at: datetime) -> Subscription:
    """Begin, go on, change; or keep the money as credit where none of these is possible now.

    The same moment of payment gives the same subscription, however often this is begun anew.
    """
    row = await subscriptions.alive_for_update(session, account_id)
    if row is not None and (one := standing.of(row, at)).state is State.expired:
        standing.write(row, one, at)
        await session.flush()  # before the next one begins: one is alive at a time
        row = None
    if row is None:
        return await _begin(session, got, account_id)
    if await _fits(session, row, got, at):
        return await _go_on(session, row, got, at)
    await standing.write_credit(
        session, row, row.credit_amount + got.order.amount, f"order:{got.order.id}"
    )
    _note(session, row, got, PeriodKind.credit, (got.at, got.at), got.order.amount)
    return row


async def take_back(session: AsyncSession, order: Order, at: datetime) -> Subscription | None:
    """Take away what an order gave, as far as it is not used; None if there is nothing."""
    period = await subscriptions.period_of_order(session, order.id)
    if period is None or period.taken_back_at is not None:
        return None
    row = await subscriptions.subscription_for_update(session, period.subscription_id)
    period.taken_back_at = at
    key = f"back:{order.id}:{order.turn}" if order.turn else f"back:{order.id}"
    if period.kind is PeriodKind.credit:
        credit = max(0, row.credit_amount - period.amount)
        await standing.write_credit(session, row, credit, key)
        return row
    one = shortened(
        standing.of(row, at), whole_days(period.starts_at, period.ends_at), period.amount, at
    )
    standing.write(row, one, at)
    credit = row.credit_amount + max(0, period.amount - order.amount)
    await standing.write_credit(session, row, credit, key)
    return row


async def _fits(session: AsyncSession, row: Subscription, got: Paid, at: datetime) -> bool:
    """Say whether a subscription still is what this order was quoted for."""
    if got.order.currency != row.currency:
        return False
    one = standing.of(row, at)
    if got.plan.id in {row.plan_id, row.next_plan_id} or one.is_trial:
        return got.mode != "change" and row.credit_amount >= got.used
    newest = await subscriptions.newest_period(session, row.id)
    return (
        got.mode == "change"
        and str(newest) == got.period_id
        and one.state is not State.paused
        and got.at <= got.order.created_at + CHANGE_HOLDS
    )


async def _begin(session: AsyncSession, got: Paid, account_id: UUID) -> Subscription:
    before = await subscriptions.with_credit_for_update(session, account_id, got.order.currency)
    credit = sum(row.credit_amount for row in before)
    for row in before:
        await standing.write_credit(session, row, 0, f"order:{got.order.id}")
    value = got.order.amount + min(got.used, credit)
    one = begun(standing.terms_of(got.plan, value), got.at)
    new = keeping.NewSubscription(
        account_id, got.plan, got.order.list_amount, got.order.currency,
        got.order.details["country"], got.order.locale, f"order:{got.order.id}",
    )  # fmt: skip
    row = await keeping.add(session, new, one, got.at)
    left = credit - min(got.used, credit)
    await standing.write_credit(session, row, left, f"order:{got.order.id}")
    _note(session, row, got, PeriodKind.payment, (one.period_start, one.period_end), value)
    return row


async def _go_on(session: AsyncSession, row: Subscription, got: Paid, at: datetime) -> Subscription:
    one = standing.of(row, at)
    terms = standing.terms_of(got.plan, got.value)
    if got.mode == "change":
        moved, kind = (
            replace(changed(one, terms, got.at), credit_amount=got.left),
            PeriodKind.change,
        )
        credit, span = got.left, (moved.period_start, moved.period_end)
    else:
        moved, kind = renewed(one, terms, at), PeriodKind.payment
        credit, span = row.credit_amount - got.used, _added(one, moved, at)
    row.plan, row.next_plan_id = got.plan, None
    row.amount = got.order.list_amount
    standing.write(row, moved, at)
    await standing.write_credit(session, row, credit, f"order:{got.order.id}")
    _note(session, row, got, kind, span, got.value)
    return row


def _added(before: Standing, after: Standing, at: datetime) -> tuple[datetime, datetime]:
    """Return the period that a payment added; what a pause keeps has no place on the calendar."""
    if after.state is State.paused:
        days = (after.kept_days or 0) - (before.kept_days or 0)
        return at, at + timedelta(days=days)
    return before.period_end, after.period_end


def _note(
    session: AsyncSession,
    row: Subscription,
    got: Paid,
    kind: PeriodKind,
    span: tuple[datetime, datetime],
    value: int,
) -> None:
    session.add(
        SubscriptionPeriod(
            subscription_id=row.id, plan_id=got.plan.id, kind=kind, order_id=got.order.id,
            starts_at=span[0], ends_at=span[1], amount=value, currency=got.order.currency,
            created_at=got.at,
        )
    )  # fmt: skip
