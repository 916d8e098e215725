"""What the sync with the video library reads and writes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models.films import Film
from catalog_service.models.library import Deletion, SyncRun, WebhookSeen
from catalog_service.models.shelves import Series
from kit.clock import now
from kit.contracts.catalog.errors import DeletionNotFound
from kit.contracts.catalog.words import VideoState
from kit.db import find, new_id

UNFINISHED = (VideoState.waiting, VideoState.processing, VideoState.playable)
THE_ROW = UUID("01900000-0000-7000-8000-000000000001")


async def marks(session: AsyncSession, guids: Collection[str]) -> dict[str, str | None]:
    """Return the marks of the videos that have a film."""
    rows = await session.execute(
        select(Film.video_guid, Film.video_mark).where(Film.video_guid.in_(guids))
    )
    return {str(guid): mark for guid, mark in rows}


async def trailers(session: AsyncSession, guids: Collection[str]) -> set[str]:
    """Return which of these videos are trailers, and so no films of their own."""
    return {str(g) for g in await session.scalars(
        select(Film.trailer_guid).where(Film.trailer_guid.in_(guids)))}  # fmt: skip


async def films_for_update(session: AsyncSession, guids: Collection[str]) -> list[Film]:
    statement = select(Film).where(Film.video_guid.in_(guids)).order_by(Film.id)
    return list(await session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)))  # fmt: skip


async def taken(session: AsyncSession, slugs: Collection[str]) -> set[str]:
    return set(await session.scalars(select(Film.slug).where(Film.slug.in_(slugs))))


async def add_films(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    await session.execute(insert(Film), rows)


async def series_of(session: AsyncSession, collections: Collection[str]) -> dict[str, Series]:
    """Return the series of these collections, by the collection's guid."""
    found = await session.scalars(select(Series).where(Series.collection_guid.in_(collections)))
    return {str(each.collection_guid): each for each in found}


async def collections_of(
    session: AsyncSession, series_ids: Collection[UUID]
) -> dict[UUID, str | None]:
    rows = await session.execute(
        select(Series.id, Series.collection_guid).where(Series.id.in_(series_ids))
    )
    return {each.id: each.collection_guid for each in rows}


async def unfinished(session: AsyncSession, limit: int) -> list[str]:
    """Return the videos that something is still to become of, the longest unread first."""
    statement = (
        select(Film.video_guid)
        .where(Film.video_state.in_(UNFINISHED), Film.video_guid.is_not(None))
        .order_by(Film.video_read_at.asc().nulls_first())
        .limit(limit)
    )
    return [str(guid) for guid in await session.scalars(statement)]


async def note_read(session: AsyncSession, guids: Collection[str], at: datetime) -> None:
    await session.execute(
        update(Film)
        .where(Film.video_guid.in_(guids), Film.video_read_at < at)
        .values(video_read_at=at),
        execution_options={"synchronize_session": False},
    )


async def unseen(
    session: AsyncSession,
    seen: Collection[str],
    since: datetime | None,
    until: datetime | None,
    limit: int = 500,
) -> list[str]:
    """Return videos of films uploaded between these moments that are not among the `seen`."""
    open_one = exists().where(
        Deletion.video_guid == Film.video_guid, Deletion.resolved_at.is_(None)
    )
    statement = select(Film.video_guid).where(
        Film.video_guid.is_not(None),
        Film.video_uploaded_at.is_not(None),
        Film.video_guid.not_in(seen),
        ~open_one,
    )
    if since is not None:
        statement = statement.where(Film.video_uploaded_at >= since)
    if until is not None:
        statement = statement.where(Film.video_uploaded_at <= until)
    return [str(guid) for guid in await session.scalars(statement.limit(limit))]


async def open_run(session: AsyncSession, *, lock: bool = False) -> SyncRun | None:
    statement = select(SyncRun).where(SyncRun.finished_at.is_(None))
    if lock:
        statement = statement.with_for_update()
    return await session.scalar(statement)


async def last_run(session: AsyncSession) -> SyncRun | None:
    return await session.scalar(select(SyncRun).order_by(SyncRun.id.desc()).limit(1))


async def begin_run(session: AsyncSession) -> None:
    """Begin a run unless one is open."""
    new = upsert(SyncRun).values(
        id=new_id(), started_at=now(), next_page=1, total_videos=0, seen=0, created=0, changed=0,
        deletions=0,
    )  # fmt: skip
    await session.execute(new.on_conflict_do_nothing())


async def report_deletion(session: AsyncSession, film: Film) -> bool:
    """Report the film's video as gone, once; say whether that was news."""
    new = upsert(Deletion).values(
        id=new_id(), video_guid=film.video_guid, film_id=film.id, title=film.title, found_at=now()
    )
    found = await session.execute(new.on_conflict_do_nothing().returning(Deletion.id))
    return found.first() is not None


async def settle_deletions(session: AsyncSession, guids: Collection[str]) -> None:
    """Resolve the reports about videos that are there after all."""
    await session.execute(
        update(Deletion)
        .where(Deletion.video_guid.in_(guids), Deletion.resolved_at.is_(None))
        .values(resolved_at=now(), resolution="keep")
    )


async def deletion(session: AsyncSession, deletion_id: UUID) -> Deletion:
    return await find(session, Deletion, deletion_id, DeletionNotFound, lock=True)


async def deletions(
    session: AsyncSession, *, everything: bool, after: UUID | None, limit: int
) -> Sequence[Any]:
    """Return (deletion, the film's status), the newest first."""
    statement = select(Deletion, Film.status).outerjoin(Film, Film.id == Deletion.film_id)
    if not everything:
        statement = statement.where(Deletion.resolved_at.is_(None))
    if after is not None:
        statement = statement.where(Deletion.id < after)
    return (await session.execute(statement.order_by(Deletion.id.desc()).limit(limit))).all()


async def note_webhook(session: AsyncSession) -> None:
    new = upsert(WebhookSeen).values(id=THE_ROW, at=now())
    old = or_(WebhookSeen.at < now())
    await session.execute(
        new.on_conflict_do_update(index_elements=["id"], set_={"at": new.excluded.at}, where=old)
    )


async def webhook_at(session: AsyncSession) -> datetime | None:
    return await session.scalar(select(WebhookSeen.at))
