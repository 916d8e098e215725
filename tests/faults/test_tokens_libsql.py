"""A libSQL server restarts, forgets, falls silent, loses answers: nothing is lost or doubled."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from kit.contracts.accounts import AccountsClient
from kit.contracts.tokens import TokenStoreUnavailable
from tests.conftest import Start
from tests.factories.tokens import a_batch, a_mint, a_token, as_service
from tests.fakes import hrana_server
from tests.fakes.hrana_server import Fault, HranaServer
from tests.wiring import http
from tokens_service import migrations
from tokens_service.app import create_app
from tokens_service.models import Statement
from tokens_service.providers.hrana import HranaStore
from tokens_service.settings import Settings

TOKEN = "let me in"
NUMBERS = Statement("SELECT number FROM migration ORDER BY number", {})
ALL_NUMBERS = [{"number": number} for number, _ in migrations.ALL]
FAULTS = [hrana_server.lost, hrana_server.silent, hrana_server.busy, hrana_server.restarting]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[HranaServer]:
    server = HranaServer(tmp_path / "libsql.db", TOKEN)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def app(server: HranaServer, valkey_url: str, start: Start) -> FastAPI:
    settings = Settings(
        environment="test", database_url=server.url, database_token=TOKEN, database_timeout=1,
        valkey_url=valkey_url,
    )  # fmt: skip
    return await start(create_app(settings, AccountsClient(http(FastAPI()))))


async def count(app: FastAPI, table: str) -> object:
    counted = f"SELECT count(*) AS n FROM {table}"  # noqa: S608
    found = await app.state.issuer.store.read(Statement(counted, {}))
    return found[0]["n"]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_mint_whose_answer_is_lost_is_made_once(
    server: HranaServer, app: FastAPI, fault: Fault
) -> None:
    before = await count(app, "outbox")
    server.after.append(fault)
    token = await a_token(app)
    assert (await as_service(app).verify(token.code)).ok
    assert (before, await count(app, "token"), await count(app, "outbox")) == (0, 1, 1)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_batch_whose_request_is_lost_is_made_once(
    server: HranaServer, app: FastAPI, fault: Fault
) -> None:
    server.before.append(fault)
    server.after.append(fault)
    await a_batch(app, 7)
    assert (await count(app, "batch"), await count(app, "token")) == (1, 7)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_revocation_whose_answer_is_lost_is_told_once(
    server: HranaServer, app: FastAPI, fault: Fault
) -> None:
    token = await a_token(app)
    server.after.append(fault)
    await as_service(app).revoke(str(token.id))
    assert not (await as_service(app).verify(token.code)).ok
    assert await count(app, "outbox") == 2


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_device_whose_answer_is_lost_takes_one_slot(
    server: HranaServer, app: FastAPI, fault: Fault
) -> None:
    token = await a_token(app, max_devices=2)
    await as_service(app).verify(token.code)
    server.after.append(fault)
    assert (await as_service(app).verify(token.code, device="phone")).ok
    assert (await as_service(app).verify(token.code, device="tablet")).ok


async def test_minting_goes_on_through_restarts(server: HranaServer, app: FastAPI) -> None:
    async def restarts() -> None:
        for _ in range(3):
            await server.restart()

    async def mint(key: int) -> str:
        while True:
            try:
                return (await as_service(app).mint(a_mint(key=str(key)))).code
            except TokenStoreUnavailable:
                continue

    codes, _ = await asyncio.gather(asyncio.gather(*map(mint, range(20))), restarts())
    assert len(set(codes)) == await count(app, "token") == 20


async def test_a_server_that_stays_away_is_unavailable(server: HranaServer, app: FastAPI) -> None:
    token = await a_token(app)
    await server.stop()
    with pytest.raises(TokenStoreUnavailable):
        await a_token(app)
    async with http(app) as client:
        assert (await client.get("/ready")).json()["checks"]["store"]["ok"] is False
    await server.start()
    assert (await as_service(app).verify(token.code)).ok


async def test_a_wrong_access_token_is_unavailable_at_once(server: HranaServer) -> None:
    store = HranaStore(server.url, "wrong")
    with pytest.raises(TokenStoreUnavailable):
        await store.read(Statement("SELECT 1", {}))
    assert server.requests == 1
    await store.close()


@pytest.mark.parametrize("fault", [hrana_server.expiring, *FAULTS])
async def test_a_migration_survives_an_expired_stream(server: HranaServer, fault: Fault) -> None:
    async def undisturbed(server: HranaServer, request: object) -> None:
        return None

    store = HranaStore(server.url, TOKEN, timeout=1)
    server.before.extend([undisturbed, undisturbed, fault])
    await store.open(migrations.ALL)
    assert await store.read(NUMBERS) == ALL_NUMBERS
    await store.close()


async def test_a_stream_goes_on_where_the_server_says(server: HranaServer) -> None:
    server.node = "node-7"
    store = HranaStore(server.url, TOKEN)
    await store.open(migrations.ALL)
    assert await store.read(NUMBERS) == ALL_NUMBERS
    await store.close()
    assert server.streams == {}
