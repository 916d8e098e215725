"""The client speaks what sentinel serves; nothing upsets it; its doors have a ladder."""

import httpx
import pytest
from fastapi import FastAPI

from accounts_service.app import create_app as create_accounts
from accounts_service.settings import Settings as AccountsSettings
from kit.client import Signer
from kit.contracts.sentinel import NothingWatched, SentinelClient
from sentinel.app import create_app
from sentinel.settings import Settings
from tests.conftest import DatabaseUrl, Start
from tests.factories.accounts import a_viewer, an_owner
from tests.fuzzing import upsets
from tests.sentinel.street import is_, until
from tests.wiring import http


@pytest.fixture
async def accounts(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    settings = AccountsSettings(
        environment="test", database_url=database_url("accounts_service"), valkey_url=valkey_url
    )
    return await start(create_accounts(settings))


@pytest.fixture
async def app(
    accounts: FastAPI, database_url: DatabaseUrl, valkey_url: str, start: Start
) -> FastAPI:
    """Sentinel, watching the real accounts_service."""
    settings = Settings(
        environment="test",
        database_url=database_url("sentinel"),
        valkey_url=valkey_url,
        interval_seconds=0.2,
        settling_seconds=0,
    )
    made = await start(create_app(settings, targets={"accounts_service": http(accounts)}))
    made.state.keys = accounts.state.keys
    await until(made.state.watch, is_("accounts_service", "well"))
    return made


async def test_a_real_service_is_watched(app: FastAPI) -> None:
    status = await SentinelClient(http(app)).status()
    (found,) = (one for one in status.watched if one.name == "accounts_service")
    assert (found.state, found.jobs_waiting, found.jobs_failed) == ("well", 0, 0)
    assert [check.name for check in found.checks if check.required] == ["postgresql"]
    history = await SentinelClient(http(app)).history("accounts_service")
    assert history.items[-1].state == "well"


async def test_an_error_comes_back_as_itself(app: FastAPI) -> None:
    with pytest.raises(NothingWatched):
        await SentinelClient(http(app)).history("moon")


async def test_findings_and_status_agree(app: FastAPI) -> None:
    client = SentinelClient(http(app))
    assert (await client.findings()).items == (await client.status()).findings


def from_outside(app: FastAPI, **more: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=("203.0.113.5", 40_000))
    return httpx.AsyncClient(transport=transport, base_url="http://service", headers=more)


async def test_the_ladder_to_details(app: FastAPI, accounts: FastAPI) -> None:
    owner, viewer = await an_owner(accounts), await a_viewer(accounts)
    secret = app.state.settings.suite_secret.get_secret_value()
    rungs = {
        401: {},
        403: {"Authorization": f"Bearer {viewer.access_token}"},
        200: {"Authorization": f"Bearer {owner.access_token}"},
    }
    for expected, headers in rungs.items():
        async with from_outside(app, **headers) as client:
            assert (await client.get("/services/valkey/history")).status_code == expected
            is_summary = (await client.get("/status")).json()["is_summary"]
            assert is_summary is (expected != 200)
    async with from_outside(app, Cookie=f"admin_access={owner.access_token}") as client:
        assert not (await client.get("/status")).json()["is_summary"]
    async with from_outside(app, Cookie=f"admin_access={viewer.access_token}") as client:
        assert (await client.get("/status")).json()["is_summary"]
    service = Signer(secret, "admin_interface", "sentinel")()
    async with from_outside(app, Authorization=service) as client:
        assert (await client.get("/services/valkey/history")).status_code == 200


async def test_nothing_upsets_it(app: FastAPI) -> None:
    assert await upsets(app, each=40) == []
