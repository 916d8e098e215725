"""Coming in with an account, staying in, and going out."""

import httpx
import pytest
from fastapi import FastAPI

from kit.client import Signer
from kit.contracts.accounts import AccountsClient, SigningKeyNew
from kit.settings import WEAK
from tests.admin_interface.browsing import see, send
from tests.factories import accounts
from tests.factories.accounts import PASSWORD
from tests.public_interface.conftest import believe
from tests.wiring import http

CHARLIE: dict[str, str] = {"email": "charlie@example.org", "password": PASSWORD}


async def sign_in(browser: httpx.AsyncClient, **changes: str) -> httpx.Response:
    return await send(browser, "/sign-in", "/sign-in", CHARLIE | changes)


async def test_an_account_opens_with_e_mail_and_password(
    browser: httpx.AsyncClient, accounts_app: FastAPI
) -> None:
    await accounts.a_viewer(accounts_app)
    answer = await sign_in(browser)
    assert answer.headers["location"] == "/account"
    cookies = answer.headers.get_list("set-cookie")
    for name in ("account_access", "account_refresh"):
        cookie = next(each for each in cookies if each.startswith(name))
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
    assert answer.headers["cache-control"] == "no-store"
    assert "Compte" in (await see(browser, "/")).text


async def test_a_wrong_password_and_an_unknown_address_look_the_same(
    browser: httpx.AsyncClient, accounts_app: FastAPI
) -> None:
    await accounts.a_viewer(accounts_app)
    texts = set()
    for changes in ({"password": "un autre mot de passe"}, {"email": "nobody@example.org"}):
        answer = await sign_in(browser, **changes)
        assert answer.status_code == 401
        assert "ne vont pas ensemble" in answer.text
        texts.add(answer.text.replace(changes.get("email", CHARLIE["email"]), "…"))
    assert len(texts) == 1


async def test_what_is_missing_is_said_beside_its_field(browser: httpx.AsyncClient) -> None:
    answer = await sign_in(browser, email="personne", password="")
    assert answer.status_code == 422
    assert 'id="f-email-about"' in answer.text
    assert 'id="f-password-about"' in answer.text
    assert 'value="personne"' in answer.text


async def test_one_goes_on_to_where_one_was_going(
    browser: httpx.AsyncClient, accounts_app: FastAPI
) -> None:
    await accounts.a_viewer(accounts_app)
    door = await browser.get("/account/codes")
    assert door.headers["location"] == "/sign-in?next=/account/codes"
    page = await see(browser, door.headers["location"])
    assert 'name="next" value="/account/codes"' in page.text
    answer = await sign_in(browser, next="/account/codes")
    assert answer.headers["location"] == "/account/codes"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_signing_in_leads_to_no_other_site(
    browser: httpx.AsyncClient, accounts_app: FastAPI, target: str
) -> None:
    await accounts.a_viewer(accounts_app)
    assert (await sign_in(browser, next=target)).headers["location"] == "/account"


async def test_a_session_is_renewed_quietly(
    browser: httpx.AsyncClient, accounts_app: FastAPI
) -> None:
    await accounts.a_viewer(accounts_app)
    await sign_in(browser)
    before = browser.cookies["account_refresh"]
    browser.cookies.delete("account_access")
    page = await see(browser, "/account/security")
    assert "charlie@example.org" in page.text
    assert browser.cookies["account_access"]
    assert browser.cookies["account_refresh"] != before


async def test_signing_out_ends_the_session_there_too(
    browser: httpx.AsyncClient, accounts_app: FastAPI
) -> None:
    await accounts.a_viewer(accounts_app)
    await sign_in(browser)
    stolen = browser.cookies["account_refresh"]
    for path in ("/", "/films", "/account"):
        assert 'action="/account/sign-out"' in (await see(browser, path)).text.split("<footer")[1]
    answer = await send(browser, "/films", "/account/sign-out", {})
    assert answer.headers["location"] == "/sign-in"
    assert "account_refresh" not in browser.cookies
    page = await see(browser, "/films")
    assert "Vous êtes déconnecté." in page.text
    assert "/account/sign-out" not in page.text
    browser.cookies.set("account_refresh", stolen)
    again = await browser.get("/account/security")
    assert again.headers["location"] == "/sign-in?next=/account/security"
    assert 'account_refresh=""' in str(again.headers.get_list("set-cookie"))


async def test_while_accounts_are_away_films_are_shown_and_the_door_says_so(
    browser: httpx.AsyncClient, accounts_app: FastAPI, app: FastAPI
) -> None:
    await accounts.a_viewer(accounts_app)
    await sign_in(browser)
    browser.cookies.delete("account_access")
    app.state.clients[AccountsClient] = AccountsClient.at(app.state.settings, "http://127.0.0.1:9")
    assert (await browser.get("/films")).status_code == 200
    answer = await sign_in(browser)
    assert answer.status_code == 503
    assert "ne répond pas" in answer.text


async def test_a_key_that_is_withdrawn_while_one_watches_disturbs_nobody(
    app: FastAPI, browser: httpx.AsyncClient, accounts_app: FastAPI, catalog_app: FastAPI
) -> None:
    await accounts.a_viewer(accounts_app)
    await sign_in(browser)
    before = browser.cookies["account_access"]
    assert (await browser.get("/?page=1")).status_code == 200
    await AccountsClient(
        http(accounts_app), Signer(WEAK, "test", "accounts_service")
    ).replace_signing_key(SigningKeyNew(leaked=True))
    believe(catalog_app, accounts_app)  # it has heard of it, the portal has not
    app.state.keys.fetched_at -= 10  # it asked a while ago, and may ask again
    answer = await browser.get("/?page=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?page=1")
    assert (await browser.get("/?page=1")).status_code == 200
    assert browser.cookies["account_access"] != before
