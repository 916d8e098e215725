"""How a film comes in: by TUS, piece by piece, or in one PUT; and what happens when it is whole.

A step that another process may interrupt leaves something the next can go on from: the spool
file with what was noted of it, or the film in the store under the upload's own name.
"""

import asyncio
from collections.abc import AsyncIterable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock, jobs
from kit.contracts.transcoder.wire import (
    VideoAlreadyUploaded,
    VideoNotFound,
    VideoRefused,
    VideoStatus,
    WebhookStatus,
)
from kit.errors import AppError
from transcoder_service.actions.webhooks import notify
from transcoder_service.models import Upload, Video
from transcoder_service.providers.spool import Held, Spool
from transcoder_service.providers.storage import Storage, digest
from transcoder_service.queries import uploads as queries
from transcoder_service.queries import videos
from transcoder_service.rules import paths, states, tus
from transcoder_service.settings import Settings

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
PUT_HOURS = 24


class UploadCutShort(AppError):
    """The film did not arrive whole; send it again, or use TUS, which can go on."""

    status = 400


@dataclass(frozen=True)
class Desk:
    """What every step of an upload needs."""

    transaction: Transaction
    spool: Spool
    storage: Storage
    settings: Settings


@dataclass(frozen=True)
class Progress:
    """How far an upload is."""

    id: UUID
    video_id: UUID
    length: int
    offset: int
    expires_at: datetime


@dataclass(frozen=True)
class Wanted:
    """A PUT: for which video, how long it says to be, which resolutions are asked for (CSV)."""

    video_id: str
    length: int | None
    resolutions: str | None


async def begin_tus(
    session: AsyncSession, video_id: str, length: int, details: dict[str, str], settings: Settings
) -> Progress:
    """Begin a resumable upload of `length` bytes."""
    video = await videos.video_for_update(session, video_id)
    states.check_takes_upload(video)
    await _follow_details(session, video, details)
    expires_at = clock.now() + timedelta(days=settings.upload_days)
    made = Upload(video_id=video.id, length_bytes=length, details=details, expires_at=expires_at)
    session.add(made)
    await session.flush()
    await notify(session, video, WebhookStatus.presigned_upload_started)
    return _progress(made)


async def progress(session: AsyncSession, upload_id: UUID, video_id: str) -> Progress:
    """Return how far an upload is; one of another video is as good as none."""
    found = await queries.upload(session, upload_id)
    is_over = found.expires_at < clock.now() and found.finished_at is None
    if str(found.video_id) != video_id or not found.is_resumable or is_over:
        raise queries.UploadNotFound
    return _progress(found)


async def receive(
    desk: Desk, upload: Progress, pieces: AsyncIterable[bytes], checksum: tus.Checksum | None
) -> int:
    """Take one PATCH; return the new offset. When the film is whole, it goes to be encoded."""
    with desk.spool.hold(upload.id) as held:
        await _go_to(desk, upload, held)
        await _take(desk, upload, held, pieces, checksum)
        offset = held.offset
    if offset == upload.length:
        await finish(desk, upload.id)
    return offset


async def receive_whole(desk: Desk, wanted: Wanted, pieces: AsyncIterable[bytes]) -> None:
    """Take a film in one PUT."""
    async with desk.transaction() as session:
        video = await videos.video_for_update(session, wanted.video_id)
        states.check_takes_upload(video)
        video.enabled_resolutions = wanted.resolutions
        expires_at = clock.now() + timedelta(hours=PUT_HOURS)
        made = Upload(video_id=video.id, length_bytes=0, is_resumable=False, expires_at=expires_at)
        session.add(made)
        await session.flush()
        upload = _progress(made)
    try:
        length = await _spooled(desk, upload, wanted.length, pieces)
    except BaseException:
        await terminate(desk, upload.id)
        raise
    async with desk.transaction() as session:
        row = await queries.upload(session, upload.id, lock=True)
        row.length_bytes = row.received_bytes = length
    await finish(desk, upload.id)


async def terminate(desk: Desk, upload_id: UUID) -> None:
    """Throw an upload away, unless it is finished."""
    async with desk.transaction() as session:
        await queries.delete_upload(session, upload_id)
    desk.spool.drop(upload_id)


async def finish(desk: Desk, upload_id: UUID) -> None:
    """Move a whole film into the store and have it encoded; doing it twice is doing it once."""
    async with desk.transaction() as session:
        upload = await queries.upload(session, upload_id)
        if upload.finished_at is not None:
            return
        length, video_id = upload.length_bytes, upload.video_id
    path = paths.original_path(desk.settings.library_id, video_id, upload_id)
    hashed = await _moved_in(desk, upload_id, path, length)
    try:
        async with desk.transaction() as session:
            await _accept(session, video_id, upload_id, path, hashed)
    except (queries.UploadNotFound, VideoNotFound, VideoAlreadyUploaded):
        await desk.storage.delete([path])
        raise


