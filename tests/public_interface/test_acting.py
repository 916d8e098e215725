"""An admin sees the site as a viewer: visibly, for minutes, and stops."""

import httpx
from fastapi import FastAPI

from kit.contracts.accounts.studios import ActingNew
from tests.accounts_service.mails import Mails
from tests.accounts_service.test_studios import acting
from tests.admin_interface.browsing import see, send
from tests.factories.accounts import a_viewer, account_id, an_owner

WHY = ActingNew(why="Le lecteur reste noir", minutes=10)


async def test_the_site_is_seen_as_a_viewer_until_one_stops(
    browser: httpx.AsyncClient, accounts_app: FastAPI, mails: Mails
) -> None:
    dana, charlie = await an_owner(accounts_app), await a_viewer(accounts_app)
    started = await acting(accounts_app, dana).act_as(account_id(charlie), WHY)
    assert (await mails.next("account.acted_as")).account_id == account_id(charlie)
    link = "/" + started.link.partition("://")[2].partition("/")[2]
    assert "sans rien pouvoir changer" in (await see(browser, link)).text
    begun = await send(browser, link, link, {})
    assert begun.headers["location"] == "/"
    banner = f"Vous voyez le site comme {charlie.account.name}."
    page = await see(browser, "/account/security")
    assert banner in page.text
    assert charlie.account.email in page.text
    await send(browser, "/account", "/account/profile", {"name": "Quelqu’un d’autre"})
    page = await see(browser, "/account")
    assert "rien ne peut être changé" in page.text
    assert f'value="{charlie.account.name}"' in page.text
    again = await send(browser, link, link, {})
    assert again.headers["location"] == "/"
    assert "a déjà servi" in (await see(browser, "/")).text
    await send(browser, "/", "/acting/end", {})
    assert "Vous ne voyez plus le site comme" in (await see(browser, "/")).text
    assert "Vous voyez le site comme" not in (await see(browser, "/")).text
    assert (await browser.get("/account")).headers["location"].startswith("/sign-in")
