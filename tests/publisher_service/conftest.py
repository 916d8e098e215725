"""A publisher_service of one's own, beside a real accounts_service and a mail server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest
from fastapi import FastAPI

import accounts_service.app
from accounts_service.settings import Settings as AccountsSettings
from kit.client import Signer
from kit.contracts.accounts.client import AccountsClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import Delivery, DeliveryQuery, DeliveryState
from publisher_service.app import create_app
from publisher_service.settings import Settings
from tests.cast import ALICE
from tests.conftest import DatabaseUrl, Start
from tests.factories.publisher import an_account, as_person, as_service
from tests.fakes.mail_server import MailServer, a_mail_server
from tests.wiring import http

Ends = Callable[..., Awaitable[Delivery]]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher_service.rules.trying.FIRST_SECONDS", 0.01)


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    async with a_mail_server() as found:
        yield found


@pytest.fixture
async def accounts_app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    url = database_url("accounts_service")
    settings = AccountsSettings(environment="test", database_url=url, valkey_url=valkey_url)
    return await start(accounts_service.app.create_app(settings))


@pytest.fixture
def settings(database_url: DatabaseUrl, valkey_url: str, mail_server: MailServer) -> Settings:
    return Settings(
        environment="test",
        database_url=database_url("publisher_service"),
        valkey_url=valkey_url,
        accounts_url="http://127.0.0.1:9",
        smtp_host="127.0.0.1",
        smtp_port=mail_server.port,
        smtp_security="none",
        portal_public_url="https://portal.example.org",
        tries=4,
    )


@pytest.fixture
async def app(settings: Settings, accounts_app: FastAPI, start: Start) -> FastAPI:
    secret = settings.suite_secret.get_secret_value()
    signer = Signer(secret, "publisher_service", "accounts_service")
    accounts = AccountsClient(http(accounts_app), signer)
    return await start(create_app(settings, accounts))


@pytest.fixture
async def alice(app: FastAPI, accounts_app: FastAPI) -> PublisherClient:
    """Alice has an account with an address that is known to be hers."""
    await an_account(accounts_app, ALICE, "Alice", "alice@example.org")
    return as_person(app, ALICE)


@pytest.fixture
def client(app: FastAPI) -> PublisherClient:
    return as_service(app)


@pytest.fixture
def ends(client: PublisherClient) -> Ends:
    """Return a function that waits until the one delivery of a notice is in that state."""

    async def wait(
        notice_id: UUID, state: DeliveryState = DeliveryState.sent, seconds: float = 20
    ) -> Delivery:
        async with asyncio.timeout(seconds):
            while True:
                found = await client.deliveries(DeliveryQuery(notice_id=notice_id, state=state))
                if found.items:
                    return await client.delivery(found.items[0].id)
                await asyncio.sleep(0.02)

    return wait
