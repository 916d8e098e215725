"""The client speaks what tokens_service serves, errors included; deeds reach the audit log."""

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI

from accounts_service.app import create_app as create_accounts
from accounts_service.settings import Settings as AccountsSettings
from kit.contracts.accounts import AuditQuery
from kit.contracts.tokens import (
    AccessLevel,
    BatchNew,
    GuessedTooOften,
    LifetimePast,
    TokenChange,
    TokenNotFound,
    TokenQuery,
    TokenState,
)
from tests.conftest import DatabaseUrl, Start
from tests.factories import accounts
from tests.factories.tokens import FILM, a_batch, a_mint, a_token, as_service, as_stranger
from tokens_service.app import create_app
from tokens_service.rules.codes import random_body
from tokens_service.settings import Settings


@pytest.fixture
async def accounts_app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    url = database_url("accounts_service")
    settings = AccountsSettings(environment="test", database_url=url, valkey_url=valkey_url)
    return await start(create_accounts(settings))


@pytest.fixture
async def app(accounts_app: FastAPI, tmp_path: Path, valkey_url: str, start: Start) -> FastAPI:
    settings = Settings(
        environment="test", database_url=f"file:{tmp_path / 't.sqlite'}", valkey_url=valkey_url
    )
    return await start(create_app(settings, accounts.as_service(accounts_app, "tokens_service")))


async def test_a_token_travels_whole(app: FastAPI) -> None:
    made = await a_token(app, ppv=FILM, label="Prix", max_devices=2)
    assert (made.access_level, made.video_id, made.max_devices) == (AccessLevel.ppv, FILM, 2)
    assert made.state is TokenState.active
    assert await as_service(app).token(made.id) == made
    assert (await as_service(app).tokens(TokenQuery(video_id=FILM))).items == [made]
    found = await as_stranger(app).verify(made.token)
    assert (found.token_id, found.expires_at, found.title) == (made.id, made.expires_at, made.title)


async def test_a_batch_travels_whole(app: FastAPI) -> None:
    made = await a_batch(app, 2, label="Festival")
    assert (made.count, made.revoked, made.label) == (2, 0, "Festival")
    assert await as_service(app).batch(made.id) == made
    assert (await as_service(app).batches()).items == [made]


async def test_errors_come_back_as_themselves(app: FastAPI) -> None:
    tokens = as_service(app)
    with pytest.raises(TokenNotFound):
        await tokens.revoke(random_body())
    made = await a_token(app)
    with pytest.raises(LifetimePast):
        await tokens.change(made.id, TokenChange(expires_at=made.created_at))
    guesses = [tokens.verify(random_body(), viewer_address="203.0.113.66") for _ in range(13)]
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert [one for one in answers if isinstance(one, GuessedTooOften)]


async def test_two_thousand_tokens_can_be_minted_and_printed(app: FastAPI) -> None:
    new = BatchNew(count=2000, **a_mint().model_dump(exclude_unset=True))
    batch = await as_service(app).mint_batch(new)
    assert (await as_service(app).batch_csv(batch.id)).count(b"OM43-") == 4000  # and its address
    assert (await as_service(app).batch_sheet(batch.id)).count(b"<svg") == 2000


async def test_every_deed_reaches_the_audit_log_without_a_code(
    app: FastAPI, accounts_app: FastAPI
) -> None:
    token = await a_token(app, label="Prix du public")
    await as_service(app).revoke(token.code)
    owner = await accounts.an_owner(accounts_app)
    log = accounts.as_stranger(accounts_app).acting(owner.access_token)
    query = AuditQuery(service="tokens_service", target=f"token:{token.id}")
    entries = (await log.audit(query)).items
    while len(entries) < 2:
        entries = (await log.audit(query)).items
    assert {one.action for one in entries} == {"token.mint", "token.revoke"}
    assert {one.actor_id for one in entries} == {"catalog_service"}
    assert token.code not in str(entries)
