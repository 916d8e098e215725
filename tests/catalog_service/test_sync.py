"""Films and the videos of the library: both ways, in any order, and however often."""

from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import text, update

from catalog_service.models.films import Film as FilmRow
from kit.contracts.catalog.changes import FilmChange
from kit.contracts.catalog.shelves import SeriesChange, SeriesNew
from kit.contracts.catalog.sync import Resolution
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import Chapter, VideoChange
from tests.catalog_service import run_jobs
from tests.catalog_service.filled import lose_video, some_videos, the_films
from tests.factories.catalog import a_film, a_published_film, a_video, as_admin


async def test_every_video_becomes_a_draft(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    guids = await some_videos(library_app, 7)
    await run_jobs.sync_all(app, library, size=3)
    films = (await the_films(app)).items
    assert sorted(str(each.video_guid) for each in films) == sorted(guids)
    assert {(each.status, each.video_state) for each in films} == {("draft", "ready")}
    status = await as_admin(app).sync_status()
    assert not status.is_running
    assert (status.seen, status.created, status.total_videos) == (7, 7, 7)


async def test_a_second_comparison_writes_nothing(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    await some_videos(library_app, 5)
    await run_jobs.sync_all(app, library, size=2)
    before = await fingerprint(app)
    await run_jobs.sync_all(app, library, size=2)
    assert await fingerprint(app) == before
    status = await as_admin(app).sync_status()
    assert (status.seen, status.created, status.changed) == (5, 0, 0)


async def fingerprint(app: FastAPI) -> list[Any]:
    """Return the version of every row that the sync could write."""
    statement = " UNION ALL ".join(
        f"SELECT '{table}', xmin::text, ctid::text FROM {table}"  # noqa: S608  (our own names)
        for table in ("film", "film_search", "word", "series", "deletion")
    )
    async with app.state.database.sessions() as session:
        return sorted(map(tuple, await session.execute(text(statement))))


async def test_a_comparison_that_was_broken_off_goes_on_where_it_was(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    await some_videos(library_app, 5)
    transaction = app.state.database.sessions.begin
    async with transaction() as session:
        await run_jobs.queries.begin_run(session)
    reader = run_jobs.sync.Reader(library, 2)
    assert await run_jobs.sync.next_page(transaction, reader)
    await reader.close()
    status = await as_admin(app).sync_status()
    assert (status.is_running, status.next_page, status.created) == (True, 2, 2)
    await run_jobs.sync_all(app, library, size=2)
    status = await as_admin(app).sync_status()
    assert (status.is_running, status.created) == (False, 5)
    assert len((await the_films(app)).items) == 5


async def test_a_title_changed_in_the_library_comes_here(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    guid = await a_video(library_app)
    await run_jobs.read_video(app, library, guid)
    chapters = [Chapter(title="Début", start=0, end=60)]
    await library.update_video(guid, VideoChange(title="Aube", chapters=chapters))
    await run_jobs.read_video(app, library, guid)
    film = (await the_films(app)).items[0]
    assert film.title == "Aube"
    full = await as_admin(app).film(film.id, everything=True)
    assert [(each.title, each.end_seconds) for each in full.chapters] == [("Début", 60)]


async def test_a_title_changed_here_goes_to_the_library(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    guid = await a_video(library_app)
    await run_jobs.read_video(app, library, guid)
    film = (await the_films(app)).items[0]
    change = FilmChange(
        title="Aube", chapters=[{"title": "Fin", "start_seconds": 5, "end_seconds": 9}]
    )
    await as_admin(app).change_film(film.id, change)
    await run_jobs.push(app, library, film.id)
    video = await library.get_video(guid)
    assert video.title == "Aube"
    assert [(each.title, each.start, each.end) for each in video.chapters or ()] == [("Fin", 5, 9)]


async def test_when_both_changed_the_title_the_film_has_the_last_word(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    guid = await a_video(library_app)
    await run_jobs.read_video(app, library, guid)
    film = (await the_films(app)).items[0]
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(FilmRow).values(title="Le nôtre"))
    await library.update_video(guid, VideoChange(title="Le leur"))
    await run_jobs.read_video(app, library, guid)
    await run_jobs.push(app, library, film.id)
    assert (await the_films(app)).items[0].title == "Le nôtre"
    assert (await library.get_video(guid)).title == "Le nôtre"


async def test_a_collection_is_a_series(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    collection = await library.create_collection("Les Rues")
    guid = await a_video(library_app, collection_id=UUID(str(collection.guid)))
    await run_jobs.read_video(app, library, guid)
    film = (await the_films(app)).items[0]
    assert film.series is not None
    assert (film.series.title, film.series.season, film.series.episode) == ("Les Rues", 1, 1)
    await library.update_collection(str(collection.guid), "Les Ruelles")
    await run_jobs.sync_all(app, library)
    assert (await as_admin(app).series(film.series.id, everything=True)).title == "Les Ruelles"
    film = (await the_films(app)).items[0]
    assert film.series is not None
    assert film.series.title == "Les Ruelles"


async def test_a_series_made_here_becomes_a_collection(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    series = await as_admin(app).create_series(SeriesNew(title="Les Rues"))
    guid = await a_video(library_app)
    film = await a_film(app, title="Un", video_guid=guid, series_id=series.id)
    await run_jobs.push(app, library, film.id)
    video = await library.get_video(guid)
    named = await library.get_collection(str(video.collection_id))
    assert named.name == "Les Rues"
    await as_admin(app).change_series(series.id, SeriesChange(title="Les Ruelles"))
    await run_jobs.push_series(app, library, series.id)
    assert (await library.get_collection(str(video.collection_id))).name == "Les Ruelles"
    assert len((await library.list_collections()).items or ()) == 1


async def test_a_lost_video_is_reported_and_its_published_film_left_alone(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    film = await a_published_film(app, library_app)
    others = await some_videos(library_app, 4)
    await run_jobs.sync_all(app, library, size=2)
    await lose_video(library_app, str(film.video_guid))
    await lose_video(library_app, others[1])
    for _ in range(2):
        await run_jobs.sync_all(app, library, size=2)
    reports = (await as_admin(app).deletions()).items
    assert sorted(each.video_guid for each in reports) == sorted([str(film.video_guid), others[1]])
    found = {each.video_guid: each for each in (await the_films(app)).items}
    assert found[film.video_guid].status == "published"
    assert found[others[1]].video_state == "missing"
    assert found[others[0]].video_state == "ready"


async def test_people_decide_about_a_film_whose_video_is_gone(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    film = await a_published_film(app, library_app)
    await lose_video(library_app, str(film.video_guid))
    await run_jobs.read_video(app, library, str(film.video_guid))
    report = (await as_admin(app).deletions()).items[0]
    assert (report.film_id, report.film_status) == (film.id, "published")
    decided = await as_admin(app).resolve_deletion(report.id, Resolution.withdraw)
    assert (decided.resolution, decided.film_status) == ("withdraw", "withdrawn")
    assert (await as_admin(app).deletions()).items == []
    assert len((await as_admin(app).deletions(everything=True)).items) == 1


async def test_a_video_that_comes_back_settles_its_report(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    guid = await a_video(library_app)
    await run_jobs.read_video(app, library, guid)
    await lose_video(library_app, guid)
    await run_jobs.read_video(app, library, guid)
    assert len((await as_admin(app).deletions()).items) == 1
    await a_video(library_app, id=UUID(guid))
    await run_jobs.read_video(app, library, guid)
    assert (await as_admin(app).deletions()).items == []
    assert (await the_films(app)).items[0].video_state == "ready"


async def test_a_trailer_is_no_film_of_its_own(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    guid = await a_video(library_app, title="Bande-annonce")
    film = await a_film(app, trailer_guid=guid)
    await run_jobs.sync_all(app, library)
    assert [each.id for each in (await the_films(app)).items] == [film.id]
