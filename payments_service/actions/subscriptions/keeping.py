"""Rows of subscriptions, and what the world is told of each change."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import new_id
from kit.events import emit
from payments_service.actions.subscriptions import standing
from payments_service.actions.subscriptions.following import follow
from payments_service.actions.tools import Tools
from payments_service.models.subscriptions import Plan, Subscription
from payments_service.rules import reminders
from payments_service.rules.subscriptions import Standing


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """`token_key` is the same whenever this is begun anew, so that there is one token."""

    account_id: UUID
    plan: Plan
    amount: int
    currency: str
    country: str
    locale: str
    token_key: str


async def add(
    session: AsyncSession, new: NewSubscription, one: Standing, at: datetime
) -> Subscription:
    """Write down a subscription that begins; another one must not be alive."""
    row = Subscription(
        id=new_id(), account_id=new.account_id, plan_id=new.plan.id, plan=new.plan,
        amount=new.amount, currency=new.currency, country=new.country, locale=new.locale,
        token_key=new.token_key, token_number=0, token_id=None, token_until=None, credit_amount=0,
        next_plan_id=None, renewal_order_id=None, provider="", saved="", charge_count=0,
        reminder_number=0, started_at=one.period_start, period_end=one.period_end,
        is_trial=one.is_trial, created_at=at,
    )  # fmt: skip
    row.reminder_number = reminders.behind(reminders.reminders(one), at)
    row.charge_count = reminders.behind(reminders.charges(one), at)
    standing.write(row, one, at)
    session.add(row)
    await session.flush()
    return row


async def moved(session: AsyncSession, tools: Tools, row: Subscription) -> None:
    """Let the token follow, and tell the others; call it after every change."""
    await follow(session, tools, row)
    told = {
        "subscription_id": str(row.id),
        "account_id": str(row.account_id),
        "plan_id": str(row.plan_id),
        "state": row.state,
        "period_end": row.period_end.isoformat(),
    }
    await emit(session, "SubscriptionChanged", told)
