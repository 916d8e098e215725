"""An admin, in a real Chromium: two steps in, inviting, seeing as a viewer, suspending, reading."""

import pyotp
import pytest
from playwright.async_api import Page, expect

from kit import clock
from kit.contracts.accounts import SetupLinkNew
from tests.catalog_service.conftest import app as catalog_app
from tests.catalog_service.conftest import library, library_app, settings, tokens_app
from tests.factories.accounts import a_viewer, as_service
from tests.journeys.town import Town, town

__all__ = ["catalog_app", "library", "library_app", "settings", "tokens_app", "town"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
AWA, CHARLIE = "awa@example.org", "charlie@example.org"


async def test_an_admin_looks_after_people_and_what_they_are_told(town: Town) -> None:
    await a_viewer(town.accounts)
    async with town.somebody() as page:
        await opens_the_studio(page, town)
        await adds_an_app(page, town)
        await invites_in_vain_and_again(page, town)
        await sees_as_charlie(page, town)
        await suspends_charlie(page, town)
        await reads_the_log(page, town)


async def opens_the_studio(page: Page, town: Town) -> None:
    link = await as_service(town.accounts).make_setup_link(SetupLinkNew())
    await page.goto(f"{town.dashboard}/setup?token={link.token}")
    await page.fill("[name=name]", "Dana Agbeko")
    await page.fill("[name=email]", "dana@example.org")
    await page.fill("[name=password]", "sept lampes sur la lagune")
    await page.get_by_role("button", name="Ouvrir le studio").click()
    await page.wait_for_url("**/security")
    await page.goto(f"{town.dashboard}/people")
    await page.wait_for_url("**/security")


async def adds_an_app(page: Page, town: Town) -> None:
    await page.get_by_role("button", name="Ajouter une application").click()
    secret = await page.locator("[name=secret]").get_attribute("value")
    await page.get_by_label("Code de l’application").fill(pyotp.TOTP(secret or "").at(clock.now()))
    await page.get_by_role("button", name="Enregistrer l’application").click()
    await page.goto(f"{town.dashboard}/people")
    await expect(page.locator("h1")).to_have_text("Personnes")


async def invites_in_vain_and_again(page: Page, town: Town) -> None:
    """Let the mailbox be unknown at first; find the delivery, read why, and send it anew."""
    town.mails.rcpt = lambda address: "550 5.1.1 no such user"
    await page.goto(f"{town.dashboard}/people/invitations")
    await page.get_by_label("Adresse e-mail").fill(AWA)
    await page.locator("#f-role").select_option("filmmaker")
    await page.get_by_role("button", name="Inviter").click()
    await expect(page.locator("tbody")).to_contain_text(AWA)
    failed = page.locator("tbody tr", has_text="Invitation")
    await page.goto(f"{town.dashboard}/notices?state=failed")
    while await failed.count() == 0:
        await page.reload()
    await failed.first.get_by_role("link").click()
    await expect(page.locator("tbody")).to_contain_text("no such user")
    town.mails.rcpt = lambda address: "250 OK"
    await page.get_by_role("button", name="Envoyer de nouveau").click()
    link = await town.link_to(AWA, "vous invite")
    async with town.somebody() as awa:
        await awa.goto(link)
        await expect(awa.locator("h1")).to_have_text("Vous êtes invité")


async def sees_as_charlie(page: Page, town: Town) -> None:
    await find(page, town, "Charlie")
    await page.locator("#f-acting-why").fill("Le lecteur reste noir")
    await page.get_by_role("button", name="Créer le lien").click()
    link = await page.get_by_role("link", name="Ouvrir le site").get_attribute("href")
    banner = page.get_by_text("Vous voyez le site comme Charlie.")
    await page.goto(link or "")
    await page.get_by_role("button", name="Commencer").click()
    await expect(banner).to_be_visible()
    site = page.url.rstrip("/")
    await page.goto(f"{site}/account/security")
    await expect(banner).to_be_visible()
    await expect(page.locator("main")).to_contain_text(CHARLIE)
    await page.get_by_label("Nouvelle adresse").fill("mine@example.org")
    await page.get_by_role("button", name="Changer d’adresse").click()
    await expect(page.locator("body")).to_contain_text("rien ne peut être changé")
    await page.get_by_role("button", name="Arrêter").click()
    await expect(banner).to_be_hidden()
    told = (await town.mail(CHARLIE, "a ouvert votre compte")).get_body(("plain",))
    assert told
    assert "Le lecteur reste noir" in told.get_content()


async def suspends_charlie(page: Page, town: Town) -> None:
    await find(page, town, "Charlie")
    seen = page.get_by_role("table", name="Qui a vu le site à sa place")
    await expect(seen).to_contain_text("Le lecteur reste noir")
    await page.locator("#f-suspension-why").fill("Partage son mot de passe")
    await page.get_by_role("button", name="Suspendre le compte").click()
    await expect(page.get_by_role("button", name="Rétablir le compte")).to_be_visible()
    await town.mail(CHARLIE, "suspendu")


async def reads_the_log(page: Page, town: Town) -> None:
    await page.get_by_role("link", name="Ce qu’on a fait de son compte").click()
    await expect(page.locator("tbody")).to_contain_text("Dana Agbeko")
    for why, row in (
        ("Le lecteur reste noir", "personal.acted_as"),
        ("Partage son mot de passe", "account.changed"),
    ):
        line = page.locator("tbody tr", has_text=why)
        await line.get_by_text("détails").click()
        await expect(line.locator("pre")).to_be_visible()
        await expect(line.locator("code")).to_contain_text(row)


async def find(page: Page, town: Town, name: str) -> None:
    await page.goto(f"{town.dashboard}/people?q={name}")
    await page.locator("tbody").get_by_role("link", name=name).click()
    await expect(page.locator("h1")).to_have_text(name)
