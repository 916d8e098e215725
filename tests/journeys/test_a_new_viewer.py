"""A new viewer, in a real Chromium: an account, its mail, a passkey, a code that is kept, news."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

import accounts_service.app
import public_interface.app
import publisher_service.app
from accounts_service.settings import Settings as AccountsSettings
from kit.client import Signer
from kit.contracts.accounts import AccountsClient
from kit.contracts.publisher.client import PublisherClient
from kit.settings import WEAK
from publisher_service.settings import Settings as PublisherSettings
from tests.catalog_service.conftest import app as catalog_app
from tests.catalog_service.conftest import library, library_app, settings, tokens_app
from tests.conftest import DatabaseUrl, Start
from tests.factories import catalog, tokens
from tests.factories.publisher import a_piece_of_news, as_service
from tests.fakes.mail_server import MailServer, a_mail_server
from tests.journeys.cinema import Cinema, served, viewer
from tests.journeys.running import free_ports
from tests.public_interface.conftest import believe, portal_settings, speaking_to
from tests.wiring import http

__all__ = ["catalog_app", "library", "library_app", "settings", "tokens_app"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PASSWORD = "une pirogue sans voile"


@dataclass
class Town:
    """The portal by its name (passkeys need one), and what stands behind it."""

    cinema: Cinema
    accounts: FastAPI
    publisher: FastAPI
    mails: MailServer

    async def link_to(self, email: str) -> str:
        """Return the link in the newest mail to that address."""
        async with asyncio.timeout(60):
            while email not in self.mails.to:
                self.mails.came.clear()
                await self.mails.came.wait()
        text = self.mails.taken[self.mails.to.index(email)].get_body(("plain",))
        assert text
        found = re.search(r"/l/\S+", text.get_content())
        assert found
        return found[0]


@pytest.fixture
async def town(
    database_url: DatabaseUrl,
    valkey_url: str,
    start: Start,
    catalog_app: FastAPI,
    tokens_app: FastAPI,
) -> AsyncIterator[Town]:
    portal_port, publisher_port = free_ports(2)
    address = f"http://127.0.0.1:{portal_port}"
    signer = Signer(WEAK, "publisher_service", "accounts_service")
    async with a_mail_server() as mails:
        accounts = await start(
            accounts_service.app.create_app(
                AccountsSettings(
                    environment="test",
                    database_url=database_url("accounts_service"),
                    valkey_url=valkey_url,
                    portal_public_url=address,
                    publisher_url=f"http://127.0.0.1:{publisher_port}",
                )
            )
        )
        publisher = await start(
            publisher_service.app.create_app(
                PublisherSettings(
                    environment="test",
                    database_url=database_url("publisher_service"),
                    valkey_url=valkey_url,
                    portal_public_url=address,
                    smtp_host="127.0.0.1",
                    smtp_port=mails.port,
                    smtp_security="none",
                ),
                AccountsClient(http(accounts), signer),
            )
        )
        made = portal_settings(valkey_url, portal_public_url=address)
        clients = speaking_to(catalog_app, tokens_app, accounts, publisher)[:3]
        news = PublisherClient.at(made, f"http://127.0.0.1:{publisher_port}")
        portal = await start(public_interface.app.create_app(made, *clients, news))
        for each in (portal, publisher, tokens_app, catalog_app):
            believe(each, accounts)
        cinema = Cinema(f"http://localhost:{portal_port}", catalog_app, tokens_app, None)  # type: ignore[arg-type]  # no film is encoded here
        async with served((portal, portal_port), (publisher, publisher_port)):
            yield Town(cinema, accounts, publisher, mails)
            portal.state.stopping.set()
            publisher.state.stopping.set()
    assert cinema.troubles == []


async def test_somebody_new_signs_up_adds_a_passkey_keeps_a_code_and_is_told_the_news(
    town: Town, library_app: FastAPI
) -> None:
    film = await catalog.a_published_film(
        town.cinema.catalog, library_app, title="Nuit sur la lagune", access_level="vip"
    )
    believe(town.cinema.catalog, town.accounts)
    token = await tokens.a_token(town.cinema.tokens)
    believe(town.cinema.tokens, town.accounts)
    async with viewer(town.cinema) as page:
        await signs_up(page, town)
        await adds_a_passkey(page, town)
        await signs_in_with_the_passkey(page, town)
        await page.goto(f"{town.cinema.url}/account/codes")
        await page.get_by_label("Code d’accès").fill(token.code.lower())
        await page.get_by_role("button", name="Ajouter").click()
        await expect(page.locator(".lines")).to_contain_text(token.code)
        await page.goto(f"{town.cinema.url}/films/{film.slug}")
        await expect(page.get_by_role("link", name="Regarder").first).to_be_visible()
        await is_told(page, town)


async def signs_up(page: Page, town: Town) -> None:
    await page.goto(f"{town.cinema.url}/films")
    await page.get_by_role("link", name="Se connecter").first.click()
    await page.get_by_role("link", name="Créer un compte").click()
    await page.get_by_label("Votre nom").fill("Awa Diop")
    await page.get_by_label("Adresse e-mail").fill("awa@example.org")
    await page.get_by_label("Mot de passe").fill(PASSWORD)
    await page.get_by_role("button", name="Créer mon compte").click()
    await page.wait_for_url("**/account")
    await page.goto(town.cinema.url + await town.link_to("awa@example.org"))
    await page.get_by_role("button", name="Oui, c’est la mienne").click()
    await expect(page.locator(".notice")).to_contain_text("Votre adresse est confirmée.")


async def adds_a_passkey(page: Page, town: Town) -> None:
    """Let Chromium's virtual authenticator stand for a telephone's fingerprint."""
    wire = await page.context.new_cdp_session(page)
    await wire.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
              "hasUserVerification": True, "isUserVerified": True,
              "automaticPresenceSimulation": True}  # fmt: skip
    await wire.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    await page.goto(f"{town.cinema.url}/account/security")
    await page.get_by_label("Nom de la clé").fill("Mon téléphone")
    await page.get_by_role("button", name="Ajouter une clé d’accès").click()
    await expect(page.locator(".recovery li")).to_have_count(10)
    await page.get_by_role("link", name="Je les ai notés").click()
    await expect(page.locator(".lines").first).to_contain_text("Mon téléphone")


async def signs_in_with_the_passkey(page: Page, town: Town) -> None:
    await page.get_by_role("button", name="Se déconnecter ici").click()
    await page.wait_for_url("**/sign-in")
    await page.get_by_role("button", name="Clé d’accès").click()
    await page.wait_for_url("**/account")
    await expect(page.get_by_label("Votre nom")).to_have_value("Awa Diop")


async def is_told(page: Page, town: Town) -> None:
    """Read that a passkey was added, then see the bell count without loading the page again."""
    await page.goto(f"{town.cinema.url}/account/notices")
    await expect(page.locator("notice-bell b")).to_be_visible()
    await page.get_by_role("button", name="Tout marquer comme lu").click()
    await expect(page.locator("notice-bell b")).to_be_hidden()
    people = await page.context.cookies()
    access = next(each["value"] for each in people if each["name"] == "account_access")
    caller = await town.publisher.state.keys.caller(access)
    await as_service(town.publisher).notify(a_piece_of_news(caller.id, "Sira"))
    await expect(page.locator("notice-bell b")).to_be_visible()
    await page.goto(f"{town.cinema.url}/account/notices")
    await expect(page.locator(".lines").first).to_contain_text("Sira")
