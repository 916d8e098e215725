"""Notices as they arrive, and as people read them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.publisher.errors import NoticeNotFound
from publisher_service.models.notices import Notice

CHANNEL = "publisher_notice"
TELL = text("SELECT pg_notify(:channel, :account)")


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Insert notices; return the ids of those that were not there."""
    if not rows:
        return set()
    # Rows are given apart from the statement, which is then written out once, not every time.
    statement = upsert(Notice).on_conflict_do_nothing().returning(Notice.id)
    return set(await session.scalars(statement, list(rows)))


async def notice(session: AsyncSession, notice_id: UUID) -> Notice:
    found = await session.get(Notice, notice_id)
    if found is None:
        raise NoticeNotFound
    return found


async def notices(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Notice]:
    return (await session.scalars(select(Notice).where(Notice.id.in_(ids)))).all()


async def accounts_of(session: AsyncSession, ids: Collection[UUID]) -> list[UUID]:
    """Return the accounts that these notices are for."""
    statement = select(Notice.account_id).where(Notice.id.in_(ids)).distinct()
    return [account for account in await session.scalars(statement) if account is not None]


async def of_account(
    session: AsyncSession, account_id: UUID, before: UUID | None, limit: int, *, unread_only: bool
) -> Sequence[Notice]:
    """Return what stands in somebody's centre, newest first."""
    statement = (
        select(Notice)
        .where(Notice.account_id == account_id, Notice.is_in_app)
        .order_by(Notice.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Notice.id < before)
    if unread_only:
        statement = statement.where(Notice.read_at.is_(None))
    return (await session.scalars(statement)).all()


async def unread(session: AsyncSession, accounts: Collection[UUID]) -> dict[UUID, int]:
    """Return how many unread notices each account has."""
    rows = await session.execute(
        select(Notice.account_id, func.count())
        .where(Notice.account_id.in_(accounts), Notice.is_in_app, Notice.read_at.is_(None))
        .group_by(Notice.account_id)
    )
    found = {account: count for account, count in rows if account is not None}
    return {account: found.get(account, 0) for account in accounts}


async def newest(session: AsyncSession, accounts: Collection[UUID]) -> dict[UUID, Notice]:
    """Return the newest notice of each account."""
    rows = await session.scalars(
        select(Notice)
        .ext(distinct_on(Notice.account_id))
        .where(Notice.account_id.in_(accounts), Notice.is_in_app)
        .order_by(Notice.account_id, Notice.id.desc())
    )
    return {row.account_id: row for row in rows if row.account_id is not None}


async def mark_read(
    session: AsyncSession, account_id: UUID, at: datetime, notice_id: UUID | None = None
) -> int:
    """Mark one, or all, of somebody's notices as read; return how many were not."""
    statement = update(Notice).where(
        Notice.account_id == account_id, Notice.is_in_app, Notice.read_at.is_(None)
    )
    if notice_id is not None:
        statement = statement.where(Notice.id == notice_id)
    found = await session.scalars(statement.values(read_at=at).returning(Notice.id))
    return len(found.all())


async def tell_live(session: AsyncSession, accounts: Collection[UUID]) -> None:
    """Wake the streams of these accounts, once the transaction commits."""
    for start in range(0, len(accounts), 200):  # a message has room for 8000 bytes
        some = list(accounts)[start : start + 200]
        payload = ",".join(map(str, some))
        await session.execute(TELL, {"channel": CHANNEL, "account": payload})


async def forget_before(session: AsyncSession, moment: datetime, limit: int = 5000) -> None:
    """Delete notices received before then, with their deliveries and attempts."""
    old = select(Notice.id).where(Notice.received_at < moment).limit(limit)
    await session.execute(delete(Notice).where(Notice.id.in_(old)))


async def forget_sealed_before(session: AsyncSession, moment: datetime) -> None:
    """Empty what was sealed so long ago that its link is spent."""
    statement = update(Notice).where(Notice.sealed.is_not(None), Notice.received_at < moment)
    await session.execute(statement.values(sealed=None))
