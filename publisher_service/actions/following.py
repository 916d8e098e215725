"""Whom people follow, and announcements: told to all followers, in batches, each person once."""

from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.accounts.client import AccountsClient
from kit.contracts.publisher.errors import AnnouncementDiffers, TooManyFollowed
from kit.contracts.publisher.notices import NoticeNew
from kit.contracts.publisher.wishes import (
    Announcement,
    AnnouncementNew,
    Follow,
    Follows,
    TopicCount,
)
from kit.jobs import Job, enqueue
from publisher_service.actions import planning
from publisher_service.actions.reading import account_of
from publisher_service.actions.telling import kind_of, row_of
from publisher_service.queries import follows, notices, people

MOST = 1000
BATCH = 200


async def follow(session: AsyncSession, caller: Caller, topic: str) -> Follow:
    account = account_of(caller)
    if await follows.count(session, account) >= MOST:
        raise TooManyFollowed
    return Follow.model_validate(await follows.follow(session, account, topic, clock.now()))


async def unfollow(session: AsyncSession, caller: Caller, topic: str) -> None:
    await follows.unfollow(session, account_of(caller), topic)


async def followed(session: AsyncSession, caller: Caller) -> Follows:
    rows = await follows.follows(session, account_of(caller))
    return Follows(items=[Follow.model_validate(row) for row in rows])


async def topic(session: AsyncSession, name: str) -> TopicCount:
    return TopicCount(topic=name, followers=await follows.followers(session, name))


async def announce(session: AsyncSession, new: AnnouncementNew) -> Announcement:
    """Begin to tell all followers; the same announcement again changes nothing."""
    kind_of(new.kind)
    row = {**new.model_dump(), "topics": sorted(set(new.topics)), "at": clock.now()}
    if await follows.add_announcement(session, row):
        await enqueue(session, "tell_followers", {"announcement_id": str(new.id)})
    found = await follows.announcement(session, new.id)
    if (found.kind, found.topics, found.values) != (row["kind"], row["topics"], row["values"]):
        raise AnnouncementDiffers
    return Announcement.model_validate(found)


async def see(session: AsyncSession, announcement_id: UUID) -> Announcement:
    return Announcement.model_validate(await follows.announcement(session, announcement_id))


async def tell_followers(job: Job, announcement_id: UUID) -> None:
    """Tell batch after batch; a batch and how far it reached are one transaction."""
    while await _tell_batch(job, announcement_id):
        pass


async def _tell_batch(job: Job, announcement_id: UUID) -> bool:
    async with job.database.reads() as session:
        found = await follows.announcement(session, announcement_id)
        some = await follows.next_followers(session, found.topics, found.reached, BATCH)
    known = await planning.contacts(job.client(AccountsClient), some)
    async with job.transaction() as session:
        again = await follows.announcement(session, announcement_id, lock=True)
        if again.finished_at is not None or again.reached != found.reached:
            return again.finished_at is None  # somebody else went on with it
        if not some:
            again.finished_at = clock.now()
            return False
        kind, at = kind_of(found.kind), clock.now()
        wishes = await people.wishes(session, some)
        rows = [
            row_of(
                NoticeNew(
                    id=uuid5(announcement_id, str(account)),
                    at=at,
                    kind=found.kind,
                    account_id=account,
                    values={**found.values, "name": known[account].name},
                ),
                kind,
                wishes[account],
            )
            for account in some
            if account in known
        ]
        new = await notices.add(session, rows)
        await notices.tell_live(session, [row["account_id"] for row in rows])
        await planning.plan_many(
            session, await notices.notices(session, new), known, job.state.tools
        )
        again.reached, again.told = some[-1], again.told + len(new)
    return True
