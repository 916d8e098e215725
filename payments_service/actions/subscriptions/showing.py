"""Subscriptions as their owners and staff see them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments import subscriptions as wire
from kit.contracts.payments.errors import NoSubscription
from kit.contracts.payments.subscriptions import (
    MySubscription,
    PeriodKind,
    SubscriptionQuery,
    Subscriptions,
    SubscriptionStory,
)
from kit.pages import decode_cursor, encode_cursor
from payments_service.actions.subscriptions import plans, standing
from payments_service.models.subscriptions import Subscription
from payments_service.queries import subscriptions
from payments_service.rules.subscriptions import Standing, State, access_until, may_renew


async def mine(session: AsyncSession, account_id: UUID) -> MySubscription:
    """Return an account's newest subscription, also when it is over."""
    row = await subscriptions.last(session, account_id)
    has_tried = await subscriptions.has_tried(session, [f"account:{account_id}"])
    return MySubscription(
        subscription=shown(row, now()) if row else None, may_try=row is None and not has_tried
    )


async def my_story(session: AsyncSession, account_id: UUID) -> SubscriptionStory:
    row = await subscriptions.last(session, account_id)
    if row is None:
        raise NoSubscription
    return await _story(session, row)


async def story(session: AsyncSession, subscription_id: UUID) -> SubscriptionStory:
    return await _story(session, await subscriptions.subscription(session, subscription_id))


async def listed(
    session: AsyncSession, filters: SubscriptionQuery, cursor: str | None, limit: int
) -> Subscriptions:
    before = UUID(str(decode_cursor(cursor, 1)[0])) if cursor else None
    found = await subscriptions.subscriptions(session, filters, before, limit + 1)
    at = now()
    items = [shown(row, at) for row in found[:limit]]
    more = len(found) > limit
    return Subscriptions(
        items=items, next_cursor=encode_cursor(str(items[-1].id)) if more else None
    )


def shown(row: Subscription, at: datetime) -> wire.Subscription:
    """Return it as it stands at that moment, whether or not the clock has been looked at."""
    return wire.Subscription.model_validate(_fields(row, at))


def _fields(row: Subscription, at: datetime) -> dict[str, object]:
    one = standing.of(row, at)
    plain = {name: getattr(row, name) for name in _ROW} | {
        name: getattr(one, name) for name in _ONE
    }
    until = access_until(one)
    return {
        **plain,
        "plan": plans.shown(row.plan),
        "access_until": until if until is None or until > at else None,
        "is_automatic": bool(row.saved),
        "may": _may(one, at, is_changing=row.next_plan_id is not None),
    }


async def _story(session: AsyncSession, row: Subscription) -> SubscriptionStory:
    found = await subscriptions.periods(session, row.id)
    periods = [
        wire.Period.model_validate(period)
        for period in found
        if period.kind is not PeriodKind.credit and period.taken_back_at is None
    ]
    return SubscriptionStory.model_validate({**_fields(row, now()), "periods": periods})


def _may(one: Standing, at: datetime, *, is_changing: bool) -> list[str]:
    allowed = {
        "cancel": one.state in {State.trialing, State.active, State.past_due, State.paused},
        "keep": one.state is State.cancelled or (is_changing and one.state is not State.expired),
        "pause": one.state is State.active and bool(one.period_end > at),
        "resume": one.state is State.paused,
        "change": one.state in {State.trialing, State.active, State.past_due, State.cancelled},
        "renew": one.state is not State.expired and may_renew(one, at),
    }
    return [name for name, is_so in allowed.items() if is_so]


_ROW = ("id", "account_id", "amount", "currency", "started_at", "next_plan_id", "renewal_order_id")
_ONE = (
    "state", "period_start", "period_end", "paused_at", "paused_until", "cancelled_at",
    "ended_at", "credit_amount",
)  # fmt: skip
