"""Films through the service's doors: who may do what, and what becomes of it."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from kit import clock
from kit.contracts.catalog.changes import BulkChange, FilmChange, FilmNew, Publication
from kit.contracts.catalog.errors import (
    CategoryNotFound,
    EpisodeTaken,
    FilmNotFound,
    NotYetPlayable,
    PriceMissing,
    SlugTaken,
    VideoTaken,
)
from kit.contracts.catalog.films import FilmQuery
from kit.contracts.catalog.shelves import SeriesNew
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.errors import Forbidden, Unauthenticated
from tests.cast import CHARLIE
from tests.catalog_service import run_jobs
from tests.factories.catalog import (
    a_film,
    a_published_film,
    a_video,
    as_admin,
    as_service,
    as_stranger,
)
from tests.wiring import http


async def test_only_people_who_may_edit_make_films(app: FastAPI) -> None:
    with pytest.raises(Unauthenticated):
        await as_stranger(app).create_film(FilmNew(title="Nuit"))
    with pytest.raises(Forbidden):
        await as_admin(app, CHARLIE, "viewer").create_film(FilmNew(title="Nuit"))
    with pytest.raises(Forbidden):
        await as_admin(app, CHARLIE, "moderator").create_film(FilmNew(title="Nuit"))


async def test_a_film_is_made_as_it_was_asked_for(app: FastAPI) -> None:
    new: dict[str, Any] = {
        "title": "Nuit de Lomé",
        "synopsis": "Une nuit, une ville.",
        "year": 2025,
        "duration_seconds": 5400,
        "countries": ["TG", "SN"],
        "languages": ["fr", "ee"],
        "credits": [{"role": "director", "name": "Ama Kossi", "character": ""}],
        "access_level": "ppv",
        "price_amount": 1500,
        "currency": "XOF",
        "chapters": [{"title": "Début", "start_seconds": 0, "end_seconds": 60}],
        "categories": ["raw", "art"],
        "tags": ["Ville", "Nuit"],
    }
    film = await a_film(app, **new)
    found = (await as_admin(app).film(film.slug, everything=True)).model_dump(mode="json")
    assert found["slug"] == "nuit-de-lome"
    assert found["status"] == "draft"
    assert [each["slug"] for each in found["categories"]] == ["raw", "art"]
    assert [each["name"] for each in found["tags"]] == ["Nuit", "Ville"]
    plain = new.keys() - {"categories", "tags"}
    assert {name: found[name] for name in plain} == {name: new[name] for name in plain}


async def test_a_film_made_twice_under_one_key_is_one_film(app: FastAPI) -> None:
    client = as_admin(app)
    first = await client.create_film(FilmNew(title="Nuit"), key="k1")
    assert (await client.create_film(FilmNew(title="Nuit"), key="k1")).id == first.id
    assert (await client.create_film(FilmNew(title="Nuit"))).slug == "nuit-2"


async def test_a_slug_that_was_asked_for_is_refused_when_taken(app: FastAPI) -> None:
    await a_film(app, slug="nuit")
    with pytest.raises(SlugTaken):
        await a_film(app, slug="nuit")


async def test_what_is_left_out_of_a_change_stays(app: FastAPI) -> None:
    film = await a_film(app, year=2020, synopsis="Une ville.", tags=["Ville"])
    client = as_admin(app)
    changed = await client.change_film(film.id, FilmChange(title="Jour de Lomé", year=None))
    assert (changed.title, changed.year, changed.synopsis) == ("Jour de Lomé", None, "Une ville.")
    assert [each.name for each in changed.tags] == ["Ville"]


async def test_a_change_is_seen_at_once_whatever_else_was_sent_the_same(app: FastAPI) -> None:
    film = await a_film(app, year=2020, tags=["Ville"], categories=["raw"])
    change = FilmChange(title=film.title, year=2021, tags=["Ville"], categories=["raw"])
    client = as_admin(app)
    assert (await client.change_film(film.id, change)).year == 2021
    assert (await client.film(film.id, everything=True)).year == 2021


async def test_a_change_that_changes_nothing_is_not_written(app: FastAPI) -> None:
    film = await a_film(app, year=2020, categories=["raw"])
    same = FilmChange(title=film.title, year=2020, categories=["raw"])
    assert (await as_admin(app).change_film(film.id, same)).updated_at == film.updated_at


async def test_an_unknown_category_is_named(app: FastAPI) -> None:
    with pytest.raises(CategoryNotFound, match="'nowhere'"):
        await a_film(app, categories=["nowhere"])


async def test_a_pay_per_view_film_needs_a_price(app: FastAPI) -> None:
    film = await a_film(app)
    with pytest.raises(PriceMissing):
        await as_admin(app).change_film(film.id, FilmChange(access_level="ppv"))
    assert (await as_admin(app).film(film.id, everything=True)).access_level == "public"


async def test_a_draft_is_seen_by_admins_who_ask_for_it(app: FastAPI) -> None:
    film = await a_film(app)
    with pytest.raises(FilmNotFound):
        await as_stranger(app).film(film.id)
    with pytest.raises(FilmNotFound):
        await as_service(app).film(film.id)
    with pytest.raises(Unauthenticated):
        await as_stranger(app).film(film.id, everything=True)
    assert (await as_admin(app).film(film.id, everything=True)).id == film.id
    assert (await as_service(app).films()).items == []
    assert len((await as_admin(app).films(FilmQuery(status="draft"))).items) == 1


async def test_a_film_is_published_once_its_video_can_be_watched(
    app: FastAPI, library_app: FastAPI
) -> None:
    film = await a_film(app)
    with pytest.raises(NotYetPlayable):
        await as_admin(app).publish_film(film.id)
    guid = await a_video(library_app)
    await as_admin(app).change_film(film.id, FilmChange(video_guid=guid))
    published = await as_admin(app).publish_film(film.id)
    assert (published.status, published.video_state) == ("published", "ready")
    again = await as_admin(app).publish_film(film.id)
    assert again.published_at == published.published_at
    assert (await as_stranger(app).film(film.slug)).id == film.id


async def test_the_clock_publishes_and_withdraws(app: FastAPI, library_app: FastAPI) -> None:
    guid = await a_video(library_app)
    film = await a_film(app, video_guid=guid)
    soon = clock.now() + timedelta(hours=1)
    scheduled = await as_admin(app).publish_film(film.id, Publication(opens_at=soon))
    assert scheduled.status == "scheduled"
    assert (await as_stranger(app).films()).items == []
    await as_admin(app).change_film(film.id, FilmChange(opens_at=clock.now() - timedelta(hours=1)))
    assert (await as_stranger(app).film(film.id)).status == "published"


async def test_a_film_opens_and_closes_at_read_time_before_any_job_runs(
    app: FastAPI, library_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = await a_published_film(app, library_app)
    async with app.state.database.sessions.begin() as session:
        await session.execute(
            run_jobs.text("UPDATE film SET closes_at = now(), shown_until = now()")
        )
    with pytest.raises(FilmNotFound):
        await as_stranger(app).film(film.id)
    assert (await as_stranger(app).films()).items == []
    async with app.state.database.sessions.begin() as session:
        assert await run_jobs.follow_clock(session) == 1
    assert (await as_admin(app).film(film.id, everything=True)).status == "withdrawn"


async def test_a_withdrawn_film_is_gone_at_once(app: FastAPI, library_app: FastAPI) -> None:
    film = await a_published_film(app, library_app)
    await as_admin(app).withdraw_film(film.id)
    with pytest.raises(FilmNotFound):
        await as_stranger(app).film(film.id)


async def test_a_draft_of_the_sync_makes_way_for_the_film_of_an_upload(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    guid = await a_video(library_app, title="upload.mp4")
    await run_jobs.read_video(app, library, guid)
    film = await a_film(app, title="Nuit de Lomé", video_guid=guid)
    found = await as_admin(app).films(FilmQuery(status="all"))
    assert [each.id for each in found.items] == [film.id]
    await run_jobs.push(app, library, film.id)
    assert (await library.get_video(guid)).title == "Nuit de Lomé"
    with pytest.raises(VideoTaken):
        await a_film(app, video_guid=guid)


async def test_an_episode_takes_the_next_number(app: FastAPI) -> None:
    series = await as_admin(app).create_series(SeriesNew(title="Les Rues"))
    first = await a_film(app, series_id=series.id)
    second = await a_film(app, series_id=series.id)
    assert first.series is not None
    assert second.series is not None
    assert (first.series.season, first.series.episode, second.series.episode) == (1, 1, 2)
    with pytest.raises(EpisodeTaken):
        await as_admin(app).change_film(second.id, FilmChange(episode=1))
    moved = await as_admin(app).change_film(second.id, FilmChange(season=2))
    assert moved.series is not None
    assert (moved.series.season, moved.series.episode) == (2, 1)
    alone = await as_admin(app).change_film(second.id, FilmChange(series_id=None))
    assert alone.series is None


async def test_many_films_change_together_or_not_at_all(app: FastAPI) -> None:
    one = await a_film(app, tags=["Ville"], categories=["raw"])
    two = await a_film(app)
    client = as_admin(app)
    change = BulkChange(
        ids=[one.id, two.id, CHARLIE],
        add_categories=["vip"],
        remove_categories=["raw"],
        add_tags=["Nuit"],
        remove_tags=["Ville"],
        access_level="vip",
    )
    result = await client.change_films(change)
    assert (result.changed, result.missing) == (2, [CHARLIE])
    for film in (one, two):
        found = await client.film(film.id, everything=True)
        assert [each.slug for each in found.categories] == ["vip"]
        assert [each.name for each in found.tags] == ["Nuit"]
        assert found.access_level == "vip"
    with pytest.raises(PriceMissing):
        await client.change_films(BulkChange(ids=[one.id], access_level="ppv"))


async def test_a_deleted_film_is_gone_and_its_video_stays(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    film = await a_published_film(app, library_app)
    await as_admin(app).delete_film(film.id)
    with pytest.raises(FilmNotFound):
        await as_admin(app).film(film.id, everything=True)
    assert (await library.get_video(str(film.video_guid))).guid == film.video_guid


async def test_pages_hold_every_film_once_in_every_order(
    app: FastAPI, library_app: FastAPI
) -> None:
    films = [await a_published_film(app, library_app, year=2000 + n % 3) for n in range(7)]
    client = as_stranger(app)
    for sort in ("newest", "title", "year", "duration", "updated"):
        seen: list[Any] = []
        cursor = None
        while True:
            page = await client.films(sort=sort, cursor=cursor, limit=3)
            seen += [each.id for each in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert sorted(seen) == sorted(film.id for film in films)
    newest = await client.films()
    assert [each.id for each in newest.items] == [film.id for film in reversed(films)]


async def test_lists_are_filtered(app: FastAPI, library_app: FastAPI) -> None:
    one = await a_published_film(
        app, library_app, year=1999, countries=["TG"], languages=["fr"],
        categories=["raw"], tags=["Nuit noire"], duration_seconds=600,
    )  # fmt: skip
    await a_published_film(app, library_app, access_level="vip", duration_seconds=6000)
    for filters in (
        {"category": "raw"}, {"tag": "nuit-noire"}, {"country": "tg"}, {"language": "fr"},
        {"year": 1999}, {"year_to": 2000}, {"access_level": "public"}, {"duration": "short"},
        {"video_guid": one.video_guid},
    ):  # fmt: skip
        found = await as_stranger(app).films(FilmQuery(**filters))
        assert [each.id for each in found.items] == [one.id], filters


async def test_an_answer_the_caller_has_is_not_sent_again(
    app: FastAPI, library_app: FastAPI
) -> None:
    film = await a_published_film(app, library_app)
    async with http(app) as client:
        for path in ("/films", f"/films/{film.slug}", "/search", "/home", "/categories"):
            first = await client.get(path)
            again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
            assert (first.status_code, again.status_code, again.content) == (200, 304, b""), path


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "WyJuZXdlc3QiLDEsMl0"])
async def test_a_made_up_cursor_is_refused(app: FastAPI, cursor: str) -> None:
    async with http(app) as client:
        for path in ("/films", "/search", "/series", "/categories", "/tags"):
            answer = await client.get(path, params={"cursor": cursor})
            assert answer.status_code == 422, path
