"""Search against a brute-force model, and what it forgives."""

import random
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from catalog_service.rules import search as rules
from kit.contracts.catalog.films import FilmQuery
from kit.contracts.catalog.search import SearchResults
from kit.contracts.catalog.shelves import CategoryChange, TagChange
from kit.errors import Unauthenticated
from tests.factories.catalog import a_film, a_published_film, as_admin, as_stranger

# Words that no stemmer touches, so that the model needs none.
WORDS = ["kora", "lome", "baobab", "zem", "tata", "akwaba", "wax", "fufu", "djembe", "sahel"]


async def find(app: FastAPI, q: str, **filters: Any) -> SearchResults:
    return await as_stranger(app).search(q, FilmQuery(**filters))


def titles(found: SearchResults) -> list[str]:
    return [each.title for each in found.items]


async def test_search_finds_what_a_model_finds(app: FastAPI, library_app: FastAPI) -> None:
    chance = random.Random(7)
    made: dict[UUID, dict[str, Any]] = {}
    for _ in range(25):
        values = {
            "title": " ".join(chance.sample(WORDS, 2)),
            "synopsis": " ".join(chance.sample(WORDS, 3)),
            "year": chance.choice([1999, 2010, 2025]),
            "access_level": chance.choice(["public", "vip"]),
            "categories": chance.sample(["raw", "art", "duo"], 1),
            "countries": chance.sample(["TG", "SN", "CI"], 2),
        }
        film = await a_published_film(app, library_app, **values)
        made[film.id] = values
    questions: list[tuple[str, dict[str, Any]]] = [
        ("kora", {}),
        ("kora lome", {}),
        ("sahel", {"year": 1999}),
        ("wax", {"access_level": "vip", "category": "raw"}),
        ("", {"country": "TG", "year_from": 2000}),
        ("", {}),
        ("fufu baobab", {"category": "art"}),
    ]
    for q, filters in questions:
        wanted = {film_id for film_id, values in made.items() if fits(values, q, filters)}
        found = await find(app, q, **filters)
        assert {each.id for each in found.items} == wanted, (q, filters)
        assert found.total == len(wanted)
        assert found.facets is not None
        years = Counter(str(made[film_id]["year"]) for film_id in wanted)
        assert {each.value: each.count for each in found.facets.year} == years
        countries = Counter(c for film_id in wanted for c in made[film_id]["countries"])
        assert {each.value: each.count for each in found.facets.country} == countries
        for wanted_sort in ("newest", "title", "year"):
            pages = await all_pages(app, q, wanted_sort, filters)
            assert sorted(pages) == sorted(wanted), (q, filters, wanted_sort)


def fits(values: dict[str, Any], q: str, filters: dict[str, Any]) -> bool:
    """Say whether a film passes, in the most naive way."""
    words = f"{values['title']} {values['synopsis']} {' '.join(values['categories'])}".split()
    checks = {
        "year": lambda v: values["year"] == v,
        "year_from": lambda v: values["year"] >= v,
        "access_level": lambda v: values["access_level"] == v,
        "category": lambda v: v in values["categories"],
        "country": lambda v: v in values["countries"],
    }
    return all(word in words for word in q.split()) and all(
        checks[name](value) for name, value in filters.items()
    )


