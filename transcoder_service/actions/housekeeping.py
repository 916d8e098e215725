"""What is thrown away when nobody needs it any more, and what is finished that was left undone."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock, jobs
from kit.contracts.transcoder.wire import VideoStatus, WebhookStatus
from transcoder_service.actions.uploads import Desk
from transcoder_service.actions.webhooks import notify
from transcoder_service.models import Upload
from transcoder_service.queries import uploads as queries
from transcoder_service.queries import videos, webhooks
from transcoder_service.rules.states import EMPTY

OVERDUE = timedelta(minutes=2)
KEPT_DELIVERIES = timedelta(days=30)


async def delete_files(desk: Desk, prefix: str, upload_ids: Sequence[UUID]) -> None:
    """Delete everything a video left behind."""
    for upload_id in upload_ids:
        desk.spool.drop(upload_id)
    await desk.storage.delete_folder(prefix)


async def clean(desk: Desk) -> None:
    """Throw away expired uploads, files without an upload, and old news of webhooks."""
    now = clock.now()
    async with desk.transaction() as session:
        expired = await queries.expired_uploads(session, now)
        for upload in expired:
            await _expire(session, upload)
        await webhooks.delete_old_deliveries(session, now - KEPT_DELIVERIES)
    for upload in expired:
        desk.spool.drop(upload.id)
    await _drop_strays(desk, (now - timedelta(days=1)).timestamp())


async def finish_left_undone(desk: Desk) -> None:
    """Ask for the last step of uploads that are whole but whose process died before it."""
    async with desk.transaction() as session:
        for upload_id in await queries.complete_uploads(session, clock.now() - OVERDUE):
            await jobs.enqueue(
                session, "finish_upload", {"upload_id": str(upload_id)}, key=str(upload_id)
            )


async def _expire(session: AsyncSession, upload: Upload) -> None:
    if upload.finished_at is None:
        video = await videos.video_for_update(session, upload.video_id)
        if video.status in EMPTY and upload.is_resumable:
            video.status = VideoStatus.upload_failed
            await notify(session, video, WebhookStatus.presigned_upload_failed)
    await session.delete(upload)


async def _drop_strays(desk: Desk, before: float) -> None:
    found = await asyncio.to_thread(desk.spool.old_files, before)
    async with desk.transaction() as session:
        known = await queries.known_uploads(session, found)
    for upload_id in found:
        if upload_id not in known:
            desk.spool.drop(upload_id)
