"""transcoder_service on a fresh database and an empty folder; its jobs run, its ffmpeg too."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.signatures import tus_headers
from kit.contracts.transcoder.wire import VideoNew
from tests.conftest import DatabaseUrl, Start
from tests.transcoder_service.tus import VERSION
from tests.transcoder_service.world import API_KEY, LIBRARY, Inbox, settings_in, soon
from tests.wiring import http
from transcoder_service.app import create_app
from transcoder_service.providers.webhooks import Messenger
from transcoder_service.settings import Settings


@pytest.fixture
def settings(database_url: DatabaseUrl, valkey_url: str, tmp_path: Path) -> Settings:
    return settings_in(
        tmp_path, database_url=database_url("transcoder_service"), valkey_url=valkey_url
    )


@pytest.fixture
def inbox() -> Inbox:
    """Stand for the other side of our webhooks."""
    return Inbox()


@pytest.fixture
async def app(settings: Settings, inbox: Inbox, start: Start) -> FastAPI:
    messenger = Messenger(httpx.AsyncClient(transport=httpx.MockTransport(inbox.take)))
    return await start(create_app(settings, messenger=messenger))


@pytest.fixture
async def library(app: FastAPI) -> AsyncIterator[VideoLibraryClient]:
    client = VideoLibraryClient(http(app), LIBRARY, API_KEY)
    yield client
    await client.close()


@pytest.fixture
async def viewer(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Browse without any key."""
    async with http(app) as client:
        yield client


@pytest.fixture
async def guid(library: VideoLibraryClient) -> str:
    return (await library.create_video(VideoNew(title="Sira"))).guid


@pytest.fixture
async def uploader(app: FastAPI, guid: str) -> AsyncIterator[httpx.AsyncClient]:
    """Hold a good signature for the video."""
    async with http(app) as client:
        client.headers.update(VERSION | tus_headers(LIBRARY, API_KEY, soon(), guid))
        yield client
