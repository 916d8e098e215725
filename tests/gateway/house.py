"""The gateway beside all it needs to announce a film: catalogue, people, notices, Telegram."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

import accounts_service.app
from accounts_service.models.people import Account
from accounts_service.models.profiles import Profile
from accounts_service.settings import Settings as AccountsSettings
from gateway.app import create_app as create_gateway
from gateway.settings import Settings as GatewaySettings
from kit import clock
from kit.client import Signer, open_http
from kit.contracts.accounts import AccountsClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import Film
from kit.contracts.gateway import (
    Announce,
    AnnouncementAsked,
    EventNew,
    GatewayClient,
    Job,
    JobState,
    announcement_id,
)
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import Notice
from kit.contracts.transcoder.client import VideoLibraryClient
from publisher_service.app import create_app as create_publisher
from publisher_service.settings import Settings as PublisherSettings
from tests.conftest import DatabaseUrl, Start
from tests.factories.catalog import a_video
from tests.factories.publisher import an_account, as_person
from tests.factories.publisher import as_service as as_service_of_publisher
from tests.fakes.telegram import Telegram
from tests.gateway.plays import as_service
from tests.gateway.test_film import FINISHED, reaches
from tests.wiring import http


@dataclass
class House:
    """The gateway beside everybody it needs; `publisher_away` is a publisher nobody answers for."""

    app: FastAPI
    client: GatewayClient
    catalog: FastAPI
    library: FastAPI
    accounts: FastAPI
    publisher: FastAPI
    publisher_away: PublisherClient

    async def a_video(self) -> str:
        return await a_video(self.library, **FINISHED)

    async def runs(self, event: EventNew) -> Job:
        """Tell the gateway, and return the job once it has ended."""
        (job_id,) = (await self.client.tell(event)).job_ids
        return await self.ended(job_id)

    async def ended(self, job_id: UUID) -> Job:
        ends = {JobState.done, JobState.error}
        found: Job = await reaches(self.client, job_id, lambda job: job.state in ends)
        return found

    async def notices(self, account_id: UUID) -> Sequence[Notice]:
        """Return what somebody was told, once the announcements have gone round."""
        return (await as_person(self.publisher, account_id).notices()).items

    async def told(self, account_id: UUID, film: Film) -> Sequence[Notice]:
        """Wait until the film's announcement reached everybody; return what this one was told."""
        publisher = as_service_of_publisher(self.publisher)
        await reaches_end(publisher, announcement_id(film.id))
        return await self.notices(account_id)

    def without_publisher(self) -> None:
        self.app.state.clients[PublisherClient] = self.publisher_away

    def with_publisher(self) -> None:
        self.app.state.clients[PublisherClient] = as_service_of_publisher(self.publisher)


async def reaches_end(publisher: PublisherClient, an_id: UUID) -> None:
    """Wait until an announcement has gone round."""
    async with asyncio.timeout(40):
        while True:
            if (await publisher.announcement(an_id)).finished_at is not None:
                return
            await asyncio.sleep(0.02)


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with Telegram() as found:
        yield found


@pytest.fixture
async def house(
    app: FastAPI,
    library: VideoLibraryClient,
    library_app: FastAPI,
    database_url: DatabaseUrl,
    valkey_url: str,
    telegram: Telegram,
    start: Start,
) -> AsyncIterator[House]:
    common: dict[str, Any] = {"environment": "test", "valkey_url": valkey_url}
    gateway_settings = GatewaySettings(
        **common, database_url=database_url("gateway"), poll_seconds=0.05
    )
    secret = gateway_settings.suite_secret.get_secret_value()
    accounts_app = await start(
        accounts_service.app.create_app(
            AccountsSettings(**common, database_url=database_url("accounts_service"))
        )
    )

    def accounts(caller: str) -> AccountsClient:
        return AccountsClient(http(accounts_app), Signer(secret, caller, "accounts_service"))

    publisher_app = await start(
        create_publisher(
            PublisherSettings(
                **common,
                database_url=database_url("publisher_service"),
                accounts_url="http://127.0.0.1:9",
                telegram_api_url=telegram.url,
                media_url="memory://",
            ),
            accounts("publisher_service"),
        )
    )
    gateway_app = await start(
        create_gateway(
            gateway_settings,
            CatalogClient(http(app), Signer(secret, "gateway", "catalog_service")),
            as_service_of_publisher(publisher_app),
            accounts("gateway"),
            library,
        )
    )
    away = PublisherClient(open_http("http://127.0.0.1:9"))
    client = as_service(gateway_app)
    yield House(gateway_app, client, app, library_app, accounts_app, publisher_app, away)
    await away.close()


async def awa_has_a_page(house: House) -> UUID:
    awa = uuid4()
    await an_account(house.accounts, awa, "Awa Diop")
    async with house.accounts.state.database.sessions.begin() as session:
        (await session.get_one(Account, awa)).roles = ["filmmaker"]
        session.add(Profile(account_id=awa, is_public=True, slug="awa", updated_at=clock.now()))
    return awa


async def follows(house: House, account_id: UUID, *topics: str) -> None:
    await an_account(house.accounts, account_id, "Alice")
    for topic in topics:
        await as_person(house.publisher, account_id).follow(topic)


def asked(film: Film, announce: Announce) -> EventNew:
    payload = AnnouncementAsked(film_id=film.id, title=film.title, announce=announce)
    return EventNew(
        id=uuid4(),
        name="AnnouncementAsked",
        at=clock.now(),
        payload=payload.model_dump(mode="json"),
    )
