"""Refunds and disputes: captured, reserved, watched; listed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.refunds import (
    DisputeQuery,
    DisputeState,
    RefundQuery,
    RefundState,
)
from payments_service.models.coins import CoinLot
from payments_service.models.earnings import View
from payments_service.models.orders import Attempt, Order
from payments_service.models.papers import Capture, Dispute, Refund
from payments_service.models.shop import Grant


async def capture(session: AsyncSession, attempt: Attempt) -> None:
    """Note what came in by an attempt, once, so that never more goes back."""
    row = {
        "attempt_id": attempt.id,
        "order_id": attempt.order_id,
        "amount": attempt.seen_amount or attempt.amount,
        "currency": attempt.seen_currency or attempt.currency,
        "refunded_amount": 0,
    }
    await session.execute(insert(Capture).values(row).on_conflict_do_nothing())


async def reserved(session: AsyncSession, attempt_id: UUID) -> tuple[int, int]:
    """Return what of an attempt went back or is on its way: (order's amount, captured amount)."""
    asked = select(
        func.coalesce(func.sum(Refund.amount), 0), func.coalesce(func.sum(Refund.source_amount), 0)
    ).where(Refund.attempt_id == attempt_id, Refund.state != RefundState.failed)
    amount, source = (await session.execute(asked)).one()
    return int(amount), int(source)


async def sent_back(session: AsyncSession, attempt_id: UUID) -> int:
    """Return what of an attempt's money goes or went back to where it came from."""
    asked = select(func.coalesce(func.sum(Refund.source_amount), 0)).where(
        Refund.attempt_id == attempt_id,
        Refund.state != RefundState.failed,
        Refund.way == "source",
    )
    return int((await session.execute(asked)).scalar_one())


async def on_their_way(session: AsyncSession, order_id: UUID) -> int:
    """Return how much of an order's amount is asked for and not yet back."""
    asked = select(func.coalesce(func.sum(Refund.amount), 0)).where(
        Refund.order_id == order_id,
        Refund.state == RefundState.pending,
        Refund.rule != "unmatched",
    )
    return int((await session.execute(asked)).scalar_one())


async def refund_of_key(session: AsyncSession, key: str) -> Refund | None:
    return await session.scalar(select(Refund).where(Refund.key == key))


async def refunds_of_order(session: AsyncSession, order_id: UUID) -> Sequence[Refund]:
    asked = select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)
    return (await session.scalars(asked)).all()


async def is_watched(session: AsyncSession, order: Order, viewers: Sequence[str]) -> bool:
    """Say whether a film of this order was begun, by its grant or by a counted view since."""
    of_order = Grant.order_id == order.id
    begun = select(exists().where(of_order, Grant.started_at.is_not(None)))
    if await session.scalar(begun):
        return True
    films = select(Grant.film_id).where(of_order)
    since = (order.paid_at or order.created_at).date()
    seen = exists().where(View.film_id.in_(films), View.viewer.in_(viewers), View.day >= since)
    return bool(await session.scalar(select(seen)))


async def are_coins_used(session: AsyncSession, order: Order) -> bool:
    used = exists().where(CoinLot.order_id == order.id, CoinLot.remaining < CoinLot.amount)
    return bool(await session.scalar(select(used)))


async def refunds(
    session: AsyncSession, filters: RefundQuery, before: UUID | None, limit: int
) -> Sequence[tuple[Refund, str]]:
    """Return refunds with what was bought, the newest first."""
    names = ("state", "way", "order_id", "account_id")
    wanted: list[ColumnElement[bool]] = [
        getattr(Refund, name) == value
        for name in names
        if (value := getattr(filters, name)) is not None
    ]
    if before is not None:
        wanted.append(Refund.id < before)
    asked = select(Refund, Order.title).join(Order, Order.id == Refund.order_id).where(*wanted)
    rows = await session.execute(asked.order_by(Refund.id.desc()).limit(limit))
    return [(refund, title) for refund, title in rows]


async def dispute_of(session: AsyncSession, attempt_id: UUID) -> Dispute | None:
    return await session.scalar(select(Dispute).where(Dispute.attempt_id == attempt_id))


async def open_disputes(session: AsyncSession, limit: int = 500) -> Sequence[UUID]:
    """Return the attempts whose disputes nobody has decided yet, the oldest first."""
    asked = select(Dispute.attempt_id).where(Dispute.state == DisputeState.open)
    return (await session.scalars(asked.order_by(Dispute.id).limit(limit))).all()


async def decided_disputes(session: AsyncSession, since: datetime) -> Sequence[UUID]:
    """Return the attempts whose disputes were decided since then: some are turned round."""
    asked = select(Dispute.attempt_id).where(Dispute.closed_at >= since)
    return (await session.scalars(asked.order_by(Dispute.id))).all()


async def disputes(
    session: AsyncSession, filters: DisputeQuery, before: UUID | None, limit: int
) -> Sequence[tuple[Dispute, str]]:
    """Return disputes with what was bought, the newest first."""
    wanted: list[ColumnElement[bool]] = []
    if filters.state is not None:
        wanted.append(Dispute.state == filters.state)
    if filters.order_id is not None:
        wanted.append(Dispute.order_id == filters.order_id)
    if before is not None:
        wanted.append(Dispute.id < before)
    asked = select(Dispute, Order.title).join(Order, Order.id == Dispute.order_id).where(*wanted)
    rows = await session.execute(asked.order_by(Dispute.id.desc()).limit(limit))
    return [(dispute, title) for dispute, title in rows]
