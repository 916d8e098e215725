"""Series, categories, tags, rails and the home page."""

import pytest
from fastapi import FastAPI

from kit.contracts.catalog.errors import (
    CategoryNotFound,
    FilmNotFound,
    RailNotFound,
    RailWithoutReference,
    SeriesNotFound,
    SlugTaken,
    TagNotFound,
)
from kit.contracts.catalog.shelves import (
    CategoryChange,
    CategoryNew,
    RailChange,
    RailKind,
    RailNew,
    SeasonChange,
    SeriesChange,
    SeriesNew,
    TagChange,
    TagNew,
)
from kit.errors import Forbidden, Unauthenticated
from tests.cast import CHARLIE
from tests.factories.catalog import a_film, a_published_film, as_admin, as_stranger


async def test_the_categories_of_the_papers_are_there(app: FastAPI) -> None:
    found = await as_stranger(app).categories()
    assert [each.name_fr for each in found.items] == ["RAW", "ART", "VIP", "DUO", "SOLO"]


async def test_strangers_change_no_shelves(app: FastAPI) -> None:
    with pytest.raises(Unauthenticated):
        await as_stranger(app).create_category(CategoryNew(name_fr="Court"))
    with pytest.raises(Forbidden):
        await as_admin(app, CHARLIE, "viewer").create_tag(TagNew(name="Nuit"))
    with pytest.raises(Unauthenticated):
        await as_stranger(app).rails()
    with pytest.raises(Unauthenticated):
        await as_stranger(app).series_list(everything=True)


async def test_a_category_counts_what_the_caller_may_see(
    app: FastAPI, library_app: FastAPI
) -> None:
    await a_published_film(app, library_app, categories=["raw"])
    await a_film(app, categories=["raw"])
    public = (await as_stranger(app).categories()).items[0]
    everything = (await as_admin(app).categories(everything=True)).items[0]
    assert (public.films, everything.films) == (1, 2)


async def test_a_category_lives_and_dies(app: FastAPI) -> None:
    client = as_admin(app)
    made = await client.create_category(CategoryNew(name_fr="Court métrage", name_en="Short"))
    assert made.slug == "court-metrage"
    film = await a_film(app, categories=["court-metrage"])
    with pytest.raises(SlugTaken):
        await client.change_category(made.id, CategoryChange(slug="raw"))
    await client.change_category(made.id, CategoryChange(slug="court", name_fr="Court"))
    found = await client.film(film.id, everything=True)
    assert [(each.slug, each.name_fr) for each in found.categories] == [("court", "Court")]
    await client.delete_category("court")
    assert (await client.film(film.id, everything=True)).categories == []
    with pytest.raises(CategoryNotFound):
        await client.delete_category("court")


async def test_a_tag_lives_and_dies(app: FastAPI) -> None:
    client = as_admin(app)
    first = await client.create_tag(TagNew(name="Nuit noire"))
    assert (await client.create_tag(TagNew(name="nuit  noire"))).id == first.id
    await client.create_tag(TagNew(name="Jour"))
    film = await a_film(app, tags=["Nuit noire"])
    assert [(each.slug, each.films) for each in (await client.tags()).items] == [
        ("jour", 0),
        ("nuit-noire", 1),
    ]
    assert len((await client.tags(q="noir")).items) == 1
    with pytest.raises(SlugTaken):
        await client.change_tag(first.id, TagChange(name="Jour"))
    await client.delete_tag("nuit-noire")
    assert (await client.film(film.id, everything=True)).tags == []
    with pytest.raises(TagNotFound):
        await client.delete_tag("nuit-noire")


async def test_a_series_shows_its_seasons_and_episodes_in_order(
    app: FastAPI, library_app: FastAPI
) -> None:
    client = as_admin(app)
    series = await client.create_series(SeriesNew(title="Les Rues", synopsis="Trois rues."))
    with pytest.raises(SeriesNotFound):
        await as_stranger(app).series("les-rues")
    for season, episode in ((2, 1), (1, 2), (1, 1)):
        await a_published_film(
            app,
            library_app,
            title=f"S{season}E{episode}",
            series_id=series.id,
            season=season,
            episode=episode,
        )
    await a_film(app, title="Pas encore", series_id=series.id, season=1)
    await client.change_season("les-rues", 1, SeasonChange(title="Première"))
    found = await as_stranger(app).series("les-rues")
    assert [(each.number, each.title) for each in found.seasons] == [(1, "Première"), (2, "")]
    assert [[each.film.title for each in season.episodes] for season in found.seasons] == [
        ["S1E1", "S1E2"],
        ["S2E1"],
    ]
    listed = (await as_stranger(app).series_list()).items
    assert [(each.slug, each.seasons, each.episodes) for each in listed] == [("les-rues", 2, 3)]
    everything = await client.series("les-rues", everything=True)
    assert len(everything.seasons[0].episodes) == 3


