"""What somebody does with their own subscription; each deed done twice is done once."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments import subscriptions as wire
from kit.contracts.payments.errors import (
    CurrencyDiffers,
    NoSubscription,
    NotPossibleNow,
    PlanNotOnSale,
)
from kit.events import audit
from kit.jobs import enqueue
from payments_service.actions.subscriptions import keeping, plans, showing, standing
from payments_service.actions.tools import Tools
from payments_service.models.subscriptions import Subscription
from payments_service.queries import subscriptions
from payments_service.rules import subscriptions as rules
from payments_service.rules.subscriptions import Deed, Standing, State

LONGEST_PAUSE_DAYS = 90


async def cancel(session: AsyncSession, tools: Tools, account_id: UUID) -> wire.Subscription:
    """End it with what is paid for; what is not paid for ends now."""
    return await _move(session, tools, account_id, rules.cancelled)


async def keep(session: AsyncSession, tools: Tools, account_id: UUID) -> wire.Subscription:
    """Take back a cancellation, and a change of plan that has not come yet."""
    row = await _mine(session, account_id)
    if row.next_plan_id is not None:
        row.next_plan_id = None
        found = await plans.priced(session, row.plan_id, row.country or None)
        row.amount = found.price.amount
        await _drop_renewal_order(session, row)
    return await _write(session, tools, row, rules.kept(standing.of(row, now())))


async def pause(
    session: AsyncSession, tools: Tools, account_id: UUID, days: int
) -> wire.Subscription:
    at = now()
    row = await _mine(session, account_id)
    one = rules.paused(standing.of(row, at), min(days, LONGEST_PAUSE_DAYS), at)
    return await _write(session, tools, row, one)


async def resume(session: AsyncSession, tools: Tools, account_id: UUID) -> wire.Subscription:
    return await _move(session, tools, account_id, rules.resumed)


async def change_later(
    session: AsyncSession, tools: Tools, account_id: UUID, plan_id: UUID
) -> wire.Subscription:
    """Go to another plan when the present period ends: the next payment is for that one."""
    at = now()
    row = await _mine(session, account_id)
    one = standing.of(row, at)
    if one.state not in {State.trialing, State.active, State.past_due}:
        raise NotPossibleNow(state=one.state)
    found = await plans.priced(session, plan_id, row.country or None)
    if not found.plan.is_on_sale:
        raise PlanNotOnSale
    if found.price.currency != row.currency:
        raise CurrencyDiffers
    row.next_plan_id = None if plan_id == row.plan_id else plan_id
    row.amount = found.price.amount
    await _drop_renewal_order(session, row)
    return await _write(session, tools, row, one)


async def stop_charging(session: AsyncSession, tools: Tools, account_id: UUID) -> wire.Subscription:
    """Forget the kept card: a renewal is paid by hand from now on."""
    row = await _mine(session, account_id)
    row.saved = row.provider = ""
    return await _write(session, tools, row, standing.of(row, now()))


async def end(session: AsyncSession, tools: Tools, caller: Caller, subscription_id: UUID) -> None:
    """End a subscription at once, by staff."""
    at = now()
    await audit(session, caller, "subscription.end", f"subscription:{subscription_id}")
    row = await subscriptions.subscription_for_update(session, subscription_id)
    await _drop_renewal_order(session, row)
    await _write(session, tools, row, rules.ended(standing.of(row, at), at))


async def _mine(session: AsyncSession, account_id: UUID) -> Subscription:
    row = await subscriptions.alive_for_update(session, account_id)
    if row is None:
        raise NoSubscription
    return row


async def _move(
    session: AsyncSession, tools: Tools, account_id: UUID, deed: Deed
) -> wire.Subscription:
    at = now()
    row = await _mine(session, account_id)
    return await _write(session, tools, row, deed(standing.of(row, at), at))


async def _write(
    session: AsyncSession, tools: Tools, row: Subscription, one: Standing
) -> wire.Subscription:
    at = now()
    standing.write(row, one, at)
    await keeping.moved(session, tools, row)
    return showing.shown(row, at)


async def _drop_renewal_order(session: AsyncSession, row: Subscription) -> None:
    """Call off the order of the present terms: the next reminder has one of the new terms."""
    if row.renewal_order_id is not None:
        asked = {"order_id": str(row.renewal_order_id)}
        await enqueue(session, "drop_renewal_order", asked, key=str(row.renewal_order_id))
        row.renewal_order_id = None
