"""Series: seasons and episodes in order."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models import shelves as rows
from catalog_service.queries import films
from catalog_service.queries import shelves as queries
from catalog_service.queries.derived import derive
from catalog_service.rules.films import free_slug, slug
from kit import clock
from kit.auth import Caller
from kit.contracts.catalog.errors import SeriesNotFound, SlugTaken
from kit.contracts.catalog.films import FilmCard, Picture
from kit.contracts.catalog.shelves import (
    Episode,
    Season,
    SeasonChange,
    Series,
    SeriesCard,
    SeriesChange,
    SeriesList,
    SeriesNew,
)
from kit.db import new_id
from kit.events import audit
from kit.jobs import enqueue
from kit.pages import decode_cursor, encode_cursor


async def listed(
    session: AsyncSession,
    *,
    everything: bool,
    max_age: int | None,
    cursor: str | None,
    limit: int,
) -> SeriesList:
    after = None
    if cursor:
        moment, series_id = decode_cursor(cursor, 2)
        after = (films.as_kind(moment, datetime), films.as_kind(series_id, str))
    found = await queries.series_cards(
        session, everything=everything, max_age=max_age, after=after, limit=limit + 1
    )
    shown = found[:limit]
    pictures = await _pictures(session, [each for row in shown for each in _image_ids(row)])
    items = [SeriesCard.model_validate({**row, **_shown(row, pictures)}) for row in shown]
    last = None
    if len(found) > limit:
        last = encode_cursor(items[-1].updated_at.isoformat(), str(items[-1].id))
    return SeriesList(items=items, next_cursor=last)


async def detail(
    session: AsyncSession, ref: str, *, everything: bool, max_age: int | None = None
) -> Series:
    """Return the series; for the public it exists once it has an episode to see."""
    found = await queries.series(session, ref)
    episodes = await queries.episodes(session, found.id, everything=everything, max_age=max_age)
    if not episodes and not everything:
        raise SeriesNotFound
    titles = {each.number: each.title for each in await queries.seasons(session, found.id)}
    numbers = sorted(titles if everything else {row.season for row in episodes})
    seasons = [
        Season(
            number=number,
            title=titles.get(number, ""),
            episodes=[_episode(row) for row in episodes if row.season == number],
        )
        for number in numbers
    ]
    values = {name: getattr(found, name, None) for name in Series.model_fields}
    ids = {"poster_id": found.poster_id, "backdrop_id": found.backdrop_id}
    pictures = await _pictures(session, _image_ids(ids))
    return Series.model_validate({**values, **_shown(ids, pictures), "seasons": seasons})


async def create(session: AsyncSession, caller: Caller, new: SeriesNew) -> UUID:
    series = rows.Series(
        id=new_id(),
        slug=await _slug(session, new.slug, new.title),
        title=new.title,
        synopsis=new.synopsis,
        collection_guid=new.collection_guid,
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    session.add(series)
    await session.flush()
    await audit(session, caller, "series.created", str(series.id), {"title": series.title})
    return series.id


async def change(session: AsyncSession, caller: Caller, ref: str, change: SeriesChange) -> UUID:
    series = await queries.series(session, ref, lock=True)
    given = change.model_dump(exclude_unset=True)
    wanted = given.pop("slug", None)
    if wanted and wanted != series.slug:
        series.slug = await _slug(session, wanted, series.title)
    for name, value in given.items():
        if value is not None or name == "collection_guid":
            setattr(series, name, value)
    if not session.is_modified(series):
        return series.id
    series.updated_at = clock.now()
    await session.flush()
    await derive(session, await queries.films_on(session, series))
    await enqueue(session, "push_series", {"series_id": str(series.id)})
    await audit(session, caller, "series.changed", str(series.id), {"changed": sorted(given)})
    return series.id


async def name_season(
    session: AsyncSession, caller: Caller, ref: str, number: int, change: SeasonChange
) -> UUID:
    """Name a season, making it if there is none of that number."""
    series = await queries.series(session, ref, lock=True)
    await queries.make_season(session, series.id, number)
    season = await queries.season(session, series.id, number)
    if season is not None and season.title != change.title:
        season.title = change.title
        await audit(session, caller, "season.named", str(series.id), {"number": number})
    await session.flush()
    return series.id


async def delete(session: AsyncSession, caller: Caller, ref: str) -> None:
    """Delete the series; its episodes go on as films of their own."""
    series = await queries.series(session, ref, lock=True)
    concerned = await queries.films_on(session, series)
    await queries.release_episodes(session, series.id)
    pictures = [str(each) for each in (series.poster_id, series.backdrop_id) if each]
    await session.delete(series)
    await session.flush()
    await derive(session, concerned)
    if pictures:
        await enqueue(session, "drop_images", {"ids": pictures})
    await audit(session, caller, "series.deleted", str(series.id), {"title": series.title})


async def _slug(session: AsyncSession, wanted: str | None, title: str) -> str:
    name = wanted or slug(title, "serie")
    taken = await queries.taken_slugs(session, rows.Series, name)
    if wanted and wanted in taken:
        raise SlugTaken(slug=wanted)
    return free_slug(name, taken)


def _episode(row: Any) -> Episode:  # noqa: ANN401  (season, episode, synopsis, card)
    card = FilmCard.model_validate_json(row.card)
    return Episode(number=row.episode, synopsis=row.synopsis, film=card)


def _image_ids(row: Any) -> list[UUID]:  # noqa: ANN401
    return [row[name] for name in ("poster_id", "backdrop_id") if row[name]]


async def _pictures(session: AsyncSession, ids: list[UUID]) -> dict[UUID, Picture]:
    return {
        each.id: Picture(
            path=f"/images/{each.id}", widths=each.widths, width=each.width, height=each.height
        )
        for each in await films.images(session, ids)
    }


def _shown(row: Any, pictures: dict[UUID, Picture]) -> dict[str, Picture | None]:  # noqa: ANN401
    return {
        "poster": pictures.get(row["poster_id"]),
        "backdrop": pictures.get(row["backdrop_id"]),
    }
