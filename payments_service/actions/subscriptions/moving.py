"""What time makes of subscriptions: reminders, charges of kept cards, grace, the end.

One run per subscription and moment, in one transaction: whoever dies in it has done nothing, and
the next run finds it due again.
"""

import logging
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import seal
from kit.clock import now
from kit.contracts.payments.errors import CurrencyDiffers, NotForSale, SubscribedAlready
from kit.events import NOTICE, notify
from kit.i18n import Language
from kit.jobs import enqueue, enqueue_many
from payments_service.actions.subscriptions import keeping, renewing, standing
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.models.subscriptions import Subscription
from payments_service.queries import subscriptions
from payments_service.rules import reminders
from payments_service.rules.subscriptions import Standing, State

UNSOLD = (CurrencyDiffers, SubscribedAlready, NotForSale)
logger = logging.getLogger(__name__)
LANGUAGES = {code: Language(code) for code in ("fr", "en")}


async def look(session: AsyncSession) -> int:
    """Have everything that is due looked at; return how much that was."""
    found = await subscriptions.due(session, now())
    await enqueue_many(
        session,
        "move_subscription",
        [{"subscription_id": str(one)} for one in found],
        keys=[str(one) for one in found],
    )
    return len(found)


async def move(session: AsyncSession, tools: Tools, subscription_id: UUID) -> None:
    """Bring one subscription up to now."""
    at = now()
    row = await subscriptions.subscription_for_update(session, subscription_id)
    before = (row.state, row.period_end)
    one = standing.of(row, at)
    standing.write(row, one, at)
    if one.state is State.expired:
        if before[0] is not State.expired:
            await _say_over(session, tools, row)
    else:
        await _remind(session, tools, row, one)
    standing.plan_again(row, one, at)
    if before != (row.state, row.period_end):
        await keeping.moved(session, tools, row)


async def _remind(session: AsyncSession, tools: Tools, row: Subscription, one: Standing) -> None:
    """Say what is due, once for all that was missed, and have the kept card charged."""
    at = now()
    reminded = reminders.behind(reminders.reminders(one), at)
    charged = reminders.behind(reminders.charges(one), at) if row.saved else 0
    is_reminded, is_charged = reminded > row.reminder_number, charged > row.charge_count
    is_first = not row.reminder_number
    if not (is_reminded or is_charged):
        return
    row.reminder_number = max(row.reminder_number, reminded)
    row.charge_count = max(row.charge_count, charged)
    try:
        order = await renewing.renewal_order(session, tools, row)
    except UNSOLD as error:
        logger.warning(
            "nothing to renew with", extra={"subscription_id": str(row.id), "why": error.detail}
        )
        return
    if not order.amount:
        return  # a credit has paid it
    # A kept card is announced once, before the end; what is late is said all the same.
    if is_reminded and (is_first or not row.saved or one.state is State.past_due):
        await _say_due(session, tools, row, one, order)
    if is_charged:
        asked = {"subscription_id": str(row.id), "order_id": str(order.id), "number": charged}
        await enqueue(session, "charge_again", asked, key=f"{order.id}:{charged}")


async def _say_due(
    session: AsyncSession, tools: Tools, row: Subscription, one: Standing, order: Order
) -> None:
    is_late = one.state is State.past_due
    before = "subscription.renewing" if row.saved else "subscription.renewal_due"
    kind = "subscription.past_due" if is_late else before
    language = LANGUAGES["en" if row.locale == "en" else "fr"]
    values = {
        "plan": row.plan.title,
        "amount": language.money(order.amount, order.currency),
        "on": (one.grace_end if is_late else one.period_end).isoformat(),
        "url": f"{tools.home}/account/subscription",
    }
    sealed = seal(tools.secret, NOTICE, {"link": renewing.link(tools, order.id)})
    await notify(session, kind, row.account_id, values, sealed=sealed)


async def _say_over(session: AsyncSession, tools: Tools, row: Subscription) -> None:
    values = {"plan": row.plan.title, "url": f"{tools.home}/plans"}
    await notify(session, "subscription.ended", row.account_id, values)