async def test_a_series_that_is_renamed_or_deleted_takes_its_episodes_along(
    app: FastAPI,
) -> None:
    client = as_admin(app)
    series = await client.create_series(SeriesNew(title="Les Rues"))
    film = await a_film(app, series_id=series.id)
    await client.change_series(series.id, SeriesChange(title="Les Ruelles", slug="ruelles"))
    found = await client.film(film.id, everything=True)
    assert found.series is not None
    assert (found.series.title, found.series.slug) == ("Les Ruelles", "ruelles")
    await client.delete_series("ruelles")
    assert (await client.film(film.id, everything=True)).series is None


async def test_rails_hold_films_by_hand_and_by_rule(app: FastAPI, library_app: FastAPI) -> None:
    client = as_admin(app)
    raw = await a_published_film(app, library_app, title="Brut", categories=["raw"])
    vip = await a_published_film(app, library_app, title="Cher", access_level="vip")
    draft = await a_film(app, title="Secret")
    await client.create_rail(RailNew(title_fr="Choisis", film_ids=[vip.id, draft.id, raw.id]))
    await client.create_rail(RailNew(title_fr="Bruts", kind=RailKind.category, reference="raw"))
    await client.create_rail(RailNew(title_fr="Vide", kind=RailKind.tag, reference="nowhere"))
    await client.create_rail(RailNew(title_fr="Neufs", kind=RailKind.latest, length=1))
    await client.create_rail(RailNew(title_fr="Caché", kind=RailKind.latest, is_hidden=True))
    await client.create_rail(RailNew(title_fr="VIP", kind=RailKind.access_level, reference="vip"))
    home = await as_stranger(app).home()
    assert [(each.title_fr, [film.title for film in each.items]) for each in home.rails] == [
        ("Choisis", ["Cher", "Brut"]),
        ("Bruts", ["Brut"]),
        ("Neufs", ["Cher"]),
        ("VIP", ["Cher"]),
    ]
    assert [each.title for each in home.hero] == ["Cher", "Brut"]
    await client.create_rail(RailNew(title_fr="À la une", kind=RailKind.hero, film_ids=[raw.id]))
    assert [each.title for each in (await as_stranger(app).home()).hero] == ["Brut"]


async def test_rails_are_ordered_changed_and_deleted(app: FastAPI) -> None:
    client = as_admin(app)
    one = await client.create_rail(RailNew(title_fr="Un"))
    two = await client.create_rail(RailNew(title_fr="Deux"))
    assert [each.slug for each in (await client.order_rails([two.id, one.id])).items] == [
        "deux",
        "un",
    ]
    changed = await client.change_rail("un", RailChange(title_fr="Premier", is_hidden=True))
    assert (changed.title_fr, changed.is_hidden, changed.slug) == ("Premier", True, "un")
    with pytest.raises(RailWithoutReference):
        await client.change_rail("un", RailChange(kind=RailKind.category))
    with pytest.raises(FilmNotFound):
        await client.change_rail("un", RailChange(film_ids=[CHARLIE]))
    await client.delete_rail("un")
    with pytest.raises(RailNotFound):
        await client.delete_rail("un")


async def test_lists_of_shelves_are_paged(app: FastAPI, library_app: FastAPI) -> None:
    client = as_admin(app)
    for n in range(3):
        series = await client.create_series(SeriesNew(title=f"Série {n}"))
        await a_published_film(app, library_app, series_id=series.id, tags=[f"Tag {n}"])
    for listed in (client.series_list, client.categories, client.tags):
        first = await listed(limit=2)
        second = await listed(limit=2, cursor=first.next_cursor)
        slugs = [each.slug for each in [*first.items, *second.items]]
        assert len(set(slugs)) == min(4, len(slugs)) >= 3
