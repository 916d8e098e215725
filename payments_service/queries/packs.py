"""Packs of coins."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.shop_errors import (
    PackNotFound,
)
from kit.db import find
from payments_service.models.coins import Pack


async def packs(session: AsyncSession, *, everything: bool = False) -> Sequence[Pack]:
    asked = select(Pack).order_by(Pack.position, Pack.coins, Pack.id)
    if not everything:
        asked = asked.where(Pack.is_on_sale)
    return (await session.scalars(asked)).all()


async def pack(session: AsyncSession, pack_id: UUID) -> Pack:
    return await find(session, Pack, pack_id, PackNotFound)


async def pack_for_update(session: AsyncSession, pack_id: UUID) -> Pack:
    return await find(session, Pack, pack_id, PackNotFound, lock=True)
