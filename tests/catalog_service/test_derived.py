"""Cards and search rows are what they would be if they were all made anew."""

from typing import Any

from fastapi import FastAPI
from sqlalchemy import text

from catalog_service.queries.derived import derive
from kit.contracts.catalog.changes import BulkChange, FilmChange
from kit.contracts.catalog.shelves import (
    CategoryChange,
    SeriesChange,
    SeriesNew,
    TagChange,
)
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import VideoChange
from tests.catalog_service import run_jobs
from tests.factories.catalog import a_film, a_published_film, a_video, as_admin

DERIVED = text("""
    SELECT f.id, f.card, f.sort_title, f.shown_from, f.shown_until, s.ordinal, s.words::text,
           s.facets, s.sort_title, s.year, s.seconds, s.published_at, s.shown_from, s.shown_until
    FROM film f LEFT JOIN film_search s ON s.film_id = f.id ORDER BY f.id
""")


async def derived(app: FastAPI) -> list[Any]:
    async with app.state.database.sessions() as session:
        return list(map(tuple, await session.execute(DERIVED)))


async def test_nothing_derived_is_old_after_a_story(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    client = as_admin(app)
    series = await client.create_series(SeriesNew(title="Les Rues"))
    film = await a_published_film(
        app, library_app, categories=["raw"], tags=["Nuit"], series_id=series.id, year=2020
    )
    other = await a_film(app, categories=["raw", "art"], tags=["Nuit", "Jour"])
    guid = await a_video(library_app, title="Venue de la bibliothèque")
    await run_jobs.read_video(app, library, guid)
    await library.update_video(guid, VideoChange(title="Renommée là-bas"))
    await run_jobs.read_video(app, library, guid)
    await client.change_category("raw", CategoryChange(name_fr="Brut", slug="brut"))
    await client.change_tag("nuit", TagChange(name="Soir"))
    await client.delete_tag("jour")
    await client.change_series(series.id, SeriesChange(title="Les Ruelles"))
    await client.change_film(other.id, FilmChange(title="Autre", series_id=series.id))
    await client.change_films(
        BulkChange(ids=[film.id, other.id], add_tags=["Midi"], access_level="vip")
    )
    await client.import_films(b"slug,title,tags\nautre-2,Encore,Soir\n", dry_run=False)
    await client.delete_category("art")
    await client.delete_series(series.id)
    await client.withdraw_film(film.id)
    before = await derived(app)
    async with app.state.database.sessions.begin() as session:
        await derive(session, [row[0] for row in before])
    assert await derived(app) == before
    assert len(before) == 4
    assert all(row[5] is not None for row in before)
