"""Passkeys at the portal: added, named, used as a second step, taken away.

`<passkey-form>` is played by a software authenticator; Chromium's own is in the journeys.
"""

import json
import re

import httpx
import pytest
from fastapi import FastAPI

from tests.admin_interface.browsing import see, send
from tests.authenticator import Authenticator
from tests.factories import accounts
from tests.factories.accounts import PASSWORD

SECURITY = "/account/security"
CHARLIE = {"email": "charlie@example.org", "password": PASSWORD}


@pytest.fixture
async def charlie(browser: httpx.AsyncClient, accounts_app: FastAPI) -> httpx.AsyncClient:
    await accounts.a_viewer(accounts_app)
    assert (await send(browser, "/sign-in", "/sign-in", CHARLIE)).status_code == 303
    return browser


async def made_by(browser: httpx.AsyncClient, device: Authenticator, name: str) -> httpx.Response:
    path = f"{SECURITY}/passkeys"
    asked = (await send(browser, SECURITY, f"{path}/options", {})).json()
    credential = json.dumps(device.make(asked["options"]))
    form = {"ceremony": asked["ceremony"], "credential": credential, "name": name}
    return await send(browser, SECURITY, path, form)


async def second_step(
    browser: httpx.AsyncClient, device: Authenticator, page: httpx.Response
) -> httpx.Response:
    """Show the passkey that the page after the password asks for."""
    token, challenge = (_hidden(page.text, name) for name in ("csrf", "challenge"))
    form = {"csrf": token, "challenge": challenge, "next": "/account/codes"}
    path = "/sign-in/second/passkey"
    asked = (await browser.post(f"{path}/options", data=form)).json()
    given = {"ceremony": asked["ceremony"], "credential": json.dumps(device.show(asked["options"]))}
    return await browser.post(path, data=form | given)


async def test_a_passkey_is_added_named_anew_and_taken_away(charlie: httpx.AsyncClient) -> None:
    phone = Authenticator()
    added = await made_by(charlie, phone, "Mon vieux téléphone")
    assert "ils ne seront plus jamais montrés" in added.text
    page = await see(charlie, SECURITY)
    assert "Mon vieux téléphone" in page.text
    rename = re.search(rf'action="({SECURITY}/passkeys/[^"]+)/name"', page.text)
    assert rename
    await send(charlie, SECURITY, f"{rename[1]}/name", {"name": "Téléphone rouge"})
    page = await see(charlie, SECURITY)
    assert "La clé est renommée" in page.text
    assert "Téléphone rouge" in page.text
    assert "vieux" not in page.text
    await send(charlie, SECURITY, f"{rename[1]}/name", {"name": " "})
    assert "Donnez un nom" in (await see(charlie, SECURITY)).text
    await send(charlie, SECURITY, f"{rename[1]}/removal", {})
    page = await see(charlie, SECURITY)
    assert "La clé d’accès est retirée" in page.text
    assert "Téléphone rouge" not in page.text


async def test_after_the_password_a_passkey_is_the_second_step(charlie: httpx.AsyncClient) -> None:
    phone, stranger = Authenticator(), Authenticator()
    await made_by(charlie, phone, "Téléphone")
    await made_by(charlie, stranger, "Autre")
    stranger.held[0].key = phone.held[0].key  # it signs with a key that is not its own
    await send(charlie, SECURITY, "/account/sign-out", {})
    page = await send(charlie, "/sign-in", "/sign-in", CHARLIE)
    assert 'options="/sign-in/second/passkey/options"' in page.text
    assert "account_refresh" not in charlie.cookies
    refused = await second_step(charlie, stranger, page)
    assert refused.headers["location"] == "/sign-in"
    assert "n’est pas acceptée" in (await see(charlie, "/sign-in")).text
    page = await send(charlie, "/sign-in", "/sign-in", CHARLIE)
    answer = await second_step(charlie, phone, page)
    assert answer.headers["location"] == "/account/codes"
    assert charlie.cookies["account_refresh"]


def _hidden(text: str, name: str) -> str:
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1].replace("&amp;", "&")
