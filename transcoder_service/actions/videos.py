"""What can be done with a video, but uploading and encoding it."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import jobs
from kit.contracts.transcoder import wire
from transcoder_service.models import Video
from transcoder_service.queries import uploads
from transcoder_service.queries import videos as queries
from transcoder_service.rules import paths, shown
from transcoder_service.rules.listing import Asked

STRAGGLERS_SECONDS = 60


async def list_videos(
    session: AsyncSession, asked: Asked, collection: str, library_id: int
) -> wire.Videos:
    rows, total = await queries.videos(session, asked, collection)
    captions = await queries.captions(session, [row.id for row in rows])
    return wire.Videos(
        total_items=total,
        current_page=asked.page,
        items_per_page=asked.items_per_page,
        items=[shown.video(row, captions[row.id], library_id) for row in rows],
    )


async def video(session: AsyncSession, video_id: str, library_id: int) -> wire.Video:
    row = await queries.video(session, video_id)
    captions = await queries.captions(session, [row.id])
    return shown.video(row, captions[row.id], library_id)


async def create_video(session: AsyncSession, new: wire.VideoNew, library_id: int) -> wire.Video:
    made = Video(
        title=_title(new.title),
        collection_id=await _collection(session, new.collection_id),
        thumbnail_time_ms=new.thumbnail_time,
    )
    session.add(made)
    await session.flush()
    return shown.video(made, (), library_id)


async def update_video(session: AsyncSession, video_id: str, change: wire.VideoChange) -> None:
    row = await queries.video_for_update(session, video_id)
    if change.title is not None:
        row.title = _title(change.title)
    if change.collection_id is not None:
        row.collection_id = await _collection(session, change.collection_id)
    if change.chapters is not None:
        row.chapters = _plain(change.chapters)
    if change.moments is not None:
        row.moments = _plain(change.moments)
    if change.meta_tags is not None:
        row.meta_tags = _plain(change.meta_tags)


async def delete_video(session: AsyncSession, video_id: str, library_id: int) -> None:
    """Delete a video: its encoding is called off, its files go a little later.

    And once more after STRAGGLERS_SECONDS: what was being written then lands after that.
    """
    row = await queries.video_for_update(session, video_id)
    unfinished = [str(upload.id) for upload in await uploads.uploads_of(session, row.id)]
    prefix = paths.video_prefix(library_id, row.id)
    if row.encode_job_id:
        await jobs.cancel(session, row.encode_job_id)
    await session.delete(row)
    gone = {"prefix": prefix, "upload_ids": unfinished}
    for seconds in (0, STRAGGLERS_SECONDS):
        await jobs.enqueue(session, "delete_files", gone, delay_seconds=seconds)


async def _collection(session: AsyncSession, collection_id: str | None) -> UUID | None:
    """Return the id of a collection that exists; none is as good as an empty text."""
    if not collection_id:
        return None
    try:
        return (await queries.collection(session, collection_id)).id
    except wire.CollectionNotFound as error:
        raise wire.VideoRefused("There is no such collection.") from error


def _title(text: str) -> str:
    title = text.strip()
    if not title:
        raise wire.VideoRefused("Give the video a title.")
    return title


def _plain(
    items: list[wire.Chapter] | list[wire.Mark] | list[wire.MetaTag],
) -> list[dict[str, Any]]:
    return [item.model_dump(mode="json", by_alias=True) for item in items]
