"""Who acts as whom."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.studios import Acting


async def by_hash_for_update(session: AsyncSession, token_hash: str) -> Acting | None:
    return await session.scalar(
        select(Acting).where(Acting.token_hash == token_hash).with_for_update()
    )


async def by_session(session: AsyncSession, session_id: UUID) -> Acting | None:
    return await session.scalar(select(Acting).where(Acting.session_id == session_id))


async def of_account(
    session: AsyncSession, account_id: UUID, before: UUID | None, limit: int
) -> Sequence[Acting]:
    statement = (
        select(Acting)
        .where(Acting.account_id == account_id)
        .order_by(Acting.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Acting.id < before)
    return (await session.scalars(statement)).all()


async def prune_acting(session: AsyncSession, before: datetime) -> None:
    """Delete what was over before that time; the audit log keeps that it was."""
    await session.execute(delete(Acting).where(Acting.expires_at < before))
