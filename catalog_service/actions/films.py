"""Films made, changed, deleted."""

from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models.films import Film
from catalog_service.queries import films as queries
from catalog_service.queries import shelves
from catalog_service.queries.derived import derive
from catalog_service.rules import films as rules
from kit import clock
from kit.auth import Caller
from kit.contracts.catalog.changes import FilmChange, FilmNew
from kit.contracts.catalog.errors import EpisodeTaken, SlugTaken, VideoTaken
from kit.contracts.catalog.words import FilmStatus, VideoState
from kit.db import new_id
from kit.events import audit
from kit.jobs import enqueue

# The wire's names of columns that are called otherwise here.
COLUMNS = {"duration_seconds": "own_seconds"}
LINKED = frozenset({"categories", "tags", "series_id", "season", "episode"})
FLOWS_BACK = frozenset({"title", "chapters", "series_id", "video_guid"})
# What null means for what can be empty but not null; null leaves the other required ones alone.
EMPTY: dict[str, Any] = {
    "synopsis": "", "countries": [], "languages": [], "credits": [], "chapters": [],
    "categories": [], "tags": [],
}  # fmt: skip
REQUIRED = frozenset({"title", "slug", "access_level"})


async def create(session: AsyncSession, caller: Caller, new: FilmNew, key: str = "") -> UUID:
    """Make a draft; the same key again returns the film it made the first time."""
    if key and (known := await queries.film_by_key(session, key)):
        return known.id
    film = await make(session, new, key)
    await derive(session, [film.id])
    await audit(session, caller, "film.created", str(film.id), {"title": film.title})
    return film.id


async def make(session: AsyncSession, new: FilmNew, key: str = "") -> Film:
    """Make a draft that is not derived yet."""
    if new.video_guid:
        await _free_video(session, new.video_guid)
    film = Film(
        id=new_id(),
        slug=await _slug(session, new.slug, new.title),
        key=key or None,
        created_at=clock.now(),
        updated_at=clock.now(),
        status=FilmStatus.draft,
        video_state=VideoState.waiting if new.video_guid else VideoState.none,
    )
    _apply(film, new.model_dump(mode="json", exclude={*LINKED, "slug", "opens_at", "closes_at"}))
    film.opens_at, film.closes_at = new.opens_at, new.closes_at
    rules.check_film(film)
    await _place(session, film, new.series_id, new.season, new.episode)
    session.add(film)
    await session.flush()
    await _link(session, film, {"categories": new.categories, "tags": new.tags})
    if film.video_guid:
        await enqueue(session, "read_video", {"guid": film.video_guid})
    return film


async def change(session: AsyncSession, caller: Caller, ref: str, change: FilmChange) -> UUID:
    """Change what is given; a change that changes nothing writes nothing."""
    film = await queries.film(session, ref, lock=True)
    changed = await alter(session, film, change)
    if changed:
        await derive(session, [film.id])
        await audit(session, caller, "film.changed", str(film.id), {"changed": changed})
    return film.id


async def alter(session: AsyncSession, film: Film, change: FilmChange) -> list[str]:
    """Change a locked film that is not derived yet; name what changed."""
    with session.no_autoflush:  # a query in between would flush, and hide what changed
        return await _alter(session, film, change)


async def _alter(session: AsyncSession, film: Film, change: FilmChange) -> list[str]:
    given = _given(change)
    if (guid := given.get("video_guid")) and guid != film.video_guid:
        await _free_video(session, guid)
    if (slug := given.pop("slug", film.slug)) != film.slug:
        film.slug = await _slug(session, slug, film.title)
    before = film.video_guid
    _apply(film, {name: value for name, value in given.items() if name not in LINKED})
    if film.video_guid != before:
        await _follow_video(session, film)
    await _replace(session, film, given)
    linked = await _link(session, film, given)
    changed = await _settle(session, film, linked=linked)
    if film.video_guid and FLOWS_BACK & set(changed):
        await enqueue(session, "push_film", {"film_id": str(film.id)})
    return changed


async def delete(session: AsyncSession, caller: Caller, ref: str) -> None:
    """Delete the film; its video stays in the library, and becomes a draft at the next sync."""
    film = await queries.film(session, ref, lock=True)
    pictures = [str(each) for each in (film.poster_id, film.backdrop_id) if each]
    await session.delete(film)
    await session.flush()
    if pictures:
        await enqueue(session, "drop_images", {"ids": pictures})
    await audit(session, caller, "film.deleted", str(film.id), {"title": film.title})


