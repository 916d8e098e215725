"""In a child's profile, films for older people and the account itself are closed, kindly."""

import re

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from public_interface.app import ACCOUNT
from tests.admin_interface.browsing import check_house_rules, see, send
from tests.factories import accounts, catalog
from tests.factories.accounts import PASSWORD
from tests.public_interface.conftest import believe
from tests.public_interface.test_viewers import HERE, entry_of

ANYBODY = "01900000-0000-7000-8000-000000000000"
OPEN = {
    ("GET", "/account/viewers"),
    ("POST", "/account/viewers/{profile_id}/entry"),
    ("POST", "/account/sign-out"),
}


@pytest.fixture
async def child(
    browser: httpx.AsyncClient,
    accounts_app: FastAPI,
    catalog_app: FastAPI,
    library_app: FastAPI,
) -> httpx.AsyncClient:
    """Kofi, seven years old, on his parent's account."""
    await catalog.a_published_film(catalog_app, library_app, title="Sang froid", age_rating=16)
    await catalog.a_published_film(catalog_app, library_app, title="Sans âge")
    believe(catalog_app, accounts_app)
    await accounts.a_viewer(accounts_app)
    form = {"email": "charlie@example.org", "password": PASSWORD}
    await send(browser, "/sign-in", "/sign-in", form)
    await send(browser, HERE, f"{HERE}/pin", {"pin": "4711"})
    await send(browser, HERE, HERE, {"name": "Kofi", "max_age": "7"})
    await send(browser, HERE, await entry_of(browser), {})
    return browser


def account_doors() -> list[tuple[str, str]]:
    """Return every method and path of the account."""
    routes = [route for page in ACCOUNT for route in page.router.routes]
    return [
        (method, route.path)
        for route in routes
        if isinstance(route, APIRoute) and route.path.startswith("/account")
        for method in sorted(route.methods or ())
    ]


async def test_a_film_for_older_people_says_so_and_shows_a_way_back(
    child: httpx.AsyncClient,
) -> None:
    for path in ("/films/sang-froid", "/watch/sang-froid"):
        answer = await child.get(path)
        check_house_rules(answer)
        assert answer.status_code == 403
        assert "Ce film est pour les plus grands" in answer.text
        assert "à partir de 16 ans" in answer.text
        assert 'href="/films"' in answer.text
        assert 'href="/account/viewers"' in answer.text
    assert "Personne n’a encore dit" in (await child.get("/films/sans-age")).text
    asked = await child.get("/watch/sang-froid", headers={"Accept": "application/json"})
    assert asked.json()["error"] == "NotForThisAge"


async def test_every_door_of_the_account_is_closed_to_a_child(child: httpx.AsyncClient) -> None:
    token = re.search(r'name="csrf" value="([^"]+)"', (await see(child, HERE)).text)
    assert token
    doors = account_doors()
    assert len(doors) > 30
    for method, path in doors:
        if (method, path) in OPEN:
            continue
        here = re.sub(r"\{[a-z_]+\}", ANYBODY, path)
        answer = await child.request(method, here, data={"csrf": token[1]})
        assert answer.status_code == 403, (method, path)
        assert "Ici, c’est pour les grands" in answer.text, (method, path)
    check_house_rules(await child.get("/account"))
    assert (await send(child, HERE, f"{HERE}/none/entry", {"pin": "4711"})).status_code == 303
    await see(child, "/account")


async def test_films_say_from_what_age_on_they_are(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    await catalog.a_published_film(catalog_app, library_app, title="Sang froid", age_rating=16)
    await catalog.a_published_film(catalog_app, library_app, title="Conte", age_rating=0)
    await catalog.a_published_film(catalog_app, library_app, title="Sans âge")
    films = await see(browser, "/films")
    assert films.text.count('class="age"') == 1
    assert ">16+</span>" in films.text
    assert ">Tout public</span>" in (await see(browser, "/films/conte")).text
    assert ">Tout public</span>" not in (await see(browser, "/films/sans-age")).text
