"""Several people watch on one account; children see what is for them, and need a PIN to leave."""

import re

import httpx
import pytest
from fastapi import FastAPI

from tests.admin_interface.browsing import see, send
from tests.factories import accounts, catalog
from tests.factories.accounts import PASSWORD
from tests.public_interface.conftest import believe

HERE = "/account/viewers"


@pytest.fixture
async def parent(browser: httpx.AsyncClient, accounts_app: FastAPI) -> httpx.AsyncClient:
    await accounts.a_viewer(accounts_app)
    form = {"email": "charlie@example.org", "password": PASSWORD}
    assert (await send(browser, "/sign-in", "/sign-in", form)).status_code == 303
    return browser


async def entry_of(browser: httpx.AsyncClient) -> str:
    page = await see(browser, HERE)
    found = re.search(r'action="(/account/viewers/[0-9a-f-]{36}/entry)"', page.text)
    assert found
    return found[1]


async def test_a_child_sees_what_is_for_children_and_needs_the_pin_to_leave(
    parent: httpx.AsyncClient,
    accounts_app: FastAPI,
    catalog_app: FastAPI,
    library_app: FastAPI,
) -> None:
    for title, age in (("Le lion et le griot", 0), ("Sang froid", 16)):
        await catalog.a_published_film(catalog_app, library_app, title=title, age_rating=age)
    believe(catalog_app, accounts_app)
    await send(parent, HERE, f"{HERE}/pin", {"pin": "4711"})
    await send(parent, HERE, HERE, {"name": "Kofi", "max_age": "7", "colour": "green"})
    page = await see(parent, HERE)
    assert "Kofi" in page.text
    assert "jusqu’à 7 ans" in page.text
    entered = await send(parent, HERE, await entry_of(parent), {})
    assert entered.headers["location"] == "/"
    films = await see(parent, "/films")
    assert "Le lion et le griot" in films.text
    assert "Sang froid" not in films.text
    assert (await parent.get("/films/sang-froid")).status_code == 403
    door = await see(parent, HERE)
    assert "Nouveau profil" not in door.text
    wrong = await send(parent, HERE, f"{HERE}/none/entry", {"pin": "0000"})
    assert wrong.status_code == 422
    assert "Ce n’est pas le bon PIN" in wrong.text
    await send(parent, HERE, f"{HERE}/none/entry", {"pin": "4711"})
    assert "Sang froid" in (await see(parent, "/films")).text


async def test_a_child_stays_a_child_when_the_session_is_renewed(
    parent: httpx.AsyncClient,
    accounts_app: FastAPI,
    catalog_app: FastAPI,
    library_app: FastAPI,
) -> None:
    await catalog.a_published_film(catalog_app, library_app, title="Sang froid", age_rating=16)
    believe(catalog_app, accounts_app)
    await send(parent, HERE, f"{HERE}/pin", {"pin": "4711"})
    await send(parent, HERE, HERE, {"name": "Kofi", "max_age": "7"})
    await send(parent, HERE, await entry_of(parent), {})
    parent.cookies.delete("account_access")
    assert "Sang froid" not in (await see(parent, "/films")).text


async def test_what_is_wrong_with_a_profile_or_a_pin_is_said_beside_its_field(
    parent: httpx.AsyncClient,
) -> None:
    nameless = await send(parent, HERE, HERE, {"name": " ", "max_age": "7"})
    assert 'id="f-name-about"' in nameless.text
    short = await send(parent, HERE, f"{HERE}/pin", {"pin": "12"})
    assert short.status_code == 422
    assert 'id="f-pin-about"' in short.text
    nobody = "01900000-0000-7000-8000-000000000000"
    await send(parent, HERE, f"{HERE}/{nobody}/removal", {})
    assert "notice" in (await see(parent, HERE)).text


async def test_somebody_just_signed_in_anew_by_the_way_watches_as_the_child_at_once(
    parent: httpx.AsyncClient,
    accounts_app: FastAPI,
    catalog_app: FastAPI,
    library_app: FastAPI,
) -> None:
    await catalog.a_published_film(catalog_app, library_app, title="Sang froid", age_rating=16)
    believe(catalog_app, accounts_app)
    await send(parent, HERE, f"{HERE}/pin", {"pin": "4711"})
    await send(parent, HERE, HERE, {"name": "Kofi", "max_age": "7"})
    page = await see(parent, HERE)
    form = {"csrf": page.text.split('name="csrf" value="')[1].split('"')[0]}
    entry = await entry_of(parent)
    parent.cookies.delete("account_access")  # so the same answer renews it, and enters
    assert (await parent.post(entry, data=form)).status_code == 303
    assert parent.cookies["account_refresh"]
    assert "Sang froid" not in (await see(parent, "/films")).text


async def test_a_profile_and_the_pin_are_changed_and_the_profile_goes_away(
    parent: httpx.AsyncClient,
) -> None:
    refused = await send(parent, HERE, HERE, {"name": "Kofi", "max_age": "7"})
    assert refused.headers["location"] == HERE
    assert "Choisissez d’abord un PIN" in (await see(parent, HERE)).text
    await send(parent, HERE, f"{HERE}/pin", {"pin": "4711"})
    await send(parent, HERE, HERE, {"name": "Kofi", "max_age": "7"})
    mine = (await entry_of(parent)).removesuffix("/entry")
    assert f'action="{mine}"' in (await see(parent, HERE)).text
    await send(parent, HERE, mine, {"name": "Ama", "max_age": "12", "colour": "teal"})
    page = await see(parent, HERE)
    assert "jusqu’à 12 ans" in page.text
    assert 'data-colour="teal"' in page.text
    assert "Kofi" not in page.text
    await send(parent, HERE, f"{HERE}/pin", {"pin": "0815", "proof": "1111"})
    await send(parent, HERE, f"{HERE}/pin", {"pin": "0815", "proof": "4711"})
    assert "Le PIN est enregistré" in (await see(parent, HERE)).text
    await send(parent, HERE, f"{mine}/entry", {})
    out = f"{HERE}/none/entry"
    assert (await send(parent, HERE, out, {"pin": "4711"})).status_code == 422
    assert (await send(parent, HERE, out, {"pin": "0815"})).status_code == 303
    await send(parent, HERE, f"{mine}/removal", {})
    page = await see(parent, HERE)
    assert "Le profil est supprimé" in page.text
    assert "Ama" not in page.text