def _given(change: FilmChange) -> dict[str, Any]:
    """Return the fields that were sent, null resolved."""
    values = change.model_dump(mode="json", exclude_unset=True)
    for name in ("opens_at", "closes_at"):
        if name in values:
            values[name] = getattr(change, name)
    return {
        name: EMPTY.get(name) if value is None else value
        for name, value in values.items()
        if value is not None or name not in REQUIRED
    }


def _apply(film: Film, values: dict[str, Any]) -> None:
    for name, value in values.items():
        column = COLUMNS.get(name, name)
        if getattr(film, column) != value:
            setattr(film, column, value)


async def _follow_video(session: AsyncSession, film: Film) -> None:
    """Forget what was known of another video, and read the new one."""
    film.video_state = VideoState.waiting if film.video_guid else VideoState.none
    film.video_mark = film.video_frame = film.video_trouble = film.video_seconds = None
    film.video_uploaded_at = film.video_width = film.video_height = None
    film.video_progress = 0
    film.agreed = {}
    film.captions = []
    if film.video_guid:
        await enqueue(session, "read_video", {"guid": film.video_guid})


async def _settle(session: AsyncSession, film: Film, *, linked: list[str]) -> list[str]:
    """Check the changed film, let the clock decide its status, and name what changed."""
    changed = sorted({*_dirty(film), *linked})
    if not changed:
        return []
    if film.status in rules.SHOWN and {"opens_at", "closes_at"} & set(changed):
        film.status = rules.status_at(film, clock.now())
        if film.status == FilmStatus.scheduled:
            film.published_at = film.opens_at
    rules.check_film(film)
    film.origin = "admin"
    film.updated_at = clock.now()
    await session.flush()
    return changed


def _dirty(film: Film) -> set[str]:
    """Return the columns that differ from the row."""
    return {each.key for each in inspect(film).attrs if each.history.has_changes()}


async def _replace(session: AsyncSession, film: Film, given: dict[str, Any]) -> None:
    if not {"series_id", "season", "episode"} & set(given):
        return
    series_id = UUID(given["series_id"]) if given.get("series_id") else None
    if "series_id" not in given:
        series_id = film.series_id
    stays = series_id == film.series_id
    await _place(
        session,
        film,
        series_id,
        given.get("season", film.season if stays else None),
        given.get("episode", film.episode if stays and "season" not in given else None),
    )


async def _place(
    session: AsyncSession,
    film: Film,
    series_id: UUID | None,
    season: int | None,
    episode: int | None,
) -> None:
    """Put the film into a series (or none), as the next episode when no number is given."""
    if series_id is None:
        film.series_id = film.season = film.episode = None
        return
    series = await shelves.series(session, series_id, lock=True)
    number = 1 if season is None else season
    if episode is None:
        episode = await shelves.next_episode(session, series.id, number)
    if (series.id, number, episode) == (film.series_id, film.season, film.episode):
        return
    holder = await shelves.episode_holder(session, series.id, number, episode)
    if holder not in {None, film.id}:
        raise EpisodeTaken(film_id=str(holder))
    await shelves.make_season(session, series.id, number)
    film.series_id, film.season, film.episode = series.id, number, episode


async def _link(session: AsyncSession, film: Film, given: dict[str, Any]) -> list[str]:
    """Give the film exactly these categories and tags; return which of the two changed."""
    changed = []
    if "categories" in given:
        wanted = {each.id for each in await shelves.categories(session, given["categories"])}
        if wanted != await shelves.category_ids(session, film.id):
            await shelves.take_categories(session, [film.id])
            await shelves.put_categories(session, [film.id], wanted)
            changed.append("categories")
    if "tags" in given:
        tagged = {each.id for each in await shelves.tags(session, given["tags"])}
        if tagged != await shelves.tag_ids(session, film.id):
            await shelves.take_tags(session, [film.id])
            await shelves.put_tags(session, [film.id], tagged)
            changed.append("tags")
    return changed


async def _slug(session: AsyncSession, wanted: str | None, title: str) -> str:
    slug = wanted or rules.slug(title)
    await queries.lock_slugs(session)
    taken = await shelves.taken_slugs(session, Film, slug)
    if wanted and wanted in taken:
        raise SlugTaken(slug=wanted)
    return rules.free_slug(slug, taken)


async def _free_video(session: AsyncSession, guid: str) -> None:
    """Make way for a film of that video: a draft that only the sync has touched goes."""
    await queries.lock_videos(session, [guid])
    other = await queries.film_by_video(session, guid, lock=True)
    if other is None:
        return
    if other.origin != "library" or other.status != FilmStatus.draft:
        raise VideoTaken(film_id=str(other.id))
    await session.delete(other)
    await session.flush()
