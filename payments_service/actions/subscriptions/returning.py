"""A period that was taken back, given again: its money is ours after all."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.subscriptions import PeriodKind
from payments_service.actions.subscriptions import standing
from payments_service.models.orders import Order
from payments_service.models.subscriptions import Subscription, SubscriptionPeriod
from payments_service.queries import subscriptions
from payments_service.rules.subscriptions import State, lengthened


async def give_again(session: AsyncSession, order: Order, at: datetime) -> Subscription | None:
    """Give the days that were taken, once; as credit to who has subscribed anew meanwhile."""
    period = await subscriptions.period_of_order(session, order.id)
    if period is None or period.taken_back_at is None:
        return None
    row = await subscriptions.subscription_for_update(session, period.subscription_id)
    taken_at, period.taken_back_at = period.taken_back_at, None
    key = f"again:{order.id}:{order.turn}"
    other = await subscriptions.alive_for_update(session, row.account_id)
    if period.kind is PeriodKind.credit:
        await standing.write_credit(session, row, row.credit_amount + period.amount, key)
        return row
    if other is not None and other.id != row.id:
        return await _credit(session, order, period, other, row, key)
    span = period.ends_at - period.starts_at
    if row.state is State.expired:  # what was left when it was taken, if anything was
        span = max(min(span, row.period_end - taken_at), timedelta())
    one = lengthened(standing.of(row, at), span, period.amount, at)
    standing.write(row, one, at)
    credit = max(0, row.credit_amount - max(0, period.amount - order.amount))
    await standing.write_credit(session, row, credit, key)
    return row


async def _credit(
    session: AsyncSession,
    order: Order,
    period: SubscriptionPeriod,
    other: Subscription,
    row: Subscription,
    key: str,
) -> Subscription:
    """Give the money as credit: to what they have now, or to what they begin next."""
    target = other if other.currency == order.currency else row
    period.kind, period.subscription_id, period.amount = (
        PeriodKind.credit, target.id, order.amount,
    )  # fmt: skip
    await standing.write_credit(session, target, target.credit_amount + order.amount, key)
    return target
