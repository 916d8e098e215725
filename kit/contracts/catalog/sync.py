"""The sync with the video library, as admins see it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kit.pages import Page
from kit.schema import Schema


class SyncStatus(Schema):
    """The run that is going on, or the last one; `next_page` is where a broken one resumes."""

    is_running: bool
    started_at: datetime | None = None
    finished_at: datetime | None = None
    next_page: int = 1
    total_videos: int = 0
    seen: int = 0
    created: int = 0
    changed: int = 0
    deletions: int = 0
    trouble: str | None = None
    webhook_at: datetime | None = None


class Resolution(StrEnum):
    """What an admin decides about a film whose video is gone: nothing, withdraw, or delete it."""

    keep = "keep"
    withdraw = "withdraw"
    delete = "delete"


class Deletion(Schema):
    """A video that vanished from the library, and the film it belonged to."""

    id: UUID
    video_guid: str
    film_id: UUID | None
    title: str
    film_status: str | None
    found_at: datetime
    resolved_at: datetime | None
    resolution: Resolution | None


Deletions = Page[Deletion]


class DeletionResolution(Schema):
    resolution: Resolution
