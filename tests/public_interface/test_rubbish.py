"""Whatever a visitor types into the portal, it answers."""

import httpx
from fastapi import FastAPI

from tests.admin_interface.browsing import send
from tests.factories import accounts, tokens
from tests.factories.accounts import PASSWORD
from tests.factories.catalog import a_published_film
from tests.rubbish import troubles


async def test_no_form_of_the_portal_is_upset_by_rubbish(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    for access in ("public", "vip"):
        await a_published_film(
            catalog_app, library_app, title=f"Nuit {access}", access_level=access
        )
    assert await troubles(browser) == []


async def test_no_form_of_an_account_is_upset_by_rubbish(
    browser: httpx.AsyncClient, accounts_app: FastAPI, tokens_app: FastAPI
) -> None:
    await accounts.a_viewer(accounts_app)
    form = {"email": "charlie@example.org", "password": PASSWORD}
    assert (await send(browser, "/sign-in", "/sign-in", form)).status_code == 303
    token = await tokens.a_token(tokens_app)
    await send(browser, "/account/codes", "/account/codes", {"code": token.code})
    assert await troubles(browser, "/account") == []
