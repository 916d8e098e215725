"""What a video lets be done in which state, and how long a webhook waits for its next try."""

from datetime import datetime, timedelta

from kit.contracts.transcoder.wire import VideoAlreadyUploaded, VideoStatus
from transcoder_service.models import Video

EMPTY = frozenset({VideoStatus.created, VideoStatus.upload_failed})
LONGEST_WAIT = timedelta(minutes=5)


def check_takes_upload(video: Video) -> None:
    if video.status not in EMPTY:
        raise VideoAlreadyUploaded


def wait_seconds(attempts: int) -> float:
    """Return how long to wait after so many failed attempts: 2 s, 4 s, … at most five minutes."""
    return float(min(2 ** min(attempts, 20), LONGEST_WAIT.total_seconds()))


def is_given_up(created_at: datetime, at: datetime, days: int) -> bool:
    return at - created_at > timedelta(days=days)
