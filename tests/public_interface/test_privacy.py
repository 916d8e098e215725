"""What somebody agrees to, everything known of them, and being forgotten."""

import httpx
import pytest
from fastapi import FastAPI

from tests.admin_interface.browsing import see, send
from tests.factories import accounts
from tests.factories.accounts import PASSWORD

HERE = "/account/privacy"


@pytest.fixture
async def charlie(browser: httpx.AsyncClient, accounts_app: FastAPI) -> httpx.AsyncClient:
    await accounts.a_viewer(accounts_app)
    form = {"email": "charlie@example.org", "password": PASSWORD}
    assert (await send(browser, "/sign-in", "/sign-in", form)).status_code == 303
    return browser


async def test_one_agrees_and_takes_it_back(charlie: httpx.AsyncClient) -> None:
    path = f"{HERE}/consents"
    assert "checked" not in (await see(charlie, HERE)).text
    await send(charlie, HERE, path, {"granted": ["newsletter", "statistics"]})
    assert (await see(charlie, HERE)).text.count(" checked") == 2
    await send(charlie, HERE, path, {})
    assert " checked" not in (await see(charlie, HERE)).text


async def test_everything_known_is_asked_for(charlie: httpx.AsyncClient) -> None:
    await send(charlie, HERE, f"{HERE}/exports", {})
    page = await see(charlie, HERE)
    assert "Nous rassemblons tout" in page.text
    assert "Demandée le" in page.text


async def test_an_account_is_to_be_deleted_and_then_kept_after_all(
    charlie: httpx.AsyncClient,
) -> None:
    answer = await send(charlie, HERE, f"{HERE}/deletion", {"password": PASSWORD})
    assert answer.headers["location"] == HERE
    assert "Le compte sera supprimé le" in (await see(charlie, HERE)).text
    await send(charlie, HERE, f"{HERE}/deletion/withdrawal", {})
    assert "Votre compte reste" in (await see(charlie, HERE)).text