async def _follow_details(session: AsyncSession, video: Video, details: dict[str, str]) -> None:
    """Do what Upload-Metadata asks: `collection` (its id) and `thumbnailTime` (ms)."""
    if wanted := details.get("collection"):
        video.collection_id = (await videos.collection(session, wanted)).id
    moment = details.get("thumbnailTime", "")
    if moment.isascii() and moment.isdigit() and len(moment) < 10:
        video.thumbnail_time_ms = int(moment)


async def _go_to(desk: Desk, upload: Progress, held: Held) -> None:
    """Look again now that nobody else can write: another PATCH may have come in between."""
    async with desk.transaction() as session:
        row = await queries.upload(session, upload.id)
        if row.received_bytes != upload.offset:
            raise tus.OffsetDiffers
    if not held.go_to(upload.offset):
        raise queries.UploadNotFound


async def _take(
    desk: Desk,
    upload: Progress,
    held: Held,
    pieces: AsyncIterable[bytes],
    checksum: tus.Checksum | None,
) -> None:
    """Write what comes. When the line drops it is kept, unless its checksum is unknown."""

    async def note(offset: int) -> None:
        async with desk.transaction() as session:
            await queries.note_received(session, upload.id, offset)

    limited = _at_most(pieces, upload.length - upload.offset)
    if checksum is None:
        try:
            await held.take(limited, note)
        except TimeoutError as error:
            raise UploadCutShort from error
        finally:
            await held.save(note)
        return
    try:
        await held.take(limited, hashed=checksum.so_far)
        checksum.check()
    except BaseException:
        held.go_to(upload.offset)
        raise
    await held.save(note)


async def _spooled(
    desk: Desk, upload: Progress, declared: int | None, pieces: AsyncIterable[bytes]
) -> int:
    """Write a whole PUT to the spool; return how long it is."""

    async def note(_: int) -> None:
        return None

    with desk.spool.hold(upload.id) as held:
        try:
            await held.take(_at_most(pieces, desk.settings.max_upload_bytes))
        except TimeoutError as error:
            raise UploadCutShort from error
        await held.save(note)
        if held.offset == 0:
            raise VideoRefused("An empty file cannot be a film.")
        if declared is not None and held.offset != declared:
            raise UploadCutShort
        return held.offset


async def _at_most(pieces: AsyncIterable[bytes], limit: int) -> AsyncIterable[bytes]:
    async for piece in pieces:
        limit -= len(piece)
        if limit < 0:
            raise tus.UploadTooLarge
        if piece:
            yield piece


async def _moved_in(desk: Desk, upload_id: UUID, path: str, length: int) -> str:
    """Bring the film into the store, if it is not there yet; return its SHA-256."""
    file = desk.spool.file(upload_id)
    with suppress(FileNotFoundError):  # then another process moved it just now, or long ago
        hashed = await asyncio.to_thread(digest, file)
        await desk.storage.move_in(file, path)
        return hashed
    stored = await desk.storage.open(path)
    if stored is None or stored.size != length:
        raise queries.UploadNotFound
    so_far = sha256()
    async for chunk in stored.chunks():
        so_far.update(chunk)
    return so_far.hexdigest()


async def _accept(
    session: AsyncSession, video_id: UUID, upload_id: UUID, path: str, hashed: str
) -> None:
    video = await videos.video_for_update(session, video_id)  # first, as a deletion does
    upload = await queries.upload(session, upload_id, lock=True)
    if upload.finished_at is not None:
        return
    states.check_takes_upload(video)
    upload.finished_at = clock.now()
    video.status = VideoStatus.uploaded
    video.original_path = path
    video.original_hash = hashed
    video.original_bytes = upload.length_bytes
    if upload.is_resumable:
        await notify(session, video, WebhookStatus.presigned_upload_finished)
    await notify(session, video, WebhookStatus.queued)
    await ask_to_encode(session, video)


async def ask_to_encode(session: AsyncSession, video: Video) -> None:
    """Have the video encoded; asking twice while it waits or runs is asking once."""
    asked = await jobs.enqueue(
        session, "encode_video", {"video_id": str(video.id)}, key=str(video.id)
    )
    video.encode_job_id = asked or video.encode_job_id


def _progress(row: Upload) -> Progress:
    return Progress(row.id, row.video_id, row.length_bytes, row.received_bytes, row.expires_at)
