"""A gateway of one's own, with pipelines that do what a test tells them."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi import FastAPI

from gateway.actions.pipelines import Pipelines
from gateway.app import create_app
from gateway.settings import Settings
from kit.contracts.gateway import GatewayClient, Job, JobState
from tests.conftest import DatabaseUrl, Start
from tests.gateway.plays import Play, as_service

Gateway = Callable[..., "asyncio.Future[FastAPI]"]


@pytest.fixture
def settings(database_url: DatabaseUrl, valkey_url: str) -> Settings:
    return Settings(
        environment="test",
        database_url=database_url("gateway"),
        valkey_url=valkey_url,
        poll_seconds=0.02,
        accounts_url="http://127.0.0.1:9",
    )


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.rules.FIRST_SECONDS", 0.01)


@pytest.fixture
async def app(settings: Settings, play: Play, start: Start) -> FastAPI:
    return await start(create_app(settings, pipelines=Pipelines(play.pipeline())))


@pytest.fixture
def client(app: FastAPI) -> GatewayClient:
    return as_service(app)


@pytest.fixture
def ends(client: GatewayClient) -> Callable[..., "asyncio.Future[Job]"]:
    """Return a function that waits until a job is in that state, and returns it."""

    async def wait(job_id: UUID, state: JobState = JobState.done, seconds: float = 20) -> Job:
        async with asyncio.timeout(seconds):
            while True:
                found = await client.job(job_id)
                if found.state == state:
                    return found
                await asyncio.sleep(0.01)

    return wait  # type: ignore[return-value]  # a coroutine function, to be awaited
