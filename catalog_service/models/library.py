"""What the sync with the video library remembers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from catalog_service.models.table import Table


class SyncRun(Table):
    """One full comparison. Broken off, it goes on at `next_page`.

    `edge_at` is the upload moment of the last video of the page before: films between two edges
    whose video was on neither page may have lost it.
    """

    __tablename__ = "sync_run"
    __table_args__ = (
        Index(
            "uq_sync_run_open",
            text("(true)"),
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    next_page: Mapped[int] = mapped_column(default=1)
    edge_at: Mapped[datetime | None]
    total_videos: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    deletions: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(Text)


class Deletion(Table):
    """A video that is gone from the library while a film still names it."""

    __tablename__ = "deletion"
    __table_args__ = (
        Index(
            "uq_deletion_open",
            "video_guid",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    video_guid: Mapped[str] = mapped_column(Text)
    film_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("film.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str] = mapped_column(Text)
    found_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str | None] = mapped_column(Text)


class WebhookSeen(Table):
    """When the library last said something; one row."""

    __tablename__ = "webhook_seen"

    at: Mapped[datetime]
