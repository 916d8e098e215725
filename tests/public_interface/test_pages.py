import httpx
import pytest
from fastapi import FastAPI

from kit.contracts.catalog.changes import FilmChange
from kit.contracts.catalog.shelves import RailNew, SeriesNew
from tests.admin_interface.browsing import see
from tests.factories import catalog
from tests.public_interface.conftest import visitor
from tests.translations import ROOT, missing


async def test_an_empty_house_says_so_and_offers_something_to_do(
    browser: httpx.AsyncClient,
) -> None:
    assert "Le rideau n’est pas encore levé" in (await see(browser, "/")).text
    assert "Aucun film à l’affiche" in (await see(browser, "/films")).text
    assert "Pas encore de série" in (await see(browser, "/series")).text


async def test_home_shows_the_hero_and_the_rails(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    first = await catalog.a_published_film(catalog_app, library_app, title="Harmattan")
    await catalog.a_published_film(catalog_app, library_app, title="Nuit sur la lagune")
    admin = catalog.as_admin(catalog_app)
    await admin.create_rail(RailNew(title_fr="À la une", kind="hero", film_ids=[first.id]))
    await admin.create_rail(RailNew(title_fr="Nouveautés", title_en="New", kind="latest"))
    page = await see(browser, "/")
    assert 'class="hero"' in page.text
    assert 'href="/watch/harmattan"' in page.text
    assert "Nouveautés" in page.text
    assert "Nuit sur la lagune" in page.text


async def test_a_film_says_what_it_is_and_plays(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    film = await catalog.a_published_film(
        catalog_app,
        library_app,
        title="Les piroguiers de Joal",
        year=2022,
        countries=["SN"],
        languages=["wo"],
        synopsis="La mer se retire.",
        duration_seconds=6120,
        credits=[{"role": "director", "name": "Awa Diop"}],
    )
    page = await see(browser, f"/films/{film.slug}")
    for words in ("2022", "Sénégal", "1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}42", "wolof",
                  "La mer se retire.", "Réalisation", "Awa Diop", "Regarder"):  # fmt: skip
        assert words in page.text
    assert '<meta property="og:title" content="Les piroguiers de Joal">' in page.text
    assert f'href="/watch/{film.slug}"' in page.text


async def test_a_draft_and_a_withdrawn_film_are_nowhere(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    draft = await catalog.a_film(catalog_app, title="Brouillon")
    gone = await catalog.a_published_film(catalog_app, library_app, title="Retiré")
    await catalog.as_admin(catalog_app).withdraw_film(gone.id)
    for slug in (draft.slug, gone.slug):
        for path in (f"/films/{slug}", f"/watch/{slug}"):
            answer = await browser.get(path)
            assert answer.status_code == 404
            assert "L’écran est vide" in answer.text
    assert "Brouillon" not in (await see(browser, "/films")).text


async def test_films_are_found_filtered_and_paged_without_scripts(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    await catalog.a_published_film(catalog_app, library_app, title="Harmattan", categories=["raw"])
    await catalog.a_published_film(catalog_app, library_app, title="Lagune", access_level="vip")
    both = await see(browser, "/films")
    assert "2 films" in both.text
    found = await see(browser, "/films?q=harmatan")
    assert "Harmattan" in found.text
    assert "Lagune" not in found.text
    vip = await see(browser, "/films?access=vip&category=&q=")
    assert "1 film" in vip.text
    assert "Harmattan" not in vip.text
    none = await see(browser, "/films?q=zzzzzz")
    assert "Rien ne correspond" in none.text


async def test_what_changes_as_one_types_is_the_same_list_without_its_frame(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    await catalog.a_published_film(catalog_app, library_app, title="Harmattan")
    part = await browser.get("/films?q=harma&fragment=1")
    assert "Harmattan" in part.text
    assert "<html" not in part.text


@pytest.mark.parametrize("query", ["year=abc", "access=gold", "sort=best", "cursor=%00"])
async def test_a_senseless_filter_is_answered_with_a_page(
    browser: httpx.AsyncClient, query: str
) -> None:
    answer = await browser.get(f"/films?{query}")
    assert answer.status_code == 422
    assert "Cette demande est illisible" in answer.text


async def test_a_series_shows_its_seasons_and_leads_from_episode_to_episode(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    admin = catalog.as_admin(catalog_app)
    series = await admin.create_series(SeriesNew(title="Cour commune", synopsis="Un robinet."))
    first = await catalog.a_published_film(catalog_app, library_app, title="Le portail")
    second = await catalog.a_published_film(catalog_app, library_app, title="L’eau courante")
    for number, film in ((1, first), (2, second)):
        await admin.change_film(film.id, FilmChange(series_id=series.id, season=1, episode=number))
    assert "2 épisodes" in (await see(browser, "/series")).text
    page = await see(browser, "/series/cour-commune")
    assert "Saison 1" in page.text
    assert "2. L’eau courante" in page.text
    about = await see(browser, f"/films/{first.slug}")
    assert "Saison 1, épisode 1" in about.text
    watching = await see(browser, f"/watch/{first.slug}")
    assert f'data-next="/watch/{second.slug}"' in watching.text


async def test_pictures_of_the_catalogue_are_passed_on_for_ever(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI, poster: bytes
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app)
    await catalog.as_admin(catalog_app).set_poster(film.id, poster)
    page = await see(browser, f"/films/{film.slug}")
    address = page.text.split('<div class="cover">')[1].split('src="')[1].split('"')[0]
    for _ in range(2):
        picture = await browser.get(address)
        assert picture.headers["content-type"] == "image/webp"
        assert "immutable" in picture.headers["cache-control"]
        assert len(picture.content) > 100


@pytest.mark.parametrize(
    "path", ["nothing.webp", "x.html", "%2e%2e/health", "..%2f..%2ffilms.webp"]
)
async def test_only_pictures_are_passed_on(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(f"/images/{path}")).status_code == 404


async def test_english_is_spoken_to_whom_it_helps(app: FastAPI) -> None:
    async with visitor(app, **{"Accept-Language": "en-GB,en;q=0.8"}) as browser:
        assert "The curtain has not risen yet" in (await see(browser, "/")).text
        chosen = await browser.get("/films?lang=fr&q=x", follow_redirects=True)
        assert "Rien ne correspond" in chosen.text
        assert chosen.url.query == b"q=x"


def test_every_text_of_the_portal_has_its_english() -> None:
    assert missing(ROOT / "public_interface") == []


async def test_machines_find_the_films_but_not_what_is_private(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app)
    robots = (await browser.get("/robots.txt")).text
    assert "Disallow: /watch/" in robots
    assert "Sitemap: http://portal.test/sitemap.xml" in robots
    sitemap = (await browser.get("/sitemap.xml")).text
    assert f"<loc>http://portal.test/films/{film.slug}</loc>" in sitemap
    manifest = (await browser.get("/manifest.webmanifest")).json()
    assert manifest["name"] == "Karangou"
