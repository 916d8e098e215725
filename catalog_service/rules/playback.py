"""Signed addresses for one film. Everything under `/{guid}/` opens with one directory token."""

import hashlib
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from catalog_service.models.films import Film
from catalog_service.rules.films import is_playable
from kit.contracts.catalog.errors import FilmNotFound, NotYetPlayable
from kit.contracts.catalog.films import Chapter
from kit.contracts.catalog.playback import Playback, PlaybackCaption, Sprites
from kit.contracts.catalog.words import VideoState
from kit.contracts.transcoder.signatures import directory_prefix, sign_url

NATIVE_SECONDS = 7200  # at least; a player that cannot renew gets three times the film
CELL = 300  # Bunny's seek sprites: 6 × 6 cells of 300 points, one every two seconds
GRID = 6


class Delivery(NamedTuple):
    """Where films are delivered from, and for how long an address is good."""

    url: str
    key: str
    seconds: int


def seconds(film: Film) -> int | None:
    return film.own_seconds or film.video_seconds


def grant(film: Film, delivery: Delivery, kind: Literal["hls", "native"], at: datetime) -> Playback:
    """Return addresses for the film itself; raise NotYetPlayable."""
    if film.video_guid is None or not is_playable(film):
        raise NotYetPlayable(video_state=film.video_state)
    lifetime = delivery.seconds
    if kind == "native":
        lifetime = max(NATIVE_SECONDS, 3 * (film.video_seconds or 0))
    start = _start(film.id, film.video_guid, delivery, int(at.timestamp()) + lifetime)
    base = f"{delivery.url.rstrip('/')}{start.prefix}/{film.video_guid}"
    return start.model_copy(
        update={
            "duration_seconds": seconds(film),
            "thumbnail_url": f"{base}/{film.video_frame}" if film.video_frame else None,
            "captions": [
                PlaybackCaption(**each, url=f"{base}/captions/{each['language']}.vtt")
                for each in film.captions
            ],
            "sprites": _sprites(film, base),
            "chapters": [Chapter.model_validate(each) for each in film.chapters],
        }
    )


def trailer(film: Film, delivery: Delivery, at: datetime) -> Playback:
    """Return addresses for the film's trailer, which is nobody's secret."""
    if film.trailer_guid is None:
        raise FilmNotFound("This film has no trailer.")
    return _start(
        film.id, film.trailer_guid, delivery, int(at.timestamp()) + max(delivery.seconds, 600)
    )


def frame_url(film: Film, delivery: Delivery, at: datetime) -> str | None:
    """Return the address of the video's thumbnail alone, for a minute."""
    if film.video_guid is None or film.video_frame is None:
        return None
    path = f"/{film.video_guid}/{film.video_frame}"
    return sign_url(delivery.url, delivery.key, path, int(at.timestamp()) + 60)


def _start(film_id: UUID, guid: str, delivery: Delivery, expires: int) -> Playback:
    prefix = directory_prefix(delivery.key, guid, expires)
    return Playback(
        film_id=film_id,
        video_guid=guid,
        playlist_url=f"{delivery.url.rstrip('/')}{prefix}/{guid}/playlist.m3u8",
        prefix=prefix,
        expires_at=datetime.fromtimestamp(expires, UTC),
        renew_seconds=max(5, delivery.seconds // 3),
        duration_seconds=None,
        thumbnail_url=None,
        captions=[],
        sprites=None,
        chapters=[],
    )


def _sprites(film: Film, base: str) -> Sprites | None:
    """Return where the seek pictures are; they are the last thing the library makes."""
    if film.video_state != VideoState.ready or not film.video_width or not film.video_height:
        return None
    return Sprites(
        url=f"{base}/seek/_{{sheet}}.jpg",
        columns=GRID,
        rows=GRID,
        cell_width=CELL,
        cell_height=round(CELL * film.video_height / film.video_width),
        interval_seconds=1 if (film.video_seconds or 0) < 10 else 2,
    )


def frame_name(film: Film) -> str | None:
    """Return the name of the video's thumbnail here. The SQL twin is derived.py's _FRAME."""
    if film.video_guid is None or film.video_frame is None:
        return None
    content = f"{film.video_guid}{film.video_frame}".encode()
    return f"{film.id}-{hashlib.md5(content, usedforsecurity=False).hexdigest()[:8]}"
