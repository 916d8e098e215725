"""Videos, their captions, and collections."""

from collections.abc import Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.transcoder.wire import CollectionNotFound, VideoNotFound
from kit.db import find
from transcoder_service.models import Caption, Collection, Video
from transcoder_service.rules.listing import Asked

Listed = TypeVar("Listed", Video, Collection)
PREVIEWS = 4


def guid(text: str) -> UUID | None:
    """Return the id in its one canonical form; anything else names nothing."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None


async def video(session: AsyncSession, video_id: str) -> Video:
    if (known := guid(video_id)) is None:
        raise VideoNotFound
    return await find(session, Video, known, VideoNotFound)


async def video_for_update(session: AsyncSession, video_id: str | UUID) -> Video:
    if (known := guid(str(video_id))) is None:
        raise VideoNotFound
    return await find(session, Video, known, VideoNotFound, lock=True)


async def videos(
    session: AsyncSession, asked: Asked, collection: str
) -> tuple[Sequence[Video], int]:
    """Return one page of videos, and how many there are in all."""
    wanted: list[ColumnElement[bool]] = []
    if asked.search:
        wanted.append(Video.title.icontains(asked.search, autoescape=True))
    if collection:
        wanted.append(Video.collection_id == guid(collection))
    order = (
        (Video.title, Video.id)
        if asked.order_by == "title"
        else (Video.created_at.desc(), Video.id.desc())
    )
    return await _page(session, select(Video).where(*wanted).order_by(*order), asked)


async def captions(session: AsyncSession, video_ids: Iterable[UUID]) -> dict[UUID, list[Caption]]:
    """Return the captions of each of these videos, by language."""
    found: dict[UUID, list[Caption]] = {video_id: [] for video_id in video_ids}
    statement = select(Caption).where(Caption.video_id.in_(found)).order_by(Caption.srclang)
    for caption in await session.scalars(statement):
        found[caption.video_id].append(caption)
    return found


async def caption(session: AsyncSession, video_id: UUID, srclang: str) -> Caption | None:
    statement = select(Caption).where(Caption.video_id == video_id, Caption.srclang == srclang)
    return (await session.scalars(statement)).one_or_none()


async def delete_caption(session: AsyncSession, video_id: UUID, srclang: str) -> bool:
    statement = (
        delete(Caption)
        .where(Caption.video_id == video_id, Caption.srclang == srclang)
        .returning(Caption.id)
    )
    return (await session.scalars(statement)).first() is not None


async def collection(
    session: AsyncSession, collection_id: str, *, lock: bool = False
) -> Collection:
    if (known := guid(collection_id)) is None:
        raise CollectionNotFound
    return await find(session, Collection, known, CollectionNotFound, lock=lock)


async def collections(session: AsyncSession, asked: Asked) -> tuple[Sequence[Collection], int]:
    """Return one page of collections, and how many there are in all."""
    wanted: list[ColumnElement[bool]] = []
    if asked.search:
        wanted.append(Collection.name.icontains(asked.search, autoescape=True))
    order = (
        (Collection.name, Collection.id)
        if asked.order_by in {"name", "title"}
        else (Collection.created_at.desc(), Collection.id.desc())
    )
    return await _page(session, select(Collection).where(*wanted).order_by(*order), asked)


async def collection_sizes(
    session: AsyncSession, collection_ids: Iterable[UUID]
) -> dict[UUID, tuple[int, int]]:
    """Return count and bytes of the videos in each of these collections."""
    statement = (
        select(
            Video.collection_id,
            func.count(),
            func.sum(Video.storage_bytes + Video.original_bytes),
        )
        .where(Video.collection_id.in_(list(collection_ids)))
        .group_by(Video.collection_id)
    )
    rows = await session.execute(statement)
    return {found: (count, int(size)) for found, count, size in rows if found}


async def previews(session: AsyncSession, collection_id: UUID) -> Sequence[Video]:
    """Return the newest videos of a collection that have a picture."""
    statement = (
        select(Video)
        .where(Video.collection_id == collection_id, Video.thumbnail_file_name.is_not(None))
        .order_by(Video.created_at.desc(), Video.id.desc())
        .limit(PREVIEWS)
    )
    return (await session.scalars(statement)).all()


async def _page(
    session: AsyncSession, statement: Select[Listed], asked: Asked
) -> tuple[Sequence[Listed], int]:
    counted = select(func.count()).select_from(statement.order_by(None).subquery())
    total = (await session.scalars(counted)).one()
    rows = await session.scalars(statement.limit(asked.items_per_page).offset(asked.offset))
    return rows.all(), total
