"""Plans, subscriptions and their periods."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from kit.contracts.payments.errors import SubscriptionNotFound
from kit.contracts.payments.subscriptions import (
    PeriodKind,
    SubscriptionQuery,
    SubscriptionState,
)
from payments_service.models.orders import Order
from payments_service.models.subscriptions import Plan, Subscription, SubscriptionPeriod, Trial

ALIVE = Subscription.state != SubscriptionState.expired
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:one, 5064))")


async def plans(session: AsyncSession, *, everything: bool) -> Sequence[Plan]:
    asked = select(Plan).order_by(Plan.position, Plan.amount, Plan.id)
    if not everything:
        asked = asked.where(Plan.is_on_sale)
    return (await session.scalars(asked)).all()


async def subscribers(session: AsyncSession) -> dict[UUID, int]:
    """Return how many subscriptions each plan has that are not over."""
    asked = select(Subscription.plan_id, func.count()).where(ALIVE).group_by(Subscription.plan_id)
    return {row[0]: row[1] for row in await session.execute(asked)}


async def lock_account(session: AsyncSession, account_id: UUID) -> None:
    """Let nobody else begin a subscription of this account until the transaction ends."""
    await session.execute(LOCK, {"one": f"subscription {account_id}"})


async def alive(session: AsyncSession, account_id: UUID) -> Subscription | None:
    """Return what an account is subscribed to; it may be over by the clock."""
    asked = select(Subscription).where(Subscription.account_id == account_id, ALIVE)
    return await session.scalar(asked.options(joinedload(Subscription.plan)))


async def alive_for_update(session: AsyncSession, account_id: UUID) -> Subscription | None:
    asked = select(Subscription).where(Subscription.account_id == account_id, ALIVE)
    return await session.scalar(_locked(asked))


async def last(session: AsyncSession, account_id: UUID) -> Subscription | None:
    """Return an account's newest subscription, however it stands."""
    asked = select(Subscription).where(Subscription.account_id == account_id)
    newest = asked.order_by(Subscription.created_at.desc(), Subscription.id.desc()).limit(1)
    return await session.scalar(newest.options(joinedload(Subscription.plan)))


async def with_credit(
    session: AsyncSession, account_id: UUID, currency: str
) -> Sequence[Subscription]:
    """Return subscriptions that are over and have left something for the next."""
    return (await session.scalars(_with_credit(account_id, currency))).all()


async def with_credit_for_update(
    session: AsyncSession, account_id: UUID, currency: str
) -> Sequence[Subscription]:
    return (await session.scalars(_locked(_with_credit(account_id, currency)))).all()


async def subscription(session: AsyncSession, subscription_id: UUID) -> Subscription:
    asked = select(Subscription).where(Subscription.id == subscription_id)
    found = await session.scalar(asked.options(joinedload(Subscription.plan)))
    if found is None:
        raise SubscriptionNotFound
    return found


async def subscription_for_update(session: AsyncSession, subscription_id: UUID) -> Subscription:
    found = await session.scalar(
        _locked(select(Subscription).where(Subscription.id == subscription_id))
    )
    if found is None:
        raise SubscriptionNotFound
    return found


async def due(session: AsyncSession, at: datetime, limit: int = 500) -> Sequence[UUID]:
    """Return the subscriptions that the clock has something to do for."""
    asked = (
        select(Subscription.id)
        .where(Subscription.next_at <= at)
        .order_by(Subscription.next_at)
        .limit(limit)
    )
    return (await session.scalars(asked)).all()


async def subscriptions(
    session: AsyncSession, filters: SubscriptionQuery, before: UUID | None, limit: int
) -> Sequence[Subscription]:
    asked = select(Subscription).options(joinedload(Subscription.plan))
    for column, value in (
        (Subscription.state, filters.state),
        (Subscription.plan_id, filters.plan_id),
        (Subscription.account_id, filters.account_id),
    ):
        if value is not None:
            asked = asked.where(column == value)
    if before is not None:
        asked = asked.where(Subscription.id < before)
    return (await session.scalars(asked.order_by(Subscription.id.desc()).limit(limit))).all()


async def periods(session: AsyncSession, subscription_id: UUID) -> Sequence[SubscriptionPeriod]:
    """Return what a subscription was given for, newest first."""
    asked = select(SubscriptionPeriod).where(SubscriptionPeriod.subscription_id == subscription_id)
    return (await session.scalars(asked.order_by(SubscriptionPeriod.id.desc()).limit(200))).all()


async def period_of_order(session: AsyncSession, order_id: UUID) -> SubscriptionPeriod | None:
    return await session.scalar(
        select(SubscriptionPeriod).where(SubscriptionPeriod.order_id == order_id)
    )


async def held_periods(
    session: AsyncSession, subscription_id: UUID
) -> Sequence[SubscriptionPeriod]:
    """Return the stretches of which all the money is on its way back."""
    asked = select(SubscriptionPeriod).join(Order, Order.id == SubscriptionPeriod.order_id)
    theirs = asked.where(
        SubscriptionPeriod.subscription_id == subscription_id,
        SubscriptionPeriod.kind != PeriodKind.credit,
        SubscriptionPeriod.taken_back_at.is_(None),
        Order.held_at.is_not(None),
    )
    return (await session.scalars(theirs.order_by(SubscriptionPeriod.id))).all()


async def newest_period(session: AsyncSession, subscription_id: UUID) -> UUID | None:
    asked = select(SubscriptionPeriod.id).where(
        SubscriptionPeriod.subscription_id == subscription_id
    )
    return await session.scalar(asked.order_by(SubscriptionPeriod.id.desc()).limit(1))


async def has_tried(session: AsyncSession, persons: Sequence[str]) -> bool:
    """Say whether one of these names of a person has had a trial."""
    asked = select(Trial.person).where(Trial.person.in_(persons)).limit(1)
    return await session.scalar(asked) is not None


def _with_credit(account_id: UUID, currency: str) -> Select[Subscription]:
    asked = select(Subscription).where(
        Subscription.account_id == account_id,
        Subscription.state == SubscriptionState.expired,
        Subscription.credit_amount > 0,
        Subscription.currency == currency,
    )
    return asked.order_by(Subscription.id)


def _locked(asked: Select[Subscription]) -> Select[Subscription]:
    """Ask for the row as it is once nobody else holds it, with its plan."""
    fresh = asked.options(joinedload(Subscription.plan)).with_for_update(of=Subscription)
    return fresh.execution_options(populate_existing=True)
