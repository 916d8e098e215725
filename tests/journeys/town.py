"""The services that know people on real ports, with a mail server that keeps what it takes."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page, async_playwright, expect

import accounts_service.app
import admin_interface.app
import gateway.app
import payments_service.app
import public_interface.app
import publisher_service.app
from accounts_service.settings import Settings as AccountsSettings
from admin_interface.app import PAYMENTS
from admin_interface.settings import Settings as AdminSettings
from gateway.settings import Settings as GatewaySettings
from kit.auth import Caller
from kit.client import ServiceClient, Signer
from kit.contracts.accounts import AccountsClient
from kit.contracts.accounts.profiles import ProfileChange
from kit.contracts.accounts.studios import InvitationAccount, InvitationNew
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.payments.privacy import PaymentsPrivacyClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.settings import WEAK
from payments_service.settings import Settings as PaymentsSettings
from publisher_service.settings import Settings as PublisherSettings
from suite.browser import find_chromium
from tests.conftest import DatabaseUrl, Start
from tests.factories import accounts
from tests.factories.factors import with_app
from tests.fakes.mail_server import MailServer, a_mail_server
from tests.journeys.cinema import served
from tests.journeys.running import FLAGS, free_ports
from tests.public_interface.conftest import believe, portal_settings, speaking_to
from tests.wiring import http

expect.set_options(timeout=45_000)  # as patient as the pages: machines may be busy


@dataclass
class Town:
    """`portal` and `dashboard` are addresses; `troubles` is what a browser complained about."""

    portal: str
    dashboard: str
    accounts: FastAPI
    publisher: FastAPI
    catalog: FastAPI
    tokens: FastAPI
    jobs: FastAPI
    mails: MailServer
    browser: Browser
    troubles: list[str] = field(default_factory=list)

    def believes_its_people(self) -> None:
        """Have all services go by the keys of accounts again: factories show them others."""
        for each in (self.catalog, self.tokens, self.publisher):
            believe(each, self.accounts)

    async def mail(self, email: str, subject: str) -> EmailMessage:
        """Return the newest mail to that address with this in its subject."""
        async with asyncio.timeout(60):
            while True:
                self.mails.came.clear()
                if found := self._taken(email, subject):
                    return found[-1]
                await self.mails.came.wait()

    def _taken(self, email: str, subject: str) -> list[EmailMessage]:
        pairs = zip(self.mails.to, self.mails.taken, strict=True)
        return [mail for to, mail in pairs if to == email and subject in str(mail["Subject"])]

    async def link_to(self, email: str, subject: str) -> str:
        """Return the first link of that mail, as one opens it: at the portal."""
        text = (await self.mail(email, subject)).get_body(("plain",))
        assert text
        found = re.search(r"https?://\S+", text.get_content())
        assert found
        return self.portal + urlsplit(found[0]).path

    @asynccontextmanager
    async def somebody(self, width: int = 1280, *, scripts: bool = True) -> AsyncIterator[Page]:
        """Open a page of a browser that nobody has used; it notes what breaks there."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": 780}, locale="fr-FR", java_script_enabled=scripts
        )
        page = await context.new_page()
        page.set_default_timeout(45_000)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda line: self._note(line.text))
        yield page
        await context.close()

    def _note(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.troubles.append(text)


@pytest.fixture
async def town(
    database_url: DatabaseUrl,
    valkey_url: str,
    start: Start,
    catalog_app: FastAPI,
    tokens_app: FastAPI,
    library: VideoLibraryClient,
) -> AsyncIterator[Town]:
    portal_port, dashboard_port, notices_port = free_ports(3)
    notices_url = f"http://127.0.0.1:{notices_port}"
    common: dict[str, Any] = {
        "environment": "test",
        "valkey_url": valkey_url,
        "portal_public_url": f"http://127.0.0.1:{portal_port}",
        "dashboard_public_url": f"http://127.0.0.1:{dashboard_port}",
    }
    async with a_mail_server() as mails, chromium() as browser:
        people = await start(
            accounts_service.app.create_app(
                AccountsSettings(
                    **common,
                    database_url=database_url("accounts_service"),
                    publisher_url=notices_url,
                    staff_second_factor="required",
                ),
                _speaking(TokensClient, tokens_app, "accounts_service"),
                _speaking(CatalogClient, catalog_app, "accounts_service"),
            )
        )
        publisher = await start(
            publisher_service.app.create_app(
                PublisherSettings(
                    **common,
                    database_url=database_url("publisher_service"),
                    smtp_host="127.0.0.1",
                    smtp_port=mails.port,
                    smtp_security="none",
                ),
                _speaking(AccountsClient, people, "publisher_service"),
            )
        )
        made = portal_settings(**common)
        clients = speaking_to(catalog_app, tokens_app, people, publisher)[:3]
        news = PublisherClient.at(made, notices_url)
        till = await start(_till(common, database_url("payments_service"), *clients[:2]))
        payments = speaking_to(catalog_app, tokens_app, people, publisher, till)[4:]
        portal = await start(public_interface.app.create_app(made, *clients, news, *payments))
        jobs = await start(_gateway(common, database_url("gateway"), *clients, library))
        jobs.state.clients[PublisherClient] = _speaking(PublisherClient, publisher, "gateway")
        people.state.clients[GatewayClient] = _speaking(GatewayClient, jobs, "accounts_service")
        people.state.clients[PaymentsPrivacyClient] = _speaking(
            PaymentsPrivacyClient, till, "accounts_service"
        )
        apps: dict[type[Any], FastAPI] = {
            AccountsClient: people,
            CatalogClient: catalog_app,
            TokensClient: tokens_app,
            GatewayClient: jobs,
            PublisherClient: publisher,
            **dict.fromkeys(PAYMENTS, till),
        }
        desk = await start(_dashboard(common, apps, library))
        for each in (portal, desk, publisher, tokens_app, catalog_app, till):
            believe(each, people)
        ports = (portal, portal_port), (desk, dashboard_port), (publisher, notices_port)
        found = Town(
            portal=f"http://localhost:{portal_port}",  # by its name: passkeys need one
            dashboard=f"http://localhost:{dashboard_port}",
            accounts=people,
            publisher=publisher,
            catalog=catalog_app,
            tokens=tokens_app,
            jobs=jobs,
            mails=mails,
            browser=browser,
        )
        async with served(*ports):
            yield found
            for each in (portal, desk, publisher):
                each.state.stopping.set()
    assert found.troubles == []


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield found
        await found.close()


def _gateway(
    common: dict[str, Any], database: str, *clients: ServiceClient | VideoLibraryClient
) -> FastAPI:
    own = {name: common[name] for name in ("environment", "valkey_url", "portal_public_url")}
    return gateway.app.create_app(GatewaySettings(**own, database_url=database), *clients)


def _till(common: dict[str, Any], database: str, *clients: ServiceClient) -> FastAPI:
    own = {name: common[name] for name in ("environment", "valkey_url", "portal_public_url")}
    settings = PaymentsSettings(**own, database_url=database)
    return payments_service.app.create_app(settings, *clients)


def _dashboard(
    common: dict[str, Any], apps: dict[type[Any], FastAPI], library: VideoLibraryClient
) -> FastAPI:
    clients = [_speaking(kind, app, "admin_interface") for kind, app in apps.items()]
    settings = AdminSettings(**common, bunny_cdn_url="http://media")
    return admin_interface.app.create_app(settings, *clients, library)


def _speaking(kind: type[Any], app: FastAPI, caller: str) -> Any:
    return kind(http(app), Signer(WEAK, caller, kind.SERVICE))


async def an_admin(town: Town) -> AccountsClient:
    """Return what speaks for Dana, the owner, who has an authenticator app."""
    owner = await accounts.an_owner(town.accounts)
    await with_app(town.accounts, owner)
    stranger = accounts.as_stranger(town.accounts)
    return stranger.acting((await stranger.refresh(owner.refresh_token)).access_token)


async def a_maker(town: Town, name: str) -> Caller:
    """Let a film-maker accept an invitation and show their page."""
    admin, stranger = await an_admin(town), accounts.as_stranger(town.accounts)
    email = f"{name.split()[0].lower()}@example.org"
    wish = {"email": email, "role": "filmmaker", "by_hand": True}
    token = ((await admin.invite(InvitationNew.model_validate(wish))).link or "").rpartition("/")[2]
    opened = await stranger.accept_as_new(
        InvitationAccount(token=token, name=name, password=accounts.PASSWORD)
    )
    await stranger.acting(opened.access_token).change_profile(ProfileChange(is_public=True))
    return await accounts.caller_of(town.accounts, opened)
