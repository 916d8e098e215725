"""The tables of transcoder_service: one video library.

Where files live in the store: rules/paths.py. What encoding makes becomes visible at the origin
when `Video.generation` names it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.clock import now
from kit.contracts.transcoder.wire import VideoStatus
from kit.db import Row, new_registry


class Table(Row, DeclarativeBase):
    registry = new_registry()


class Collection(Table):
    __tablename__ = "collection"

    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now, server_default=func.now())


class Video(Table):
    """`id` is Bunny's guid. `status` is a VideoStatus, never a webhook's number."""

    __tablename__ = "video"
    __table_args__ = (
        CheckConstraint("encode_progress BETWEEN 0 AND 100", "progress"),
        Index("ix_video_created_at_id", "created_at", "id"),
    )

    title: Mapped[str]
    description: Mapped[str | None]
    collection_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("collection.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=now, server_default=func.now())
    status: Mapped[int] = mapped_column(SmallInteger, default=VideoStatus.created)

    # What was uploaded.
    original_hash: Mapped[str | None]
    original_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    original_path: Mapped[str | None]  # where in the store; None: nothing came, or it is gone
    length_seconds: Mapped[int] = mapped_column(default=0)
    framerate: Mapped[float] = mapped_column(default=0)
    rotation: Mapped[int | None]
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)

    encode_job_id: Mapped[int | None] = mapped_column(BigInteger)  # called off when it is deleted

    # What encoding made of it; `generation` "" means that nothing is playable yet.
    generation: Mapped[str] = mapped_column(default="")
    encode_progress: Mapped[int] = mapped_column(default=0)
    enabled_resolutions: Mapped[str | None]  # asked for at the upload; None: the whole ladder
    available_resolutions: Mapped[str | None]
    output_codecs: Mapped[str] = mapped_column(default="x264")
    storage_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    thumbnail_count: Mapped[int] = mapped_column(default=0)
    thumbnail_file_name: Mapped[str | None]
    thumbnail_time_ms: Mapped[int | None]
    thumbnail_blurhash: Mapped[str | None]
    messages: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'")
    )

    # What people said about it: lists of Bunny's chapters, moments and meta tags.
    chapters: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'")
    )
    moments: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'")
    )
    meta_tags: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'")
    )


class Caption(Table):
    """One language's captions; the file is `added/captions/{srclang}.vtt`."""

    __tablename__ = "caption"
    __table_args__ = (Index("uq_caption_video_id_srclang", "video_id", "srclang", unique=True),)

    video_id: Mapped[UUID] = mapped_column(ForeignKey("video.id", ondelete="CASCADE"))
    srclang: Mapped[str]
    label: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)


class Upload(Table):
    """A TUS upload. `received_bytes` are safe on this machine's disk (TRANSCODER_UPLOADS_PATH)."""

    __tablename__ = "upload"

    video_id: Mapped[UUID] = mapped_column(ForeignKey("video.id", ondelete="CASCADE"), index=True)
    length_bytes: Mapped[int] = mapped_column(BigInteger)
    received_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    is_resumable: Mapped[bool] = mapped_column(default=True)  # by TUS; else one PUT
    details: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now, server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]


class WebhookDelivery(Table):
    """A webhook to be sent until it is taken. `status` is a WebhookStatus. Outlives its video."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(
            "ix_webhook_delivery_waiting",
            "video_id",
            "id",
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    video_id: Mapped[UUID]
    status: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(default=now, server_default=func.now())
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    done_at: Mapped[datetime | None]
    is_delivered: Mapped[bool] = mapped_column(default=False)
