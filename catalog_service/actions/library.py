"""Films follow the videos of the library, and tell it what changed here (rules/library.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.actions import collections
from catalog_service.models.films import Film
from catalog_service.models.shelves import Series
from catalog_service.queries import films, shelves
from catalog_service.queries import library as queries
from catalog_service.queries.derived import derive
from catalog_service.rules import library as rules
from catalog_service.rules.films import slug
from kit import clock
from kit.contracts.catalog.words import FilmStatus, VideoState
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import Video, VideoNotFound
from kit.db import new_id
from kit.jobs import enqueue


@dataclass(frozen=True)
class Taken:
    created: int = 0
    changed: int = 0


async def read_video(session: AsyncSession, library: VideoLibraryClient, guid: str) -> None:
    """Read one video and take it over; whatever told us about it is not believed."""
    read_at = clock.now()
    try:
        video = await library.get_video(guid)
    except VideoNotFound:
        await report_deletion(session, guid)
        return
    await take_over(session, library, [video], read_at)


async def take_over(
    session: AsyncSession,
    library: VideoLibraryClient,
    videos: Sequence[Video],
    read_at: datetime,
) -> Taken:
    """Make drafts of new videos and bring the films of changed ones up to date.

    Videos read before, in the same state, cost one comparison and are not written. `read_at` is
    when asking for them began: what was asked before the film's last word is read again.
    """
    by_guid = {video.guid: video for video in videos}
    known = await queries.marks(session, by_guid)
    news = {g: v for g, v in by_guid.items() if known.get(g, "") != rules.mark(v)}
    if not news:
        return Taken()
    names = await collections.names(session, library, news.values())
    await films.lock_videos(session, list(news))
    there = {str(film.video_guid): film for film in await queries.films_for_update(session, news)}
    fresh = [news[g] for g in news.keys() - there.keys() - await queries.trailers(session, news)]
    series = await collections.series(session, names)
    if fresh:
        await _add(session, fresh, series, read_at)
    await _read_again(session, [there.pop(g) for g in _outrun(there, read_at)])
    pushes = [f for g, f in there.items() if await _update(session, f, news[g], series, read_at)]
    await queries.settle_deletions(session, list(there))
    await derive(session, [film.id for film in there.values()])
    for film in pushes:
        await enqueue(session, "push_film", {"film_id": str(film.id)})
    return Taken(len(fresh), len(there))


def _outrun(films_by_guid: dict[str, Film], read_at: datetime) -> list[str]:
    """Return the videos whose films know something newer than what was asked for then."""
    return [
        guid
        for guid, film in films_by_guid.items()
        if film.video_read_at is not None and film.video_read_at > read_at
    ]


async def _read_again(session: AsyncSession, outrun: Sequence[Film]) -> None:
    for film in outrun:
        await enqueue(session, "read_video", {"guid": film.video_guid}, delay_seconds=1)


async def push(session: AsyncSession, library: VideoLibraryClient, film_id: UUID) -> None:
    """Tell the library the title, chapters and collection that have the last word."""
    film = await films.film_or_none(session, film_id, lock=True)
    if film is None or film.video_guid is None:
        return
    try:
        video = await library.get_video(film.video_guid)
    except VideoNotFound:
        await report_deletion(session, film.video_guid)
        return
    await collections.settle(session, library, film.series_id)
    names = await collections.names(session, library, [video])
    series = await collections.series(session, names)
    await _update(session, film, video, series, clock.now())
    wanted = await _ours(session, film)
    differing = {k: v for k, v in wanted.items() if v != rules.theirs(video)[k]}
    if differing:
        await library.update_video(film.video_guid, rules.video_change(differing))
    film.agreed = wanted
    film.video_mark = rules.mark(rules.changed_video(video, wanted))
    film.video_read_at = clock.now()  # what was read before the library knew is old
    await derive(session, [film.id])


async def report_deletion(session: AsyncSession, guid: str) -> bool:
    """Report a video as gone. A film the public sees is left as it is; a draft is marked."""
    film = await films.film_by_video(session, guid, lock=True)
    if film is None:
        return False
    if film.status == FilmStatus.draft and film.video_state != VideoState.missing:
        film.video_state = VideoState.missing
        await derive(session, [film.id])
    film.video_mark = None  # should it come back, it is news
    return await queries.report_deletion(session, film)


async def _add(
    session: AsyncSession, videos: list[Video], series: dict[str, Series], read_at: datetime
) -> None:
    """Make a draft of each of these videos."""
    wanted = [slug(rules.line(video.title)) for video in videos]
    await films.lock_slugs(session)
    used = await queries.taken(session, wanted)
    rows: list[dict[str, Any]] = []
    places = _Places(session)
    for video, name in zip(videos, wanted, strict=True):
        mine = name if name not in used else f"{name}-{rules.tail(video.guid)}"
        used.add(name)
        found = series.get(video.collection_id or "")
        rows.append(_draft(video, mine, read_at) | await places.next(found))
    await queries.add_films(session, rows)
    await derive(session, [row["id"] for row in rows])


def _draft(video: Video, slug: str, read_at: datetime) -> dict[str, Any]:
    """Return the row of a new draft."""
    theirs = rules.theirs(video)
    return {
        "id": new_id(),
        "slug": slug,
        "title": theirs["title"],
        "chapters": theirs["chapters"],
        "synopsis": rules.paragraphs(video.description),
        "origin": "library",
        "status": FilmStatus.draft.value,
        "video_guid": video.guid,
        "video_mark": rules.mark(video),
        "video_read_at": read_at,
        "agreed": theirs,
        "created_at": clock.now(),
        "updated_at": clock.now(),
        **rules.columns(video),
    }


class _Places:
    """Hands out the next episode of the first season, without asking twice."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.numbers: dict[UUID, int] = {}

    async def next(self, series: Series | None) -> dict[str, Any]:
        if series is None:
            return {"series_id": None, "season": None, "episode": None}
        if series.id not in self.numbers:
            await shelves.make_season(self.session, series.id, 1)
            number = await shelves.next_episode(self.session, series.id, 1)
            self.numbers[series.id] = number - 1
        self.numbers[series.id] += 1
        return {"series_id": series.id, "season": 1, "episode": self.numbers[series.id]}


async def _update(
    session: AsyncSession,
    film: Film,
    video: Video,
    series: dict[str, Series],
    read_at: datetime,
) -> bool:
    """Take a video over into its film; say whether the library must be told something."""
    for name, value in rules.columns(video).items():
        setattr(film, name, value)
    ours = await _ours(session, film)
    theirs = rules.theirs(video)
    agreed = {**rules.NOTHING, **film.agreed}
    last_word = {k: rules.merged(agreed[k], ours[k], theirs[k]) for k in theirs}
    film.title, film.chapters = last_word["title"], last_word["chapters"]
    if last_word["collection"] != ours["collection"]:
        place = await _Places(session).next(series.get(last_word["collection"] or ""))
        film.series_id, film.season, film.episode = place.values()
    film.agreed = {k: v if v == theirs[k] else agreed[k] for k, v in last_word.items()}
    film.video_mark = rules.mark(video)
    film.video_read_at, film.updated_at = read_at, clock.now()
    await session.flush()
    return last_word != theirs


async def _ours(session: AsyncSession, film: Film) -> dict[str, Any]:
    """Return what can be changed on both sides, as the film has it."""
    collection = None
    if film.series_id:
        known = await queries.collections_of(session, [film.series_id])
        collection = known.get(film.series_id) or f"series:{film.series_id}"
    return {"title": film.title, "chapters": film.chapters, "collection": collection}
