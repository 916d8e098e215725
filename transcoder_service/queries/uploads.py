"""Uploads under way."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import find
from kit.errors import NotFound
from transcoder_service.models import Upload


class UploadNotFound(NotFound):
    """There is no such upload, or it has expired; begin a new one."""


async def upload(session: AsyncSession, upload_id: UUID, *, lock: bool = False) -> Upload:
    return await find(session, Upload, upload_id, UploadNotFound, lock=lock)


async def note_received(session: AsyncSession, upload_id: UUID, received_bytes: int) -> None:
    """Note how much of an upload is safe on the disk."""
    await session.execute(
        update(Upload).where(Upload.id == upload_id).values(received_bytes=received_bytes)
    )


async def uploads_of(session: AsyncSession, video_id: UUID) -> Sequence[Upload]:
    return (await session.scalars(select(Upload).where(Upload.video_id == video_id))).all()


async def expired_uploads(session: AsyncSession, at: datetime) -> Sequence[Upload]:
    statement = (
        select(Upload).where(Upload.expires_at < at).with_for_update(skip_locked=True).limit(500)
    )
    return (await session.scalars(statement)).all()


async def complete_uploads(session: AsyncSession, before: datetime) -> Sequence[UUID]:
    """Return the uploads that are whole, but whose last step did not happen."""
    statement = select(Upload.id).where(
        Upload.finished_at.is_(None),
        Upload.length_bytes > 0,
        Upload.received_bytes == Upload.length_bytes,
        Upload.created_at < before,
    )
    return (await session.scalars(statement)).all()


async def known_uploads(session: AsyncSession, upload_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of these ids that are uploads."""
    statement = select(Upload.id).where(Upload.id.in_(upload_ids))
    return frozenset(await session.scalars(statement))


async def delete_upload(session: AsyncSession, upload_id: UUID) -> None:
    await session.execute(delete(Upload).where(Upload.id == upload_id))
