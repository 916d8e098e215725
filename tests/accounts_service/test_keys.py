"""Signing keys: made once, replaced with overlap, sealed."""

import asyncio
from datetime import timedelta

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select, update

from accounts_service.actions import keys
from accounts_service.actions.tools import Tools
from accounts_service.app import create_app
from accounts_service.models.programs import SigningKey
from accounts_service.settings import Settings
from kit.auth import KeyRing
from kit.contracts.accounts import SigningKeyNew
from kit.errors import Unauthenticated
from tests.conftest import Start
from tests.factories.accounts import an_owner, as_service, as_stranger


async def rows(app: FastAPI) -> list[SigningKey]:
    async with app.state.database.sessions() as session:
        return list((await session.scalars(select(SigningKey))).all())


def another_service(app: FastAPI) -> KeyRing:
    async def fetch() -> dict[str, object]:
        return (await as_stranger(app).keys()).model_dump()

    return KeyRing(fetch)


async def test_many_first_questions_make_one_key(app: FastAPI) -> None:
    client = as_stranger(app)
    answers = await asyncio.gather(*(client.keys() for _ in range(20)))
    assert len({answer.keys[0]["kid"] for answer in answers}) == 1
    assert len(await rows(app)) == 1


async def test_what_is_published_has_no_private_part(app: FastAPI) -> None:
    (key,) = (await as_stranger(app).keys()).keys
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}


async def test_any_service_verifies_a_token_with_the_published_keys(app: FastAPI) -> None:
    owner = await an_owner(app)
    caller = await another_service(app).caller(owner.access_token)
    assert (caller.kind, caller.id) == ("person", str(owner.account.id))
    assert (caller.name, *caller.roles) == ("Dana Agbeko", "owner")


async def test_a_replaced_key_goes_on_until_its_last_token_is_old(app: FastAPI) -> None:
    owner = await an_owner(app)
    after = await as_service(app).replace_signing_key(SigningKeyNew())
    assert len(after.keys) == 2
    await another_service(app).caller(owner.access_token)
    refreshed = await as_stranger(app).refresh(owner.refresh_token)
    assert refreshed.access_token.split(".")[0] == owner.access_token.split(".")[0]


async def test_a_leaked_key_stops_at_once(app: FastAPI) -> None:
    owner = await an_owner(app)
    after = await as_service(app).replace_signing_key(SigningKeyNew(leaked=True))
    assert len(after.keys) == 1
    with pytest.raises(Unauthenticated):
        await another_service(app).caller(owner.access_token)
    refreshed = await as_stranger(app).refresh(owner.refresh_token)
    await another_service(app).caller(refreshed.access_token)


async def test_the_schedule_makes_the_next_key_in_time_and_withdraws_the_old(app: FastAPI) -> None:
    await as_stranger(app).keys()
    for _ in range(2):
        await run_schedule(app)
    assert len(await rows(app)) == 1
    await set_back(app, timedelta(days=30))
    for _ in range(2):
        await run_schedule(app)
    assert len(await rows(app)) == 2
    await set_back(app, timedelta(hours=2))
    await run_schedule(app)
    assert sum(row.withdrawn_at is None for row in await rows(app)) == 1


async def test_private_keys_open_only_with_the_secret_that_sealed_them(
    app: FastAPI, start: Start
) -> None:
    owner = await an_owner(app)
    known: Settings = app.state.settings
    settings = Settings(
        environment="test",
        database_url=known.database_url,
        valkey_url=known.valkey_url,
        suite_secret=SecretStr("another secret, also long"),
    )
    other = await start(create_app(settings))
    (row,) = await rows(app)
    assert other.state.tools.keys.opened(row) is None
    assert len((await as_stranger(other).keys()).keys) == 2
    with pytest.raises(Exception, match="session has ended"):
        await as_stranger(other).refresh(owner.refresh_token)


async def run_schedule(app: FastAPI) -> None:
    tools: Tools = app.state.tools
    async with app.state.database.sessions.begin() as session:
        await keys.replace_when_due(session, tools)


async def set_back(app: FastAPI, by: timedelta) -> None:
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(SigningKey).values(signs_from=SigningKey.signs_from - by))
