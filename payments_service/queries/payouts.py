"""Payout accounts and payouts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.payouts import PayoutQuery, PayoutState
from payments_service.models.payouts import Payout, PayoutAccount

WAITING = (PayoutState.pending, PayoutState.held)
MOVING = (*WAITING, PayoutState.in_transit)


async def current_account(
    session: AsyncSession, account_id: UUID, *, lock: bool = False
) -> PayoutAccount | None:
    """Return where somebody is paid; locked, their payouts come one after the other."""
    asked = select(PayoutAccount).where(
        PayoutAccount.account_id == account_id, PayoutAccount.replaced_at.is_(None)
    )
    return await session.scalar(asked.with_for_update() if lock else asked)


async def is_shared(session: AsyncSession, phone: str, account_id: UUID) -> bool:
    """Say whether somebody else is or was paid to this number."""
    other = exists().where(PayoutAccount.phone == phone, PayoutAccount.account_id != account_id)
    return bool(await session.scalar(select(other)))


async def accounts(
    session: AsyncSession, *, flagged: bool | None, before: UUID | None, limit: int
) -> Sequence[PayoutAccount]:
    asked = select(PayoutAccount).where(PayoutAccount.replaced_at.is_(None))
    if flagged is not None:
        is_clean = (func.jsonb_array_length(PayoutAccount.flags) == 0) | (
            PayoutAccount.checked_by != ""
        )
        asked = asked.where(~is_clean if flagged else is_clean)
    if before is not None:
        asked = asked.where(PayoutAccount.id < before)
    return (await session.scalars(asked.order_by(PayoutAccount.id.desc()).limit(limit))).all()


async def payout_of_key(session: AsyncSession, key: str) -> Payout | None:
    return await session.scalar(select(Payout).where(Payout.key == key))


async def waiting_of(session: AsyncSession, account_id: UUID) -> Sequence[Payout]:
    """Return the payouts of somebody that nobody has approved yet, locked."""
    asked = select(Payout).where(Payout.account_id == account_id, Payout.state.in_(WAITING))
    return (await session.scalars(asked.order_by(Payout.id).with_for_update())).all()


async def grown_old(session: AsyncSession, at: datetime) -> Sequence[Payout]:
    """Return payouts that were held because a number was new, and it is not any more."""
    asked = (
        select(Payout)
        .join(PayoutAccount, PayoutAccount.id == Payout.payout_account_id)
        .where(
            Payout.state == PayoutState.held,
            Payout.reason == "new_account",
            PayoutAccount.usable_at <= at,
        )
        .order_by(Payout.id)
        .with_for_update(of=Payout, skip_locked=True)
    )
    return (await session.scalars(asked)).all()


async def moving(session: AsyncSession, account_id: UUID, currency: str) -> int:
    asked = select(func.coalesce(func.sum(Payout.amount), 0)).where(
        Payout.account_id == account_id, Payout.currency == currency, Payout.state.in_(MOVING)
    )
    return int((await session.execute(asked)).scalar_one())


async def payouts(
    session: AsyncSession, filters: PayoutQuery, before: UUID | None, limit: int
) -> Sequence[tuple[Payout, PayoutAccount]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.state is not None:
        wanted.append(Payout.state == filters.state)
    if filters.account_id is not None:
        wanted.append(Payout.account_id == filters.account_id)
    if before is not None:
        wanted.append(Payout.id < before)
    asked = (
        select(Payout, PayoutAccount)
        .join(PayoutAccount, PayoutAccount.id == Payout.payout_account_id)
        .where(*wanted)
        .order_by(Payout.id.desc())
        .limit(limit)
    )
    return [(payout, account) for payout, account in await session.execute(asked)]
