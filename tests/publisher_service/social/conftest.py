"""Simulated networks, and a desk that posts to them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from kit.db import open_database
from publisher_service.actions.social.press import open_press
from publisher_service.settings import Settings
from tests.conftest import DatabaseUrl
from tests.fakes.facebook import Facebook
from tests.fakes.instagram import Instagram
from tests.fakes.telegram import Telegram
from tests.fakes.x import X
from tests.fakes.youtube import YouTube
from tests.publisher_service.social.desk import Desk


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher_service.rules.posting.LOOKS", (0.0, 0.01, 0.01))


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with Telegram() as found:
        yield found


@pytest.fixture
async def x() -> AsyncIterator[X]:
    async with X() as found:
        yield found


@pytest.fixture
async def youtube() -> AsyncIterator[YouTube]:
    async with YouTube() as found:
        yield found


@pytest.fixture
async def instagram() -> AsyncIterator[Instagram]:
    async with Instagram() as found:
        yield found


@pytest.fixture
async def facebook() -> AsyncIterator[Facebook]:
    async with Facebook() as found:
        yield found


@pytest.fixture
def networks() -> dict[str, Any]:
    """Return where more networks are, for tests that need them; and what else they need."""
    return {}


@pytest.fixture
def settings(
    database_url: DatabaseUrl,
    valkey_url: str,
    telegram: Telegram,
    x: X,
    youtube: YouTube,
    networks: dict[str, Any],
) -> Settings:
    return Settings(
        environment="test",
        database_url=database_url("publisher_service"),
        valkey_url=valkey_url,
        accounts_url="http://127.0.0.1:9",
        private_webhooks=True,
        telegram_api_url=telegram.url,
        x_api_url=x.url,
        youtube_api_url=youtube.url,
        google_token_url=f"{youtube.url}/token",
        **({"media_url": "memory://"} | networks),
    )


@pytest.fixture
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    database = open_database(settings.database_url, 5)
    press = open_press(settings)
    yield Desk(database, press)
    await press.close()
    await database.close()
