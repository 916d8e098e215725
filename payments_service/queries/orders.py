"""Orders and attempts, as deeds read and lock them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from kit.contracts.payments.errors import OrderNotFound
from kit.contracts.payments.orders import OrderState
from kit.db import find
from payments_service.models.orders import Attempt, Order, ProviderState
from payments_service.rules.attempts import OPEN

CHANNEL = "orders"
BUSY = [state.value for state in OPEN]


async def order(session: AsyncSession, order_id: UUID) -> Order:
    """Return an order with its attempts, or raise OrderNotFound."""
    asked = select(Order).where(Order.id == order_id).options(selectinload(Order.attempts))
    found = await session.scalar(asked.execution_options(populate_existing=True))
    if found is None:
        raise OrderNotFound
    return found


async def order_for_update(session: AsyncSession, order_id: UUID) -> Order:
    """Return an order, locked until the transaction ends, with its attempts as they are then."""
    await find(session, Order, order_id, OrderNotFound, lock=True)
    return await order(session, order_id)


async def order_of_key(session: AsyncSession, payer: str, key: str) -> Order | None:
    """Return what was ordered under this key; whoever asks next waits until this one is done."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:one, 5064))")
    await session.execute(lock, {"one": f"{payer} {key}"})
    asked = select(Order).where(Order.payer == payer, Order.key == key)
    return await session.scalar(asked.options(selectinload(Order.attempts)))


async def attempt(session: AsyncSession, attempt_id: UUID) -> Attempt | None:
    return await session.get(Attempt, attempt_id, populate_existing=True)


async def attempt_of_ref(session: AsyncSession, provider: str, ref: str) -> Attempt | None:
    asked = select(Attempt).where(Attempt.provider == provider, Attempt.provider_ref == ref)
    return await session.scalar(asked) if ref else None


async def is_attempt_known(session: AsyncSession, order_id: UUID, key: str) -> bool:
    asked = select(Attempt.id).where(Attempt.order_id == order_id, Attempt.key == key)
    return await session.scalar(asked) is not None


async def is_ref_free(session: AsyncSession, attempt: Attempt, ref: str) -> bool:
    """Say whether a provider's reference is no other attempt's."""
    other = await attempt_of_ref(session, attempt.provider, ref)
    return other is None or other.id == attempt.id


async def due(session: AsyncSession, at: datetime, limit: int = 500) -> Sequence[UUID]:
    """Return the attempts whose provider is to be asked by now."""
    asked = (
        select(Attempt.id)
        .where(Attempt.next_check_at <= at)
        .order_by(Attempt.next_check_at)
        .limit(limit)
    )
    return (await session.scalars(asked)).all()


async def stale(session: AsyncSession, at: datetime, limit: int = 200) -> Sequence[UUID]:
    """Return open orders whose time is over."""
    asked = (
        select(Order.id)
        .where(Order.state.in_([OrderState.created, OrderState.pending]), Order.expires_at <= at)
        .order_by(Order.expires_at)
        .limit(limit)
    )
    return (await session.scalars(asked)).all()


async def ungiven(session: AsyncSession, before: datetime, limit: int = 200) -> Sequence[UUID]:
    """Return orders paid before then that nobody has given yet."""
    asked = (
        select(Order.id)
        .where(Order.state == OrderState.paid, Order.paid_at < before)
        .order_by(Order.paid_at)
        .limit(limit)
    )
    return (await session.scalars(asked)).all()


async def is_being_paid(session: AsyncSession, order_id: UUID) -> bool:
    asked = select(Attempt.id).where(Attempt.order_id == order_id, Attempt.state.in_(BUSY))
    return await session.scalar(asked.limit(1)) is not None


async def paused(session: AsyncSession) -> dict[str, ProviderState]:
    """Return what staff said of providers, by name."""
    return {row.name: row for row in await session.scalars(select(ProviderState))}


async def recent(session: AsyncSession, since: datetime) -> list[tuple[str, str, str, str, int]]:
    """Return how many attempts since then are in which state, by provider, method and country."""
    asked = (
        select(Attempt.provider, Attempt.method, Attempt.country, Attempt.state, func.count())
        .where(Attempt.created_at >= since)
        .group_by(Attempt.provider, Attempt.method, Attempt.country, Attempt.state)
    )
    return [(a, b, c, str(d), e) for a, b, c, d, e in await session.execute(asked)]
