"""Vouchers, gift cards, codes of orders paid in cash, and what agents owe."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.vouchers import VoucherQuery, VoucherState
from payments_service.models.vouchers import (
    AgentTake,
    CashCode,
    Voucher,
    VoucherBatch,
    VoucherUse,
)

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:one, 5064))")


@dataclass(frozen=True, slots=True)
class Debt:
    agent_id: str
    agent_name: str
    currency: str
    owed: int
    sales: int


async def of_lookup(session: AsyncSession, lookup: str) -> Voucher | None:
    return await session.scalar(select(Voucher).where(Voucher.lookup == lookup))


async def of_lookup_for_update(session: AsyncSession, lookup: str) -> Voucher | None:
    asked = select(Voucher).where(Voucher.lookup == lookup).with_for_update()
    return await session.scalar(asked.execution_options(populate_existing=True))


async def of_order(session: AsyncSession, order_id: UUID) -> Voucher | None:
    return await session.scalar(select(Voucher).where(Voucher.order_id == order_id))


async def of_order_for_update(session: AsyncSession, order_id: UUID) -> Voucher | None:
    asked = select(Voucher).where(Voucher.order_id == order_id).with_for_update()
    return await session.scalar(asked.execution_options(populate_existing=True))


async def vouchers(
    session: AsyncSession, filters: VoucherQuery, before: UUID | None, limit: int
) -> Sequence[Voucher]:
    asked = select(Voucher)
    for column, value in (
        (Voucher.kind, filters.kind),
        (Voucher.state, filters.state),
        (Voucher.batch_id, filters.batch_id),
    ):
        if value is not None:
            asked = asked.where(column == value)
    if before is not None:
        asked = asked.where(Voucher.id < before)
    return (await session.scalars(asked.order_by(Voucher.id.desc()).limit(limit))).all()


async def of_batch(session: AsyncSession, batch_id: UUID) -> Sequence[Voucher]:
    """Return the vouchers of a batch in the order they are printed."""
    asked = select(Voucher).where(Voucher.batch_id == batch_id).order_by(Voucher.number)
    return (await session.scalars(asked)).all()


async def unsold_for_update(session: AsyncSession, batch_id: UUID) -> Sequence[Voucher]:
    asked = select(Voucher).where(Voucher.batch_id == batch_id, Voucher.state == VoucherState.made)
    return (await session.scalars(asked.order_by(Voucher.id).with_for_update())).all()


async def batches(session: AsyncSession, before: UUID | None, limit: int) -> Sequence[VoucherBatch]:
    asked = select(VoucherBatch).order_by(VoucherBatch.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(VoucherBatch.id < before)
    return (await session.scalars(asked)).all()


async def batch_of_key(session: AsyncSession, key: str) -> VoucherBatch | None:
    """Return the batch that was made with this key; whoever asks next waits for this one."""
    await session.execute(LOCK, {"one": f"voucher batch {key}"})
    return await session.scalar(select(VoucherBatch).where(VoucherBatch.key == key))


async def counts(
    session: AsyncSession, batch_ids: Sequence[UUID]
) -> dict[UUID, dict[VoucherState, int]]:
    """Return how many vouchers of each batch are in which state."""
    asked = (
        select(Voucher.batch_id, Voucher.state, func.count())
        .where(Voucher.batch_id.in_(batch_ids))
        .group_by(Voucher.batch_id, Voucher.state)
    )
    found: dict[UUID, dict[VoucherState, int]] = {}
    for batch_id, state, count in await session.execute(asked):
        if batch_id is not None:
            found.setdefault(batch_id, {})[VoucherState(state)] = count
    return found


async def use_of_order(session: AsyncSession, order_id: UUID) -> VoucherUse | None:
    return await session.scalar(select(VoucherUse).where(VoucherUse.order_id == order_id))


async def use_of_key(session: AsyncSession, voucher_id: UUID, key: str) -> VoucherUse | None:
    asked = select(VoucherUse).where(VoucherUse.voucher_id == voucher_id, VoucherUse.key == key)
    return await session.scalar(asked)


async def over_for_update(
    session: AsyncSession, at: datetime, limit: int = 500
) -> Sequence[Voucher]:
    """Return codes that are still worth something, although their time is over."""
    asked = select(Voucher).where(Voucher.state == VoucherState.sold, Voucher.expires_at <= at)
    locked = asked.order_by(Voucher.id).limit(limit).with_for_update(skip_locked=True)
    return (await session.scalars(locked)).all()


async def cash_code(session: AsyncSession, code: str) -> CashCode | None:
    return await session.scalar(select(CashCode).where(CashCode.code == code))


async def debts(session: AsyncSession, agent_id: str | None = None) -> list[Debt]:
    """Return what agents owe, by agent and currency; those who owe nothing are told too."""
    asked = (
        select(
            AgentTake.agent_id,
            func.max(AgentTake.agent_name),
            AgentTake.currency,
            func.sum(AgentTake.amount),
            func.count().filter(AgentTake.amount > 0),
        )
        .group_by(AgentTake.agent_id, AgentTake.currency)
        .order_by(func.sum(AgentTake.amount).desc(), AgentTake.agent_id)
    )
    if agent_id is not None:
        asked = asked.where(AgentTake.agent_id == agent_id)
    return [
        Debt(one, name, currency, int(owed), sales)
        for one, name, currency, owed, sales in await session.execute(asked)
    ]


async def take_of_key(session: AsyncSession, key: str) -> AgentTake | None:
    return await session.scalar(select(AgentTake).where(AgentTake.key == key))


async def lock_agent(session: AsyncSession, agent_id: str) -> None:
    await session.execute(LOCK, {"one": f"agent {agent_id}"})
