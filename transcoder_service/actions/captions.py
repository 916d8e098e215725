"""Captions of a video, added and taken away."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.transcoder.wire import CaptionNew, VideoRefused, WebhookStatus
from transcoder_service.actions.webhooks import notify
from transcoder_service.models import Caption, Video
from transcoder_service.providers.storage import Storage
from transcoder_service.queries import videos as queries
from transcoder_service.rules import captions, paths
from transcoder_service.settings import Settings


async def add_caption(
    session: AsyncSession,
    storage: Storage,
    settings: Settings,
    video_id: str,
    srclang: str,
    new: CaptionNew,
) -> None:
    """Add captions sent by a client, or replace those of the same language."""
    captions.check_language(srclang)
    if new.srclang and new.srclang != srclang:
        raise captions.BadCaptions("srclang in the body differs from the one in the address.")
    file = captions.from_base64(new.captions_file or "", settings.max_caption_bytes)
    video = await queries.video_for_update(session, video_id)
    label = (new.label or "").strip() or srclang
    await keep_caption(session, storage, settings.library_id, video, srclang, label, file)


async def keep_caption(
    session: AsyncSession,
    storage: Storage,
    library_id: int,
    video: Video,
    srclang: str,
    label: str,
    file: bytes,
) -> None:
    """Keep captions (.vtt or .srt), wherever they come from: encoding finds some in the film."""
    vtt = captions.as_webvtt(file)
    await storage.write(paths.added_path(library_id, video.id, paths.caption_name(srclang)), vtt)
    known = await queries.caption(session, video.id, srclang)
    if known is None:
        session.add(Caption(video_id=video.id, srclang=srclang, label=label))
    else:
        known.label = label
        known.version += 1
    await notify(session, video, WebhookStatus.captions_generated)


async def delete_caption(
    session: AsyncSession, storage: Storage, library_id: int, video_id: str, srclang: str
) -> None:
    video = await queries.video_for_update(session, video_id)
    if not await queries.delete_caption(session, video.id, srclang):
        raise VideoRefused("This video has no captions in that language.")
    await storage.delete([paths.added_path(library_id, video.id, paths.caption_name(srclang))])
