"""The client speaks what the gateway serves, errors included; and nothing upsets it."""

from uuid import uuid4

import pytest
from fastapi import FastAPI

from gateway.actions.pipelines import Pipelines
from gateway.app import create_app
from gateway.settings import Settings
from kit import clock
from kit.auth import service_token
from kit.contracts.gateway import EventNew, GatewayClient
from kit.errors import Forbidden, Unauthenticated
from tests.conftest import DatabaseUrl, Start
from tests.factories.catalog import access_token
from tests.fuzzing import upsets
from tests.gateway.plays import Play, announced, as_service
from tests.wiring import http


@pytest.fixture
async def app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    settings = Settings(
        environment="test",
        database_url=database_url("gateway"),
        valkey_url=valkey_url,
        accounts_url="http://127.0.0.1:9",
    )
    return await start(create_app(settings, pipelines=Pipelines(Play().pipeline())))


async def test_nothing_upsets_it(app: FastAPI) -> None:
    await as_service(app).tell(announced())
    secret = app.state.settings.suite_secret.get_secret_value()
    token = service_token(secret, "suite", "gateway")
    assert await upsets(app, {"Authorization": f"Suite {token}"}, each=50) == []


async def test_strangers_are_asked_who_they_are(app: FastAPI) -> None:
    stranger = GatewayClient(http(app))
    event = EventNew(id=uuid4(), name="MoonRose", at=clock.now(), payload={})
    for call in (
        stranger.tell(event), stranger.jobs(), stranger.job(uuid4()), stranger.cancel(uuid4()),
        stranger.retry(uuid4()), stranger.dead_letters(), stranger.replay(uuid4()),
    ):  # fmt: skip
        with pytest.raises(Unauthenticated):
            await call


async def test_a_viewer_sees_no_jobs_and_a_moderator_changes_none(app: FastAPI) -> None:
    viewer = GatewayClient(http(app)).acting(access_token(app, sub="charlie", roles=["viewer"]))
    with pytest.raises(Forbidden):
        await viewer.jobs()
    bob = GatewayClient(http(app)).acting(access_token(app, sub="bob", roles=["moderator"]))
    assert (await bob.jobs()).items == []
    with pytest.raises(Forbidden):
        await bob.cancel(uuid4())


async def test_an_integrator_needs_the_scope(app: FastAPI) -> None:
    event = EventNew(id=uuid4(), name="MoonRose", at=clock.now(), payload={})
    for scope, allowed in (("films:read", False), ("events:write", True)):
        token = access_token(app, sub="tv", kind="client", scope=scope)
        client = GatewayClient(http(app)).acting(token)
        if allowed:
            assert not (await client.tell(event)).known
        else:
            with pytest.raises(Forbidden):
                await client.tell(event)
