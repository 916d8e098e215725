"""The dashboard beside the real accounts, catalogue, codes, gateway and video library."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from fastapi import FastAPI

import accounts_service.app
import catalog_service.app
import gateway.app
import payments_service.app
import publisher_service.app
import tokens_service.app
import transcoder_service.app
from accounts_service.settings import Settings as AccountsSettings
from admin_interface.app import PAYMENTS, create_app
from admin_interface.settings import Settings
from catalog_service.settings import Settings as CatalogSettings
from gateway.settings import Settings as GatewaySettings
from kit.client import ServiceClient, Signer
from kit.contracts.accounts import AccountsClient, Setup, SetupLinkNew, SignIn
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.settings import WEAK
from payments_service.settings import Settings as PaymentsSettings
from publisher_service.settings import Settings as PublisherSettings
from tests.admin_interface.browsing import send
from tests.conftest import DatabaseUrl, Start
from tests.wiring import http
from tokens_service.settings import Settings as TokensSettings
from transcoder_service.settings import Settings as LibrarySettings

Client = TypeVar("Client", bound=ServiceClient)
PASSWORD = "un bon mot de passe 7"
DANA = {"email": "dana@example.com", "password": PASSWORD, "name": "Dana"}


@dataclass
class Studio:
    """All apps of the suite that the dashboard speaks to, and the dashboard itself."""

    accounts: AccountsClient
    catalog: CatalogClient
    tokens: TokensClient
    gateway: GatewayClient
    publisher: PublisherClient
    library: VideoLibraryClient
    library_app: FastAPI
    app: FastAPI


def speak(kind: type[Client], app: FastAPI, caller: str) -> Client:
    return kind(http(app), Signer(WEAK, caller, kind.SERVICE))


async def as_dana(studio: Studio) -> AccountsClient:
    """Return what speaks for Dana, who must have been set up."""
    opened = await studio.accounts.sign_in(SignIn(email=DANA["email"], password=PASSWORD))
    return studio.accounts.acting(opened.access_token)


def nobody_answers() -> dict[str, Any]:
    """Return settings of publisher_service with which no network is there."""
    kinds = ("_api_url", "_upload_url", "_video_url", "_token_url")
    away = [name for name in PublisherSettings.model_fields if name.endswith(kinds)]
    return dict.fromkeys(away, "http://127.0.0.1:9")


@pytest.fixture
def of_accounts() -> dict[str, Any]:
    """Return settings of accounts_service that a module wants otherwise."""
    return {}


@pytest.fixture
def of_publisher() -> dict[str, Any]:
    """Return settings of publisher_service that a module wants otherwise: no network answers."""
    return nobody_answers()


@pytest.fixture
async def studio(
    database_url: DatabaseUrl,
    valkey_url: str,
    tmp_path: Path,
    start: Start,
    of_accounts: dict[str, Any],
    of_publisher: dict[str, Any],
) -> AsyncIterator[Studio]:
    common: dict[str, Any] = {"environment": "test", "valkey_url": valkey_url}

    accounts_app = await start(
        accounts_service.app.create_app(
            AccountsSettings(**common, **of_accounts, database_url=database_url("accounts_service"))
        )
    )
    library_app = await start(
        transcoder_service.app.create_app(
            LibrarySettings(
                **common,
                database_url=database_url("transcoder_service"),
                api_key=f"{WEAK}-api",
                webhook_url="",
                media_url=str(tmp_path / "films"),
                uploads_path=str(tmp_path / "uploads"),
                scratch_path=str(tmp_path / "scratch"),
            )
        )
    )
    library = VideoLibraryClient(http(library_app), 1, f"{WEAK}-api")
    accounts = speak(AccountsClient, accounts_app, "tests")
    tokens_app = await start(
        tokens_service.app.create_app(
            TokensSettings(**common, database_url=f"file:{tmp_path / 'tokens.sqlite'}"),
            speak(AccountsClient, accounts_app, "tokens_service"),
        )
    )
    catalog_app = await start(
        catalog_service.app.create_app(
            CatalogSettings(
                **common,
                database_url=database_url("catalog_service"),
                media_url=str(tmp_path / "pictures"),
            ),
            speak(TokensClient, tokens_app, "catalog_service"),
            speak(AccountsClient, accounts_app, "catalog_service"),
            VideoLibraryClient(http(library_app), 1, f"{WEAK}-api"),
        )
    )
    gateway_app = await start(
        gateway.app.create_app(
            GatewaySettings(**common, database_url=database_url("gateway")),
            speak(CatalogClient, catalog_app, "gateway"),
            speak(AccountsClient, accounts_app, "gateway"),
            VideoLibraryClient(http(library_app), 1, f"{WEAK}-api"),
        )
    )
    publisher_app = await start(
        publisher_service.app.create_app(
            PublisherSettings(
                **common,
                **of_publisher,
                database_url=database_url("publisher_service"),
                media_url=str(tmp_path / "social"),
            ),
            speak(AccountsClient, accounts_app, "publisher_service"),
            speak(CatalogClient, catalog_app, "publisher_service"),
        )
    )
    accounts_app.state.clients[PublisherClient] = speak(
        PublisherClient, publisher_app, "accounts_service"
    )
    gateway_app.state.clients[PublisherClient] = speak(PublisherClient, publisher_app, "gateway")
    app = await start(
        create_app(
            Settings(**common),
            speak(AccountsClient, accounts_app, "admin_interface"),
            speak(CatalogClient, catalog_app, "admin_interface"),
            speak(GatewayClient, gateway_app, "admin_interface"),
            speak(PublisherClient, publisher_app, "admin_interface"),
            speak(TokensClient, tokens_app, "admin_interface"),
            library,
        )
    )

    async def keys() -> dict[str, Any]:
        return (await accounts.keys()).model_dump()

    for each in (catalog_app, tokens_app, gateway_app, publisher_app, app):
        each.state.keys.fetch = keys
    found = Studio(
        accounts=accounts,
        catalog=speak(CatalogClient, catalog_app, "tests"),
        tokens=speak(TokensClient, tokens_app, "tests"),
        gateway=speak(GatewayClient, gateway_app, "tests"),
        publisher=speak(PublisherClient, publisher_app, "tests"),
        library=library,
        library_app=library_app,
        app=app,
    )
    yield found
    for client in (found.accounts, found.catalog, found.tokens, found.gateway, found.publisher):
        await client.close()


@pytest.fixture
async def stranger(studio: Studio) -> AsyncIterator[httpx.AsyncClient]:
    """Open a browser that nobody has signed in with."""
    async with http(studio.app) as browser:
        browser.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
        yield browser


@pytest.fixture
async def dana(studio: Studio, stranger: httpx.AsyncClient) -> httpx.AsyncClient:
    """Sign Dana, the owner, in."""
    link = await studio.accounts.make_setup_link(SetupLinkNew())
    await studio.accounts.set_up(Setup(token=link.token, **DANA))
    await send(stranger, "/sign-in", "/sign-in", DANA)
    return stranger


@pytest.fixture
async def till(studio: Studio, database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    """Run payments_service with the sandbox beside the dashboard."""
    settings = PaymentsSettings(
        environment="test", database_url=database_url("payments_service"), valkey_url=valkey_url
    )
    app = await start(payments_service.app.create_app(settings))
    app.state.clients[TokensClient] = studio.tokens
    app.state.keys.fetch = studio.app.state.keys.fetch
    for kind in PAYMENTS:
        studio.app.state.clients[kind] = speak(kind, app, "admin_interface")
    return app
