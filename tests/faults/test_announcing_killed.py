"""A gateway killed while it announces films: every follower hears of each film exactly once."""

import asyncio
import random
import sys
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text

import accounts_service.app
import publisher_service.app
from accounts_service.settings import Settings as AccountsSettings
from gateway.actions import events
from gateway.actions.pipelines import ALL
from kit import clock
from kit.client import Signer
from kit.contracts.accounts import AccountsClient
from kit.contracts.catalog.shelves import SeriesNew
from kit.contracts.gateway import AnnouncementAsked, EventNew
from kit.db import open_database
from publisher_service.settings import Settings as PublisherSettings
from tests.cast import ALICE
from tests.catalog_service.conftest import app, library, library_app, settings, tokens_app
from tests.factories.catalog import a_published_film, as_admin
from tests.factories.publisher import an_account, as_person
from tests.faults.test_jobs import hears, pause_until
from tests.faults.test_jobs_gateway import all_done
from tests.journeys.cinema import served
from tests.journeys.running import free_ports
from tests.kit.queueing import Queue, until
from tests.wiring import http

__all__ = ["app", "library", "library_app", "settings", "tokens_app"]
FILMS, KILLS = 12, 4


@pytest.fixture
async def publisher(database_url, valkey_url, start):
    """Serve notices, and Alice, who has an account."""
    common = {"environment": "test", "valkey_url": valkey_url}
    people = await start(
        accounts_service.app.create_app(
            AccountsSettings(**common, database_url=database_url("accounts_service"))
        )
    )
    await an_account(people, ALICE, "Alice")
    return await start(
        publisher_service.app.create_app(
            PublisherSettings(**common, database_url=database_url("publisher_service")),
            accounts_of(people),
        )
    )


async def test_each_film_is_told_of_once_whatever_dies(app, library_app, publisher, database_url):
    series = await as_admin(app).create_series(SeriesNew(title="Les Rues"))
    await as_person(publisher, ALICE).follow(f"series:{series.id}")
    films = [
        (await a_published_film(app, library_app, title=f"Rue {n}", series_id=series.id)).id
        for n in range(FILMS)
    ]
    url = database_url("gateway")
    queue = Queue(url, open_database(url, 2))
    async with queue.database.sessions.begin() as session:
        for film in films:
            await events.take(session, ALL, asked(film))
    ports = free_ports(2)
    words = (url, *(f"http://127.0.0.1:{port}" for port in ports))
    async with served((app, ports[0]), (publisher, ports[1])):
        for _ in range(KILLS):
            process = await a_gateway(*words)
            await pause_until(random.uniform(0.02, 0.3), lambda: all_done(queue))
            process.kill()
            await process.wait()
            await queue.run("UPDATE pgqueuer SET heartbeat = heartbeat - interval '1 minute'")
        survivor = await a_gateway(*words)
        await until(lambda: all_done(queue), seconds=60)
        survivor.kill()
        await survivor.wait()
        await until(lambda: all_told(publisher), seconds=60)

    async with publisher.state.database.reads() as session:
        told = (await session.scalars(text("SELECT values ->> 'title' FROM notice"))).all()
    assert sorted(told) == sorted(f"Rue {n}" for n in range(FILMS))
    await queue.database.close()


def asked(film_id: UUID) -> EventNew:
    payload = AnnouncementAsked(film_id=film_id).model_dump(mode="json")
    return EventNew(id=uuid4(), name="AnnouncementAsked", at=clock.now(), payload=payload)


def accounts_of(people: FastAPI) -> AccountsClient:
    secret = people.state.settings.suite_secret.get_secret_value()
    return AccountsClient(http(people), Signer(secret, "publisher_service", "accounts_service"))


async def all_told(publisher) -> bool:
    async with publisher.state.database.reads() as session:
        left = await session.scalar(
            text("SELECT count(*) FROM announcement WHERE finished_at IS NULL")
        )
    return bool(left == 0)


async def a_gateway(*words: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.announcing_gateway", *words,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    await hears(process, "ready")
    return process
