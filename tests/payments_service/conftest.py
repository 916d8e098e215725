"""payments_service beside a real tokens_service and a real catalog_service."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

import catalog_service.app
import tokens_service.app
from catalog_service.settings import Settings as CatalogSettings
from kit.client import ServiceClient, Signer
from kit.contracts.accounts import AccountsClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.db import Database, open_database
from payments_service.app import create_app
from payments_service.settings import Settings
from tests.conftest import DatabaseUrl, Start
from tests.wiring import http
from tokens_service.settings import Settings as TokensSettings

MakeSettings = Callable[..., Settings]


@pytest.fixture
async def tokens_app(valkey_url: str, tmp_path: Path, start: Start) -> FastAPI:
    settings = TokensSettings(
        environment="test",
        database_url=f"file:{tmp_path / 'tokens.sqlite'}",
        valkey_url=valkey_url,
        secret_key=SecretStr("a secret for tests, long enough"),
    )
    return await start(tokens_service.app.create_app(settings, AccountsClient(http(FastAPI()))))


@pytest.fixture
async def catalog_app(
    database_url: DatabaseUrl, valkey_url: str, tmp_path: Path, tokens_app: FastAPI, start: Start
) -> FastAPI:
    """Run a catalogue whose video library is away: films are sold with or without a video."""
    settings = CatalogSettings(
        environment="test",
        database_url=database_url("catalog_service"),
        valkey_url=valkey_url,
        media_url=str(tmp_path / "pictures"),
    )
    tokens = TokensClient(http(tokens_app), _signer("catalog_service", "tokens_service"))
    library = VideoLibraryClient(http(FastAPI()), 133, "no key")
    return await start(catalog_service.app.create_app(settings, library, tokens, *_away()))


@pytest.fixture
def settings(database_url: DatabaseUrl, valkey_url: str) -> MakeSettings:
    """Return a function that makes this test's settings, with changes; always one database."""
    url = database_url("payments_service")

    def make(**changes: Any) -> Settings:
        values: dict[str, Any] = {
            "environment": "test",
            "database_url": url,
            "valkey_url": valkey_url,
            "portal_public_url": "https://portal.example.org",
        }
        return Settings(**(values | changes))

    return make


@pytest.fixture
def siblings(tokens_app: FastAPI, catalog_app: FastAPI) -> tuple[ServiceClient, ...]:
    """Return clients of real tokens_service and catalog_service; those who are told are away."""
    return (
        CatalogClient(http(catalog_app), _signer("payments_service", "catalog_service")),
        TokensClient(http(tokens_app), _signer("payments_service", "tokens_service")),
        *_away(),
    )


@pytest.fixture
async def app(settings: MakeSettings, siblings: tuple[ServiceClient, ...], start: Start) -> FastAPI:
    """Run payments_service, its jobs too, beside real siblings."""
    return await start(create_app(settings(), *siblings))


@pytest.fixture
async def alone(settings: MakeSettings, start: Start) -> FastAPI:
    """Run payments_service whose siblings are all away: enough for the ledger, and quicker."""
    away = (CatalogClient(http(FastAPI())), TokensClient(http(FastAPI())), *_away())
    return await start(create_app(settings(), *away))


@pytest.fixture
async def database(settings: MakeSettings) -> AsyncIterator[Database]:
    """Open the database of this test without an app; with one, it is the same."""
    found = open_database(settings().database_url, 10)
    yield found
    await found.close()


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """Begin a transaction; it is committed when the test ends, unless the test ended it."""
    async with database.sessions.begin() as found:
        yield found


def _signer(caller: str, callee: str) -> Signer:
    settings = Settings(environment="test")
    return Signer(settings.suite_secret.get_secret_value(), caller, callee)


def _away() -> tuple[AccountsClient, GatewayClient, PublisherClient]:
    """Return clients of services that take neither audit nor events nor notices."""
    return (
        AccountsClient(http(FastAPI())),
        GatewayClient(http(FastAPI())),
        PublisherClient(http(FastAPI())),
    )
