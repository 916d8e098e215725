"""Attempts to send money: of a refund or payout, and those that are to be asked about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.models.payouts import GivingAttempt
from payments_service.rules.giving import FINAL


async def attempt_for_update(session: AsyncSession, attempt_id: UUID) -> GivingAttempt | None:
    return await session.get(
        GivingAttempt, attempt_id, with_for_update=True, populate_existing=True
    )


async def attempts_of_refund(session: AsyncSession, refund_id: UUID) -> Sequence[GivingAttempt]:
    asked = select(GivingAttempt).where(GivingAttempt.refund_id == refund_id)
    return (await session.scalars(asked.order_by(GivingAttempt.number))).all()


async def attempts_of_payout(session: AsyncSession, payout_id: UUID) -> Sequence[GivingAttempt]:
    asked = select(GivingAttempt).where(GivingAttempt.payout_id == payout_id)
    return (await session.scalars(asked.order_by(GivingAttempt.number))).all()


async def last_number(session: AsyncSession, refund_id: UUID | None, payout_id: UUID | None) -> int:
    """Return the number of the last attempt of a refund or payout; 0 when there was none."""
    of = GivingAttempt.refund_id == refund_id if refund_id else GivingAttempt.payout_id == payout_id
    asked = select(func.coalesce(func.max(GivingAttempt.number), 0)).where(of)
    return int((await session.execute(asked)).scalar_one())


async def due(session: AsyncSession, at: datetime, limit: int = 500) -> Sequence[UUID]:
    """Return the attempts whose provider is to be called or asked by now."""
    asked = (
        select(GivingAttempt.id)
        .where(GivingAttempt.next_check_at <= at, GivingAttempt.state.not_in(FINAL))
        .order_by(GivingAttempt.next_check_at)
        .limit(limit)
    )
    return (await session.scalars(asked)).all()
