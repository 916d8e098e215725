"""catalog_service beside a real video library and a real tokens_service."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

import tokens_service.app
import transcoder_service.app
from catalog_service.app import create_app
from catalog_service.settings import Settings
from kit.client import Signer
from kit.contracts.accounts import AccountsClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.tokens import TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from tests.conftest import DatabaseUrl, Start
from tests.wiring import http
from tokens_service.settings import Settings as TokensSettings
from transcoder_service.settings import Settings as LibrarySettings

LIBRARY = 133
API_KEY = "the-key-that-may-do-everything"
READ_KEY = "the-key-that-may-only-read"
CDN_KEY = "the-key-that-signs-addresses"
MakeSettings = Callable[..., Settings]


@pytest.fixture
async def library_app(
    database_url: DatabaseUrl, valkey_url: str, tmp_path: Path, start: Start
) -> FastAPI:
    settings = LibrarySettings(
        environment="test",
        database_url=database_url("transcoder_service"),
        valkey_url=valkey_url,
        library_id=LIBRARY,
        api_key=SecretStr(API_KEY),
        read_only_key=SecretStr(READ_KEY),
        cdn_key=SecretStr(CDN_KEY),
        webhook_url="",
        media_url=str(tmp_path / "media"),
        uploads_path=str(tmp_path / "uploads"),
        scratch_path=str(tmp_path / "scratch"),
    )
    return await start(transcoder_service.app.create_app(settings))


@pytest.fixture
async def tokens_app(valkey_url: str, tmp_path: Path, start: Start) -> FastAPI:
    settings = TokensSettings(
        environment="test",
        database_url=f"file:{tmp_path / 'tokens.sqlite'}",
        valkey_url=valkey_url,
        secret_key=SecretStr("a secret for tests, long enough"),
    )
    return await start(tokens_service.app.create_app(settings, nobody()[0]))


@pytest.fixture
def settings(database_url: DatabaseUrl, valkey_url: str, tmp_path: Path) -> MakeSettings:
    """Return a function that makes this test's settings, with changes."""

    def make(**changes: Any) -> Settings:
        values: dict[str, Any] = {
            "environment": "test",
            "database_url": database_url("catalog_service"),
            "valkey_url": valkey_url,
            "media_url": str(tmp_path / "pictures"),
            "bunny_library_id": LIBRARY,
            "bunny_api_key": API_KEY,
            "bunny_read_only_key": READ_KEY,
            "bunny_cdn_key": CDN_KEY,
            "bunny_cdn_url": "http://media",
        }
        return Settings(**(values | changes))

    return make


@pytest.fixture
def library(library_app: FastAPI) -> VideoLibraryClient:
    return VideoLibraryClient(http(library_app), LIBRARY, API_KEY)


@pytest.fixture
async def app(
    settings: MakeSettings, library: VideoLibraryClient, tokens_app: FastAPI, start: Start
) -> FastAPI:
    made = settings()
    secret = made.suite_secret.get_secret_value()
    tokens = TokensClient(http(tokens_app), Signer(secret, "catalog_service", "tokens_service"))
    return await start(create_app(made, library, tokens, *nobody()))


def nobody() -> tuple[AccountsClient, GatewayClient]:
    """Return clients of services that take neither audit nor events."""
    return AccountsClient(http(FastAPI())), GatewayClient(http(FastAPI()))
