"""What a video of the library means for a film, and who has the last word.

Title, chapters and collection can be changed on both sides. Each film keeps what both sides last
agreed on. Whoever differs from that has changed it and wins; when both have, the film wins.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import orjson

from catalog_service.rules.films import slug
from kit.contracts.catalog.words import VideoState
from kit.contracts.transcoder.wire import Chapter, Video, VideoChange, VideoStatus

UNTITLED = "Sans titre"
Value = TypeVar("Value")

_STATES = {
    VideoStatus.created: VideoState.waiting,
    VideoStatus.uploaded: VideoState.processing,
    VideoStatus.processing: VideoState.processing,
    VideoStatus.transcoding: VideoState.processing,
    VideoStatus.finished: VideoState.ready,
    VideoStatus.error: VideoState.failed,
    VideoStatus.upload_failed: VideoState.failed,
    VideoStatus.jit_segmenting: VideoState.processing,
    VideoStatus.jit_playlists_created: VideoState.ready,
}


def state(video: Video) -> VideoState:
    """Return the state of a film with this video; unknown numbers count as processing."""
    try:
        found = _STATES[VideoStatus(video.status)]
    except ValueError:
        found = VideoState.processing
    if found is VideoState.processing and video.is_playable:
        return VideoState.playable
    return found


def columns(video: Video) -> dict[str, Any]:
    """Return what a film's row takes over from its video as it is."""
    return {
        "video_state": state(video).value,
        "video_progress": min(100, max(0, video.encode_progress)),
        "video_trouble": video.trouble,
        "video_seconds": video.length or None,
        "video_width": video.width or None,
        "video_height": video.height or None,
        "video_frame": (video.thumbnail_file_name or None) if video.is_playable else None,
        "video_uploaded_at": video.date_uploaded,
        "captions": captions(video),
    }


def captions(video: Video) -> list[dict[str, str]]:
    return [
        {"language": each.srclang, "label": each.label or each.srclang}
        for each in video.captions or ()
        if each.srclang
    ]


def chapters(given: Sequence[Chapter] | None) -> list[dict[str, Any]]:
    """Return the library's chapters as a film keeps them."""
    return [
        {"title": line(each.title) or "–", "start_seconds": each.start, "end_seconds": each.end}
        for each in given or ()
    ]


def wire_chapters(kept: Sequence[Mapping[str, Any]]) -> list[Chapter]:
    return [
        Chapter(title=each["title"], start=each["start_seconds"], end=each["end_seconds"])
        for each in kept
    ]


def theirs(video: Video) -> dict[str, Any]:
    """Return what can be changed on both sides, as the library has it."""
    return {
        "title": line(video.title) or UNTITLED,
        "chapters": chapters(video.chapters),
        "collection": video.collection_id or None,
    }


# What a film that has never met its video takes as agreed on: an empty film adopts all but a title.
NOTHING: dict[str, Any] = {"title": None, "chapters": [], "collection": None}


def merged(agreed: Value, ours: Value, of_theirs: Value) -> Value:
    """Return the value that has the last word."""
    return of_theirs if ours == agreed else ours


def mark(video: Video) -> str:
    """Return a digest of all that a film takes from a video: the same mark, nothing to write."""
    content = orjson.dumps([columns(video), theirs(video)], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def line(text: str) -> str:
    """Return what the library calls something, as a line of ours: no NUL, not too long."""
    return " ".join(text.replace("\0", " ").split())[:300]


def paragraphs(text: str | None) -> str:
    return (text or "").replace("\0", " ").strip()[:20_000]


def video_change(values: Mapping[str, Any]) -> VideoChange:
    """Return what to tell the library: of title, chapters and collection those that are given."""
    told: dict[str, Any] = {}
    if "title" in values:
        told["title"] = values["title"]
    if "chapters" in values:
        told["chapters"] = wire_chapters(values["chapters"])
    if "collection" in values:
        told["collection_id"] = values["collection"] or ""
    return VideoChange(**told)


def changed_video(video: Video, values: Mapping[str, Any]) -> Video:
    """Return the video as it will be read once it has these title, chapters and collection."""
    return video.model_copy(
        update={
            "title": values["title"],
            "chapters": wire_chapters(values["chapters"]),
            "collection_id": values["collection"],
        }
    )


def tail(guid: str) -> str:
    """Return what tells a guid from others made in the same second, for a slug."""
    return slug(guid.replace("-", "")[-12:])
