"""What an order for a plan would do for somebody now, and what it costs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.errors import (
    CurrencyDiffers,
    NoSubscription,
    NotPossibleNow,
    PlanNotOnSale,
    SubscribedAlready,
)
from kit.contracts.payments.subscriptions import ChangeQuote
from payments_service.actions.subscriptions import plans, standing
from payments_service.actions.subscriptions.plans import Priced
from payments_service.models.subscriptions import Subscription
from payments_service.queries import subscriptions
from payments_service.rules.subscriptions import (
    Proration,
    Standing,
    State,
    may_renew,
    prorated,
    taking,
)

Mode = Literal["begin", "renew", "change"]


@dataclass(frozen=True, slots=True)
class Offer:
    """What the order is for; `period_id`: the newest period when a change was quoted."""

    mode: Mode
    proration: Proration
    period_id: UUID | None = None

    @property
    def details(self) -> Mapping[str, Any]:
        return {
            "mode": self.mode,
            "credit_used": self.proration.used,
            "credit_left": self.proration.credit_left,
            "period_id": str(self.period_id) if self.period_id else None,
        }


async def offer(session: AsyncSession, account_id: UUID, asked: Priced, at: datetime) -> Offer:
    """Return what ordering this plan means now; raise what speaks against it."""
    row = await subscriptions.alive(session, account_id)
    one = standing.of(row, at) if row else None
    if row is None or one is None or one.state is State.expired:
        return await _begin(session, account_id, asked)
    if asked.price.currency != row.currency:
        raise CurrencyDiffers
    if asked.plan.id == (row.next_plan_id or row.plan_id) or one.is_trial:
        return _renew(one, asked, at)
    return await _change(session, row, one, asked, at)


async def change_quote(
    session: AsyncSession, account_id: UUID, plan_id: UUID, at: datetime
) -> ChangeQuote:
    """Return what the account's subscription would cost on another plan; raise NoSubscription."""
    row = await subscriptions.alive(session, account_id)
    if row is None or (one := standing.of(row, at)).state is State.expired:
        raise NoSubscription
    asked = await plans.priced(session, plan_id, row.country or None)
    found = await offer(session, account_id, asked, at)
    return ChangeQuote(
        plan_id=plan_id,
        amount=found.proration.amount,
        credit=found.proration.credit,
        due=found.proration.due,
        credit_left=found.proration.credit_left,
        currency=asked.price.currency,
        at_period_end=not found.proration.due,
        period_end=one.period_end,
    )


async def _begin(session: AsyncSession, account_id: UUID, asked: Priced) -> Offer:
    if not asked.plan.is_on_sale:
        raise PlanNotOnSale
    before = await subscriptions.with_credit(session, account_id, asked.price.currency)
    return Offer("begin", taking(asked.price.amount, sum(row.credit_amount for row in before)))


def _renew(one: Standing, asked: Priced, at: datetime) -> Offer:
    if not may_renew(one, at):
        raise SubscribedAlready
    # A plan that is no longer sold goes on for those who have it.
    return Offer("renew", taking(asked.price.amount, one.credit_amount))


async def _change(
    session: AsyncSession, row: Subscription, one: Standing, asked: Priced, at: datetime
) -> Offer:
    if not asked.plan.is_on_sale:
        raise PlanNotOnSale
    if one.state is State.paused:
        raise NotPossibleNow(state=one.state)
    terms = standing.terms_of(asked.plan, asked.price.amount)
    period_id = await subscriptions.newest_period(session, row.id)
    return Offer("change", prorated(one, terms, at), period_id)
