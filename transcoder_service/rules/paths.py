"""Where a video's files are in the store.

`{library}/{guid}/original/{upload}` the film as it came; `Video.original_path` names it
`{library}/{guid}/{generation}/…`    what one run of encoding made (`Video.generation` names it)
`{library}/{guid}/added/…`           captions and pictures that people, or encoding, added

At the origin `/{guid}/{name}` is `{name}` of the current generation. Playlists are served so
that viewers fetch segments from `/{guid}/{generation}/…`: such an address never changes its
content, so it is cached for ever, and a film that is encoded anew can still be watched to its
end. So no file of a generation may change once viewers can know it, playlists excepted.
"""

import re
from uuid import UUID

ADDED = "added"
ORIGINAL = "original"
# A picture someone set is thumbnail_{8 hex digits}.jpg; encoding's own are thumbnail.jpg, _1, _2 …
_ADDED = re.compile(r"captions/[A-Za-z0-9-]{1,35}\.vtt|thumbnail_[0-9a-f]{8}\.(jpg|png|webp)")
_GENERATION = re.compile(r"g[0-9a-f]{32}/")
_SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def video_prefix(library_id: int, video_id: UUID | str) -> str:
    """Return the prefix under which everything of a video lives, without a slash at its end."""
    return f"{library_id}/{video_id}"


def original_path(library_id: int, video_id: UUID | str, upload_id: UUID | str) -> str:
    """Return a place for an upload that no other upload of the same video can touch."""
    return f"{video_prefix(library_id, video_id)}/{ORIGINAL}/{upload_id}"


def generation_name(new_id: UUID) -> str:
    """Return the name of a new generation: `g` and 32 hexadecimal digits."""
    return f"g{new_id.hex}"


def generation_prefix(library_id: int, video_id: UUID | str, generation: str) -> str:
    return f"{video_prefix(library_id, video_id)}/{generation}"


def added_path(library_id: int, video_id: UUID | str, name: str) -> str:
    """Return where an added file lives: `captions/fr.vtt`, `thumbnail_0a1b2c3d.jpg`."""
    return f"{video_prefix(library_id, video_id)}/{ADDED}/{name}"


def caption_name(srclang: str) -> str:
    return f"captions/{srclang}.vtt"


def is_of_generation(name: str) -> bool:
    """Say whether an address names its generation itself: `g…/720p/00001.m4s`."""
    return bool(_GENERATION.match(name))


def stored_path(library_id: int, video_id: UUID | str, generation: str, name: str) -> str | None:
    """Return where `/{guid}/{name}` is stored, or None when no such address can exist.

    The film as it came has no address: a grant to watch is none to download.
    """
    if not _SAFE.fullmatch(name):
        return None
    if _ADDED.fullmatch(name):
        return added_path(library_id, video_id, name)
    if is_of_generation(name):
        return f"{video_prefix(library_id, video_id)}/{name}"
    if not generation:
        return None
    return f"{generation_prefix(library_id, video_id, generation)}/{name}"
