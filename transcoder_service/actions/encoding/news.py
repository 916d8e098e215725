"""What the library's clients learn of an encoding: status, progress, and what went wrong."""

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock, jobs
from kit.contracts.transcoder.wire import (
    IssueCode,
    Severity,
    TranscodingMessage,
    VideoStatus,
    WebhookStatus,
)
from transcoder_service.actions.encoding.posters import Pictures
from transcoder_service.actions.webhooks import notify
from transcoder_service.models import Caption, Video
from transcoder_service.queries import encoding as queries
from transcoder_service.rules import paths
from transcoder_service.rules.films import Plan
from transcoder_service.rules.ladder import Rung

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
OLD_GENERATION_HOURS = 6  # that viewers who are in the middle of a film may still need it


class VideoGone(Exception):
    """The video was deleted while it was being encoded."""


@dataclass(frozen=True)
class Order:
    """What is to be encoded. `is_live`: an earlier generation can be watched meanwhile."""

    original_path: str
    enabled_resolutions: str | None
    thumbnail_time_ms: int | None
    is_live: bool
    is_done: bool


@dataclass(frozen=True)
class Result:
    resolutions: str
    storage_bytes: int
    pictures: Pictures
    captions: tuple[tuple[str, str], ...]  # language and label


async def begin(session: AsyncSession, video_id: UUID, generation: str) -> Order:
    """Note that a video is being looked at; return what to do with it."""
    video = await queries.video_or_none(session, video_id)
    if video is None or not video.original_path:
        raise VideoGone
    is_done = video.generation == generation and video.status == VideoStatus.finished
    if not is_done and video.status not in (VideoStatus.processing, VideoStatus.transcoding):
        video.status = VideoStatus.processing
        video.encode_progress = 0
        await notify(session, video, WebhookStatus.processing)
    return Order(
        video.original_path,
        video.enabled_resolutions,
        video.thumbnail_time_ms,
        is_live=video.generation not in ("", generation),
        is_done=is_done,
    )


async def note_source(session: AsyncSession, video_id: UUID, plan: Plan) -> None:
    """Write down what the probe found, and that encoding begins."""
    video, picture = await _video(session, video_id), plan.source.picture
    assert picture is not None  # noqa: S101  (checked before planning)
    video.width, video.height = picture.size
    video.rotation = picture.rotation or None
    video.framerate = round(picture.rate[0] / picture.rate[1], 3)
    video.length_seconds = round(plan.seconds)
    if video.status != VideoStatus.transcoding:
        video.status = VideoStatus.transcoding
        await notify(session, video, WebhookStatus.encoding)


async def note_progress(session: AsyncSession, video_id: UUID, percent: int) -> None:
    if not await queries.raise_progress(session, video_id, percent):
        raise VideoGone


async def open_early(session: AsyncSession, video_id: UUID, generation: str, plan: Plan) -> None:
    """Let a film be watched whose ladder is not complete."""
    video = await _video(session, video_id)
    if video.generation:
        return
    video.generation = generation
    video.available_resolutions = labels(plan.passes[0])
    video.thumbnail_file_name = video.thumbnail_file_name or "thumbnail.jpg"
    await notify(session, video, WebhookStatus.resolution_finished)


async def finish(
    session: AsyncSession, video_id: UUID, generation: str, library_id: int, result: Result
) -> None:
    """Switch viewers to the new generation; the one before is deleted when nobody is in it."""
    video = await _video(session, video_id)
    old, video.generation = video.generation, generation
    video.status = VideoStatus.finished
    video.encode_progress = 100
    video.available_resolutions = result.resolutions
    video.storage_bytes = result.storage_bytes
    video.thumbnail_count = result.pictures.posters
    video.thumbnail_file_name = video.thumbnail_file_name or "thumbnail.jpg"
    video.messages = [one for one in video.messages if one.get("level") != Severity.error]
    known = await queries.caption_languages(session, video_id)
    for language, label in result.captions:
        if language not in known:
            session.add(Caption(video_id=video_id, srclang=language, label=label))
    if old not in ("", generation):
        prefix = paths.generation_prefix(library_id, video_id, old)
        await _delete_later(session, prefix, OLD_GENERATION_HOURS * 3600)
    await notify(session, video, WebhookStatus.finished)


async def fail(
    session: AsyncSession, video_id: UUID, generation: str, library_id: int, reason: str, issue: int
) -> None:
    """Say in words why a film could not be encoded; what can be watched stays."""
    video = await queries.video_or_none(session, video_id)
    if video is None or video.status in (VideoStatus.error, VideoStatus.finished):
        return
    if video.generation == generation:
        video.generation, video.available_resolutions = "", None
    video.status = VideoStatus.finished if video.generation else VideoStatus.error
    message = TranscodingMessage(
        time_stamp=clock.now(), level=Severity.error, issue_code=IssueCode(issue), message=reason
    )
    video.messages = [*video.messages, message.model_dump(mode="json", by_alias=True)]
    await _delete_later(session, paths.generation_prefix(library_id, video_id, generation), 0)
    await notify(session, video, WebhookStatus.failed)


def labels(rungs: Iterable[Rung]) -> str:
    """Return the resolutions as Bunny lists them, each once."""
    return ",".join(dict.fromkeys(rung.label for rung in rungs))


async def _video(session: AsyncSession, video_id: UUID) -> Video:
    video = await queries.video_or_none(session, video_id)
    if video is None:
        raise VideoGone
    return video


async def _delete_later(session: AsyncSession, prefix: str, seconds: float) -> None:
    arguments = {"prefix": prefix, "upload_ids": []}
    await jobs.enqueue(session, "delete_files", arguments, delay_seconds=seconds)