async def all_pages(app: FastAPI, q: str, sort: Any, filters: dict[str, Any]) -> list[UUID]:
    seen: list[UUID] = []
    cursor = None
    while True:
        page = await as_stranger(app).search(
            q, FilmQuery(**filters), sort=sort, cursor=cursor, limit=4, facets=False
        )
        seen += [each.id for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return seen


@pytest.mark.parametrize(
    "q",
    [
        "Étoiles filantes",  # as it is written
        "etoiles",  # without accents
        "ÉTOILE",  # singular, upper case
        "filante",
        "eto",  # still being typed
        "étoil",
        "etoilles",  # a letter too many
        "etiole",  # two letters swapped
        "kossi",  # who made it
        "amérique",  # in the synopsis
        "stars",  # English in the synopsis, another number
        "starring",
        "les etoiles de la nuit",
        "art",  # a category
        "afrofuturisme",  # a tag
    ],
)
async def test_a_film_is_found_by(app: FastAPI, library_app: FastAPI, q: str) -> None:
    await a_published_film(
        app,
        library_app,
        title="Les Étoiles filantes de la nuit",
        synopsis="De l’Amérique à Lomé. He stars in it.",
        credits=[{"role": "director", "name": "Ama Kossi"}],
        categories=["art"],
        tags=["Afrofuturisme"],
    )
    await a_published_film(app, library_app, title="Autre chose")
    assert titles(await find(app, q)) == ["Les Étoiles filantes de la nuit"]


async def test_a_typo_says_what_was_searched_for_instead(
    app: FastAPI, library_app: FastAPI
) -> None:
    for n in range(3):
        await a_published_film(app, library_app, title=f"Lumière {n}")
    found = await as_stranger(app).search("lumeire", limit=2)
    assert (found.corrected, found.total) == ("lumiere", 3)
    rest = await as_stranger(app).search("lumeire", limit=2, cursor=found.next_cursor)
    assert len({each.id for each in [*found.items, *rest.items]}) == 3


async def test_what_resembles_nothing_finds_nothing(app: FastAPI, library_app: FastAPI) -> None:
    await a_published_film(app, library_app)
    found = await find(app, "xyzzyq")
    assert (found.items, found.total, found.corrected) == ([], 0, None)


async def test_a_title_outranks_a_synopsis(app: FastAPI, library_app: FastAPI) -> None:
    await a_published_film(app, library_app, title="Baobab")
    await a_published_film(app, library_app, title="Autre", synopsis="sous le baobab baobab")
    assert titles(await find(app, "baobab")) == ["Baobab", "Autre"]


async def test_the_public_finds_no_drafts(app: FastAPI, library_app: FastAPI) -> None:
    await a_film(app, title="Baobab secret")
    assert (await find(app, "baobab")).total == 0
    with pytest.raises(Unauthenticated):
        await find(app, "baobab", status="all")
    found = await as_admin(app).search("baobab", FilmQuery(status="draft"))
    assert titles(found) == ["Baobab secret"]


async def test_facets_carry_names_in_both_languages(app: FastAPI, library_app: FastAPI) -> None:
    await a_published_film(app, library_app, categories=["raw"], tags=["Nuit"])
    await as_admin(app).change_category("raw", CategoryChange(name_fr="Brut", name_en="Raw"))
    facets = (await find(app, "")).facets
    assert facets is not None
    assert [(each.value, each.label_fr, each.label_en) for each in facets.category] == [
        ("raw", "Brut", "Raw")
    ]
    assert [(each.value, each.label_en) for each in facets.access_level] == [("public", "Free")]
    assert [each.label_fr for each in facets.tag] == ["Nuit"]


async def test_a_renamed_tag_is_found_by_its_new_name(app: FastAPI, library_app: FastAPI) -> None:
    await a_published_film(app, library_app, tags=["Nuit"])
    await as_admin(app).change_tag("nuit", TagChange(name="Crépuscule"))
    assert (await find(app, "crepuscule")).total == 1
    assert (await find(app, "", tag="crepuscule")).total == 1
    assert (await find(app, "", tag="nuit")).total == 0


@pytest.mark.parametrize("q", ["'", "\\", "a & !b", "((", ":*", "<->", "%_", "'; DROP TABLE film"])
async def test_nothing_typed_is_taken_for_a_query_language(
    app: FastAPI, library_app: FastAPI, q: str
) -> None:
    await a_published_film(app, library_app, title="Baobab")
    for text in (q, f"baobab {q}"):
        found = await as_stranger(app).search(text, FilmQuery(category=q, tag=q))
        assert found.total == 0


async def test_search_looks_at_no_more_than_its_candidates(
    app: FastAPI, library_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "CANDIDATES", 3)
    monkeypatch.setattr("catalog_service.queries.search.CANDIDATES", 3)
    for n in range(5):
        await a_published_film(app, library_app, title=f"Baobab {n}")
    found = await find(app, "baobab")
    assert (found.total, found.is_more, len(found.items)) == (3, True, 4)
