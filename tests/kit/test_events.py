"""What a service tells the gateway and the audit log: once, in its own transaction."""

import pytest
from fastapi import FastAPI

import accounts_service.app
import gateway.app
from accounts_service.settings import Settings as AccountsSettings
from gateway.settings import Settings as GatewaySettings
from kit.auth import Caller
from kit.client import Signer
from kit.contracts.accounts import AccountsClient, AuditQuery
from kit.contracts.gateway import EventNew, GatewayClient
from kit.events import Told, audit, emit
from kit.jobs import Tasks, dead_letters
from kit.web import build_app
from tests.conftest import DatabaseUrl, Start
from tests.kit.hello import Settings
from tests.kit.queueing import Queue, queue, until
from tests.wiring import http

__all__ = ["queue"]


@pytest.fixture
async def gateway_app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    url = database_url("gateway")
    settings = GatewaySettings(environment="test", database_url=url, valkey_url=valkey_url)
    return await start(gateway.app.create_app(settings))


@pytest.fixture
async def accounts_app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    url = database_url("accounts_service")
    settings = AccountsSettings(environment="test", database_url=url, valkey_url=valkey_url)
    return await start(accounts_service.app.create_app(settings))


@pytest.fixture
async def hello(
    queue: Queue, valkey_url: str, gateway_app: FastAPI, accounts_app: FastAPI, start: Start
) -> FastAPI:
    """Run a service without tasks of its own, beside a real gateway and a real accounts_service."""
    settings = Settings(environment="test", database_url=queue.url, valkey_url=valkey_url)
    secret = settings.suite_secret.get_secret_value()
    clients = (
        GatewayClient(http(gateway_app), Signer(secret, "hello_service", "gateway")),
        AccountsClient(http(accounts_app), Signer(secret, "hello_service", "accounts_service")),
    )
    return await start(build_app(settings, clients=clients, tasks=Tasks()))


async def told(gateway_app: FastAPI) -> list[tuple[str, str, dict[str, object]]]:
    found = Queue("", gateway_app.state.database)
    rows = await found.rows("SELECT name, source, payload FROM event ORDER BY at")
    return [(row["name"], row["source"], row["payload"]) for row in rows]


async def test_an_event_reaches_the_gateway_if_the_transaction_commits(hello, queue, gateway_app):
    async with hello.state.database.sessions.begin() as session:
        await emit(session, "MoonRose", {"over": "Lomé"})
    async with hello.state.database.sessions() as session:
        await emit(session, "SunFell", {})
        await session.rollback()
    await until(queue.is_empty)
    assert await told(gateway_app) == [("MoonRose", "hello_service", {"over": "Lomé"})]


async def test_the_same_event_emitted_twice_counts_once(hello, queue, gateway_app):
    ids = set()
    for _ in range(2):
        async with hello.state.database.sessions.begin() as session:
            ids.add(await emit(session, "MoonRose", {"over": "Lomé"}, key="2026-11-21"))
        await until(queue.is_empty)
    assert len(ids) == 1
    assert len(await told(gateway_app)) == 1
    async with hello.state.database.sessions.begin() as session:
        assert await emit(session, "MoonRose", {}, key="2026-11-22") not in ids


async def test_a_deed_reaches_the_audit_log(hello, queue, accounts_app):
    dana = Caller("person", id="dana", name="Dana Agbeko", via="admin_interface")
    async with hello.state.database.sessions.begin() as session:
        await audit(session, dana, "film.published", "film/1", {"title": "Sira"})
    await until(queue.is_empty)
    secret = accounts_app.state.settings.suite_secret.get_secret_value()
    accounts = AccountsClient(http(accounts_app), Signer(secret, "suite", "accounts_service"))
    (entry,) = (await accounts.audit(AuditQuery(action="film.published"))).items
    assert (entry.service, entry.actor_name, entry.target) == (
        "hello_service", "Dana Agbeko", "film/1",
    )  # fmt: skip
    assert entry.details == {"title": "Sira"}


async def test_what_the_gateway_refuses_is_held_with_its_words(hello, queue):
    async with hello.state.database.sessions.begin() as session:
        await emit(session, "FilmUploaded", {"film_id": "no"})

    async def held():
        async with hello.state.database.sessions.begin() as session:
            return await dead_letters(session)

    await until(held)
    (letter,) = await held()
    assert letter.name == "deliver_event"
    assert letter.reason.startswith("gateway refused it:")
    assert letter.attempts == 1


def test_what_is_sent_is_what_the_contract_asks_for():
    assert set(Told.model_fields) == set(EventNew.model_fields)
