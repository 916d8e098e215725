"""From the row of a subscription to its pure standing, and back: with what follows from it."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.models.subscriptions import Plan, Subscription
from payments_service.queries import ledger
from payments_service.rules import reminders
from payments_service.rules.accounts import income, subscription_credit
from payments_service.rules.journals import journal, move
from payments_service.rules.subscriptions import Standing, Terms, ticked

NAMES = [field.name for field in fields(Standing)]


def of(row: Subscription, at: datetime) -> Standing:
    """Return how a subscription stands at that moment, also when the clock was not looked at."""
    return ticked(Standing(**{name: getattr(row, name) for name in NAMES}), at)


def terms_of(plan: Plan, amount: int) -> Terms:
    return Terms(plan.interval, amount, plan.grace_days)


def write(row: Subscription, one: Standing, at: datetime) -> None:
    """Write a standing down; a new end of the period begins reminders and charges anew."""
    if row.period_end != one.period_end or row.is_trial != one.is_trial:
        row.reminder_number = reminders.behind(reminders.reminders(one), at)
        row.charge_count = reminders.behind(reminders.charges(one), at)
        row.renewal_order_id = None
    for name in NAMES:
        if name != "credit_amount":  # only with its journal: `write_credit`
            setattr(row, name, getattr(one, name))
    row.updated_at = at
    plan_again(row, one, at)


def plan_again(row: Subscription, one: Standing, at: datetime) -> None:
    """Say when the clock has to look at it again."""
    charged = row.charge_count if row.saved else None
    row.next_at = reminders.next_moment(one, row.reminder_number, charged, at)


async def write_credit(session: AsyncSession, row: Subscription, amount: int, key: str) -> None:
    """Set what later payments take into account; the books show it as owed. Once for a key."""
    more = amount - row.credit_amount
    row.credit_amount = amount
    if not more:
        return
    legs = move(subscription_credit(row.currency), income("subscriptions", row.currency), more)
    await ledger.post(
        session,
        journal(
            f"subscription:{row.id}:credit:{key}",
            "subscription_credit",
            legs,
            source=f"subscription/{row.id}",
            details={"account_id": str(row.account_id)},
        ),
    )
