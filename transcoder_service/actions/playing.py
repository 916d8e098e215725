"""`/play`: what a player must know of a video, its addresses signed."""

import time

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.transcoder import wire
from kit.contracts.transcoder.signatures import embed_token, same, sign_directory
from kit.errors import Unauthenticated
from transcoder_service.actions import videos
from transcoder_service.settings import Settings

SHORTEST_SECONDS = 2 * 3600


def check_embed(settings: Settings, video_id: str, token: str, expires: int) -> None:
    """Raise Unauthenticated unless this embed token opens this video now."""
    expected = embed_token(settings.cdn_key.get_secret_value(), video_id, expires)
    if not same(token, expected) or expires <= time.time():
        raise Unauthenticated


async def play(session: AsyncSession, settings: Settings, video_id: str) -> wire.Play:
    """Return addresses that live three times as long as the film, two hours at least."""
    video = await videos.video(session, video_id, settings.library_id)
    expires = int(time.time()) + max(SHORTEST_SECONDS, 3 * video.length)
    key = settings.cdn_key.get_secret_value()

    def signed(path: str) -> str:
        return sign_directory(settings.public_url, key, video.guid, path, expires)

    return wire.Play(
        video=video,
        library_name=settings.library_name,
        captions_path=signed("captions/"),
        seek_path=signed("seek/"),
        thumbnail_url=signed(video.thumbnail_file_name) if video.thumbnail_file_name else None,
        video_playlist_url=signed("playlist.m3u8") if video.is_playable else None,
    )
