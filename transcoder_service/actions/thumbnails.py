"""The picture a video is shown with, when somebody chooses it."""

import asyncio
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from transcoder_service.providers import pictures
from transcoder_service.providers.fetching import Fetcher
from transcoder_service.providers.storage import Storage
from transcoder_service.queries import videos as queries
from transcoder_service.rules import paths
from transcoder_service.settings import Settings


async def picture_at(fetcher: Fetcher, url: str, settings: Settings) -> bytes:
    return await fetcher.fetch(url, settings.max_picture_bytes)


async def set_thumbnail(
    session: AsyncSession, storage: Storage, settings: Settings, video_id: str, content: bytes
) -> None:
    """Take `content` (JPEG, PNG or WebP) as the video's picture, under a new name of its own."""
    picture = await asyncio.to_thread(pictures.as_jpeg, content, settings.max_picture_bytes)
    video = await queries.video_for_update(session, video_id)
    name = f"thumbnail_{sha256(picture).hexdigest()[:8]}.jpg"
    await storage.write(paths.added_path(settings.library_id, video.id, name), picture)
    video.thumbnail_file_name = name
