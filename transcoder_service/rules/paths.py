"""Where a video's files are in the store.

`{library}/{guid}/original`          the film as it came
`{library}/{guid}/{generation}/…`    what one run of encoding made; immutable once switched to
`{library}/{guid}/added/…`           captions and pictures that people, or encoding, added
"""

import re
from uuid import UUID

ORIGINAL = "original"
ADDED = "added"
# A picture someone set is thumbnail_{8 hex digits}.jpg; encoding's own are thumbnail.jpg, _1, _2 …
_ADDED = re.compile(r"captions/[A-Za-z0-9-]{1,35}\.vtt|thumbnail_[0-9a-f]{8}\.(jpg|png|webp)")
_SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def video_prefix(library_id: int, video_id: UUID | str) -> str:
    """Return the prefix under which everything of a video lives, without a slash at its end."""
    return f"{library_id}/{video_id}"


def original_path(library_id: int, video_id: UUID | str) -> str:
    return f"{video_prefix(library_id, video_id)}/{ORIGINAL}"


def generation_prefix(library_id: int, video_id: UUID | str, generation: str) -> str:
    return f"{video_prefix(library_id, video_id)}/{generation}"


def added_path(library_id: int, video_id: UUID | str, name: str) -> str:
    """Return where an added file lives: `captions/fr.vtt`, `thumbnail_0a1b2c3d.jpg`."""
    return f"{video_prefix(library_id, video_id)}/{ADDED}/{name}"


def caption_name(srclang: str) -> str:
    return f"captions/{srclang}.vtt"


def stored_path(library_id: int, video_id: UUID | str, generation: str, name: str) -> str | None:
    """Return where `/{guid}/{name}` is stored, or None when no such address can exist."""
    if not _SAFE.fullmatch(name):
        return None
    if _ADDED.fullmatch(name):
        return added_path(library_id, video_id, name)
    if name == ORIGINAL or not generation:
        return None
    return f"{generation_prefix(library_id, video_id, generation)}/{name}"
