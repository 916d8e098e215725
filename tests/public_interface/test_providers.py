"""Coming in with an account elsewhere: the portal's pages, a provider's real answers."""

from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

import accounts_service.app
from accounts_service.settings import Settings as AccountsSettings
from kit.contracts.publisher.client import PublisherClient
from tests.accounts_service.mails import Mails
from tests.admin_interface.browsing import see, send
from tests.conftest import DatabaseUrl, Start
from tests.factories import accounts
from tests.factories.accounts import PASSWORD
from tests.factories.providers import LIST
from tests.fakes.oidc_provider import OidcProvider
from tests.public_interface.conftest import visitor
from tests.wiring import http

SECURITY, BACK = "/account/security", "/sign-in/google/back"


@pytest.fixture
def provider() -> OidcProvider:
    return OidcProvider()


@pytest.fixture
async def accounts_app(
    database_url: DatabaseUrl, valkey_url: str, start: Start, mails: Mails, provider: OidcProvider
) -> FastAPI:
    """Give accounts that offer Google, Apple, Facebook and a school's own provider."""
    settings = AccountsSettings(
        environment="test",
        database_url=database_url("accounts_service"),
        valkey_url=valkey_url,
        portal_public_url="http://portal.test",
        providers=SecretStr(LIST),
    )
    app = await start(accounts_service.app.create_app(settings, PublisherClient(http(mails.app))))
    await app.state.tools.providers.close()
    line = httpx.ASGITransport(provider.app, raise_app_exceptions=False)
    app.state.tools.providers.http = httpx.AsyncClient(transport=line)
    return app


async def agreed(
    browser: httpx.AsyncClient, provider: OidcProvider, path: str = "/sign-in/with/google"
) -> str:
    """Leave for the provider, say yes there, and return the address that leads back."""
    away = await browser.get(path)
    assert away.status_code == 303
    assert away.headers["location"].startswith("https://id.example/authorize?")
    return f"{BACK}?{urlencode(provider.consent(away.headers['location']))}"


async def refused(browser: httpx.AsyncClient, address: str) -> str:
    """Come back, and return what the door says to whom it does not open."""
    answer = await browser.get(address)
    assert answer.headers["location"] == "/sign-in"
    assert "account_refresh" not in browser.cookies
    return (await see(browser, "/sign-in")).text


async def test_somebody_new_comes_in_goes_where_they_were_going_and_is_known_the_next_time(
    browser: httpx.AsyncClient, provider: OidcProvider
) -> None:
    door = await see(browser, "/sign-in?next=/account/codes")
    assert "Continuer avec Google" in door.text
    assert "Continuer avec École de cinéma" in door.text
    assert 'href="/sign-in/with/google?next=/account/codes"' in door.text
    address = await agreed(browser, provider, "/sign-in/with/google?next=/account/codes")
    answer = await browser.get(address)
    assert answer.headers["location"] == "/account/codes"
    assert 'provider_ceremony=""' in str(answer.headers.get_list("set-cookie"))
    assert 'value="Eya Mensah"' in (await see(browser, "/account")).text
    assert "eya@example.org" in (await see(browser, SECURITY)).text
    await send(browser, SECURITY, "/account/sign-out", {})
    assert "account_refresh" not in browser.cookies
    again = await browser.get(await agreed(browser, provider))
    assert again.headers["location"] == "/account"
    assert "eya@example.org" in (await see(browser, SECURITY)).text


async def test_who_is_refused_or_gives_up_stands_before_the_door_again_and_reads_why(
    browser: httpx.AsyncClient, provider: OidcProvider
) -> None:
    provider.mischief = "forged"
    text = await refused(browser, await agreed(browser, provider))
    assert "n’a pas confirmé qui vous êtes" in text
    provider.mischief = ""
    away = (await browser.get("/sign-in/with/google")).headers["location"]
    state = provider.consent(away)["state"]
    text = await refused(browser, f"{BACK}?{urlencode({'error': 'access_denied', 'state': state})}")
    assert "Vous avez renoncé" in text
    provider.human.email_verified = False
    text = await refused(browser, await agreed(browser, provider))
    assert "ne garantit pas votre adresse" in text
    assert (await browser.get("/sign-in/with/nobody")).headers["location"] == "/sign-in"


async def test_an_answer_opens_nothing_twice_nor_in_another_browser_nor_with_another_state(
    browser: httpx.AsyncClient, app: FastAPI, provider: OidcProvider
) -> None:
    address = await agreed(browser, provider)
    async with visitor(app) as thief:
        assert "a pris trop de temps" in await refused(thief, address)
        mine = await agreed(thief, provider)
        assert mine != address
        assert "n’a pas confirmé" in await refused(thief, address)
    ceremony = browser.cookies["provider_ceremony"]
    assert (await browser.get(address)).headers["location"] == "/account"
    await send(browser, SECURITY, "/account/sign-out", {})
    browser.cookies.set("provider_ceremony", ceremony, path="/sign-in")
    assert "n’a pas confirmé" in await refused(browser, address)


async def test_a_known_address_is_not_taken_over_but_linked_by_whom_it_belongs_to(
    browser: httpx.AsyncClient, accounts_app: FastAPI, provider: OidcProvider
) -> None:
    await accounts.a_viewer(accounts_app)
    provider.human.email = "charlie@example.org"
    text = await refused(browser, await agreed(browser, provider))
    assert "Un compte a déjà cette adresse" in text
    form = {"email": "charlie@example.org", "password": PASSWORD}
    assert (await send(browser, "/sign-in", "/sign-in", form)).status_code == 303
    link = "/account/providers/google/link"
    assert f'href="{link}"' in (await see(browser, SECURITY)).text
    answer = await browser.get(await agreed(browser, provider, link))
    assert answer.headers["location"] == SECURITY
    assert "Ce compte est relié au vôtre" in (await see(browser, SECURITY)).text
    await send(browser, SECURITY, "/account/sign-out", {})
    assert (await browser.get(await agreed(browser, provider))).headers["location"] == "/account"
    await send(browser, SECURITY, "/account/providers/google/removal", {})
    assert "Ce compte est délié" in (await see(browser, SECURITY)).text
    await send(browser, SECURITY, "/account/sign-out", {})
    assert "Un compte a déjà" in await refused(browser, await agreed(browser, provider))


async def test_an_answer_that_is_posted_by_the_provider_s_page_arrives_without_our_cookies(
    browser: httpx.AsyncClient, app: FastAPI, provider: OidcProvider
) -> None:
    given = dict(parse_qsl((await agreed(browser, provider)).partition("?")[2]))
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://id.example"}
    async with visitor(app, **foreign) as form:
        posted = await form.post(BACK, data=given)
    assert posted.status_code == 303
    path, _, query = posted.headers["location"].partition("?")
    assert (path, dict(parse_qsl(query))) == (BACK, given)
    assert (await browser.get(posted.headers["location"])).headers["location"] == "/account"
