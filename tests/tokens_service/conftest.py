"""tokens_service on both kinds of store: a SQLite file, and a libSQL server on loopback."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from kit.contracts.accounts import AccountsClient
from tests.conftest import Start
from tests.fakes.hrana_server import HranaServer
from tests.wiring import http
from tokens_service.app import create_app
from tokens_service.settings import Settings

MakeSettings = Callable[..., Settings]
TOKEN = "let me in"
SECRET = "a secret for tests that is long enough"


@pytest.fixture
async def libsql(tmp_path: Path) -> AsyncIterator[HranaServer]:
    """Run a libSQL server on loopback."""
    server = HranaServer(tmp_path / "libsql.db", TOKEN)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(params=["sqlite", "libsql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty store: each test runs on a file, and on libSQL."""
    if request.param == "sqlite":
        return f"file:{tmp_path / 'tokens.sqlite'}"
    server: HranaServer = request.getfixturevalue("libsql")
    return server.url


@pytest.fixture
def settings(store_url: str, valkey_url: str) -> MakeSettings:
    """Return a function that makes this test's settings, with changes."""

    def make(**changes: Any) -> Settings:
        values: dict[str, Any] = {
            "environment": "test",
            "database_url": store_url,
            "database_token": TOKEN,
            "database_timeout": 10,
            "valkey_url": valkey_url,
            "secret_key": SECRET,
        }
        return Settings(**(values | changes))

    return make


@pytest.fixture
async def app(settings: MakeSettings, start: Start) -> FastAPI:
    return await start(create_app(settings(), nobody()))


def nobody() -> AccountsClient:
    """Return a client of an accounts_service that is away."""
    return AccountsClient(http(FastAPI()))
