"""Films that are not for an age do not exist for a profile of that age."""

import pytest
from fastapi import FastAPI

from catalog_service.rules import ages
from kit.contracts.catalog.changes import FilmChange
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.errors import NotForThisAge, SeriesNotFound
from kit.contracts.catalog.films import FilmQuery
from kit.contracts.catalog.playback import PlaybackNew
from kit.contracts.catalog.shelves import RailKind, RailNew, SeriesNew
from tests.cast import ALICE
from tests.factories.catalog import (
    a_film,
    a_published_film,
    access_token,
    as_admin,
    as_service,
    as_stranger,
)


def as_child(app: FastAPI, max_age: int = 7) -> CatalogClient:
    """Return the portal, speaking for a profile with an age limit."""
    return as_service(app).acting(access_token(app, sub=str(ALICE), max_age=max_age))


@pytest.mark.parametrize(
    ("rating", "limit", "seen"),
    [(0, 0, True), (7, 7, True), (10, 7, False), (None, 16, False), (None, None, True),
     (18, None, True)],
)  # fmt: skip
def test_what_nobody_rated_is_for_those_without_a_limit(
    rating: int | None, limit: int | None, seen: bool
) -> None:
    assert ages.is_for(rating, limit) is seen


async def test_a_rating_is_kept_and_can_be_taken_back(app: FastAPI) -> None:
    film = await a_film(app, age_rating=12)
    assert film.age_rating == 12
    changed = await as_admin(app).change_film(film.id, FilmChange(title="Autre"))
    assert changed.age_rating == 12
    changed = await as_admin(app).change_film(film.id, FilmChange(age_rating=None))
    assert changed.age_rating is None


async def test_a_table_carries_the_ratings(app: FastAPI) -> None:
    film = await a_film(app, age_rating=16)
    assert b"age_rating" in (await as_admin(app).export_films())
    await as_admin(app).import_films(
        f"slug,title,age_rating\n{film.slug},{film.title},10\n".encode(), dry_run=False
    )
    assert (await as_admin(app).film(film.id, everything=True)).age_rating == 10


async def test_lists_search_and_home_hold_what_is_for_the_age(
    app: FastAPI, library_app: FastAPI
) -> None:
    fit = await a_published_film(app, library_app, title="Conte du lac", age_rating=7)
    await a_published_film(app, library_app, title="Conte noir", age_rating=16)
    await a_published_film(app, library_app, title="Conte sans âge")
    child = as_child(app)
    assert [film.id for film in (await child.films()).items] == [fit.id]
    assert [film.id for film in (await child.films(FilmQuery(max_age=18))).items] == [fit.id]
    assert [film.id for film in (await child.search("conte")).items] == [fit.id]
    assert [film.id for film in (await child.home()).hero] == [fit.id]
    assert len((await as_stranger(app).films()).items) == 3
    assert len((await as_stranger(app).films(FilmQuery(max_age=16))).items) == 2
    assert len((await as_service(app).home()).hero) == 3
    assert len((await as_service(app).home(max_age=16)).hero) == 2


async def test_rails_by_hand_keep_to_the_age(app: FastAPI, library_app: FastAPI) -> None:
    fit = await a_published_film(app, library_app, title="Petit", age_rating=0)
    other = await a_published_film(app, library_app, title="Grand", age_rating=18)
    await as_admin(app).create_rail(
        RailNew(title_fr="Choix", title_en="Picks", kind=RailKind.manual,
                film_ids=[other.id, fit.id])
    )  # fmt: skip
    (rail,) = (await as_child(app).home()).rails
    assert [film.id for film in rail.items] == [fit.id]


async def test_a_series_shows_the_episodes_for_the_age(app: FastAPI, library_app: FastAPI) -> None:
    series = await as_admin(app).create_series(SeriesNew(title="Les Rues"))
    await a_published_film(app, library_app, title="Un", series_id=series.id, age_rating=7)
    await a_published_film(app, library_app, title="Deux", series_id=series.id, age_rating=12)
    grown = await as_admin(app).create_series(SeriesNew(title="La Nuit"))
    await a_published_film(app, library_app, title="Trois", series_id=grown.id, age_rating=18)
    found = await as_child(app).series(series.slug)
    assert [episode.film.title for episode in found.seasons[0].episodes] == ["Un"]
    assert [each.slug for each in (await as_child(app).series_list()).items] == [series.slug]
    with pytest.raises(SeriesNotFound):
        await as_child(app).series(grown.slug)
    assert len((await as_service(app).series_list()).items) == 2


async def test_a_film_for_others_is_neither_shown_nor_played(
    app: FastAPI, library_app: FastAPI
) -> None:
    film = await a_published_film(app, library_app, age_rating=12, trailer_guid="a-trailer")
    with pytest.raises(NotForThisAge) as refused:
        await as_child(app).film(film.slug)
    assert refused.value.extra == {"age_rating": 12, "max_age": 7}
    with pytest.raises(NotForThisAge):
        await as_child(app).play_film(film.id, PlaybackNew())
    with pytest.raises(NotForThisAge):
        await as_child(app).play_film(film.id, PlaybackNew(part="trailer"))
    assert (await as_child(app, 12).play_film(film.id, PlaybackNew())).film_id == film.id
