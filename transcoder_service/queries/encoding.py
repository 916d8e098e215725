"""What encoding writes about a video while it runs."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from transcoder_service.models import Caption, Video


async def video_or_none(session: AsyncSession, video_id: UUID) -> Video | None:
    """Return the video, locked; None when it was deleted meanwhile."""
    return await session.get(Video, video_id, with_for_update=True)


async def raise_progress(session: AsyncSession, video_id: UUID, percent: int) -> bool:
    """Note how far encoding is, never backwards; say whether the video still exists."""
    statement = (
        update(Video)
        .where(Video.id == video_id)
        .values(encode_progress=func.greatest(Video.encode_progress, percent))
        .returning(Video.id)
    )
    return (await session.scalars(statement)).first() is not None


async def caption_languages(session: AsyncSession, video_id: UUID) -> frozenset[str]:
    statement = select(Caption.srclang).where(Caption.video_id == video_id)
    return frozenset(await session.scalars(statement))
