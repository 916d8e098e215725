"""Public pages of makers, following, and the links that end e-mails."""

import httpx
from fastapi import FastAPI

from kit.contracts.accounts.profiles import ProfileChange
from kit.contracts.accounts.studios import InvitationAccount, InvitationNew
from kit.contracts.catalog.shelves import SeriesNew
from tests.admin_interface.browsing import see, send
from tests.factories import accounts, catalog
from tests.factories.accounts import PASSWORD
from tests.public_interface.conftest import believe


async def a_maker(app: FastAPI) -> str:
    """Let Awa, a film-maker, show her page; return its slug."""
    owner = await accounts.an_owner(app)
    admin = accounts.as_stranger(app).acting(owner.access_token)
    new = {"email": "awa@example.org", "role": "filmmaker", "by_hand": True}
    link = (await admin.invite(InvitationNew.model_validate(new))).link or ""
    accepted = await accounts.as_stranger(app).accept_as_new(
        InvitationAccount(token=link.rpartition("/l/")[2], name="Awa Diop", password=PASSWORD)
    )
    awa = accounts.as_stranger(app).acting(accepted.access_token)
    page = await awa.change_profile(ProfileChange(is_public=True, bio="Je filme la mer."))
    return page.slug or ""


async def test_who_makes_films_has_a_page_and_is_followed(
    browser: httpx.AsyncClient, accounts_app: FastAPI
) -> None:
    slug = await a_maker(accounts_app)
    await accounts.a_viewer(accounts_app)
    here = f"/makers/{slug}"
    page = await see(browser, here)
    assert "Je filme la mer." in page.text
    assert f'href="/sign-in?next={here}"' in page.text
    form = {"email": "charlie@example.org", "password": PASSWORD, "next": here}
    assert (await send(browser, "/sign-in", "/sign-in", form)).headers["location"] == here
    topic = (await see(browser, here)).text.split('name="topic" value="')[1].split('"')[0]
    wish = {"topic": topic, "is_on": "true", "next": here}
    assert (await send(browser, here, "/follows", wish)).headers["location"] == here
    assert "Ne plus suivre" in (await see(browser, here)).text
    await send(browser, here, "/follows", wish | {"is_on": "false"})
    assert "Ne plus suivre" not in (await see(browser, here)).text


async def test_a_series_is_followed_from_its_page(
    browser: httpx.AsyncClient, accounts_app: FastAPI, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    made = await catalog.as_admin(catalog_app).create_series(SeriesNew(title="Les Rues"))
    await catalog.a_published_film(catalog_app, library_app, series_id=made.id)
    believe(catalog_app, accounts_app)
    await accounts.a_viewer(accounts_app)
    here = f"/series/{made.slug}"
    assert f'href="/sign-in?next={here}"' in (await see(browser, here)).text
    form = {"email": "charlie@example.org", "password": PASSWORD, "next": here}
    await send(browser, "/sign-in", "/sign-in", form)
    assert f'name="topic" value="series:{made.id}"' in (await see(browser, here)).text
    wish = {"topic": f"series:{made.id}", "is_on": "true", "next": here}
    assert (await send(browser, here, "/follows", wish)).headers["location"] == here
    assert "Ne plus suivre" in (await see(browser, here)).text


async def test_a_page_that_is_not_shown_is_nowhere(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/makers/nobody")
    assert answer.status_code == 404
    assert "L’écran est vide" in answer.text


async def test_a_broken_link_of_an_e_mail_says_what_to_do(browser: httpx.AsyncClient) -> None:
    for answer in (
        await browser.get("/unsubscribe/broken"),
        await browser.post("/unsubscribe/broken", data={"List-Unsubscribe": "One-Click"}),
    ):
        assert answer.status_code == 422
        assert "Ce lien n’est pas entier" in answer.text
