"""Who follows what, and announcements on their way to them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.publisher.errors import AnnouncementNotFound
from publisher_service.models.people import Announcement, Follow


async def follow(session: AsyncSession, account_id: UUID, topic: str, at: datetime) -> Follow:
    """Return the follow, made unless it was there."""
    new = upsert(Follow).values(account_id=account_id, topic=topic, since=at)
    await session.execute(new.on_conflict_do_nothing())
    return await session.get_one(Follow, (account_id, topic))


async def unfollow(session: AsyncSession, account_id: UUID, topic: str) -> None:
    await session.execute(
        delete(Follow).where(Follow.account_id == account_id, Follow.topic == topic)
    )


async def follows(session: AsyncSession, account_id: UUID) -> Sequence[Follow]:
    statement = select(Follow).where(Follow.account_id == account_id)
    return (await session.scalars(statement.order_by(Follow.since.desc()))).all()


async def count(session: AsyncSession, account_id: UUID) -> int:
    statement = select(func.count()).where(Follow.account_id == account_id)
    return await session.scalar(statement) or 0


async def followers(session: AsyncSession, topic: str) -> int:
    statement = select(func.count()).where(Follow.topic == topic)
    return await session.scalar(statement) or 0


async def next_followers(
    session: AsyncSession, topics: Sequence[str], after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Return accounts that follow any of the topics, each once, in the order of their ids."""
    statement = select(Follow.account_id).where(Follow.topic.in_(topics)).distinct()
    if after is not None:
        statement = statement.where(Follow.account_id > after)
    return (await session.scalars(statement.order_by(Follow.account_id).limit(limit))).all()


async def add_announcement(session: AsyncSession, row: dict[str, object]) -> bool:
    """Insert an announcement; return False when it was there."""
    statement = upsert(Announcement).values(row).on_conflict_do_nothing()
    return await session.scalar(statement.returning(Announcement.id)) is not None


async def announcement(
    session: AsyncSession, announcement_id: UUID, *, lock: bool = False
) -> Announcement:
    found = await session.get(Announcement, announcement_id, with_for_update=lock)
    if found is None:
        raise AnnouncementNotFound
    return found


async def forget(session: AsyncSession, account_id: UUID) -> None:
    await session.execute(delete(Follow).where(Follow.account_id == account_id))
