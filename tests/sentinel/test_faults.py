"""Sentinel while its own PostgreSQL dies and comes back."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from kit.contracts.sentinel import SentinelClient
from sentinel.actions.watching import Watch
from sentinel.models import Change
from suite.engines.postgres import Postgres
from suite.migrations import run as migrations
from tests.conftest import Start
from tests.sentinel.conftest import MakeSentinel
from tests.sentinel.street import Street, is_, until
from tests.wiring import http


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """Give this test a PostgreSQL of its own, to be stopped."""
    folder = Path(tempfile.mkdtemp(prefix="sentinel-"))
    folder.chmod(0o711)
    postgres = Postgres(folder, fsync="off", shared_buffers="16MB")
    postgres.start()
    migrations.upgrade("sentinel", postgres.url("postgres"))
    yield postgres
    postgres.stop()
    shutil.rmtree(folder, ignore_errors=True)


async def is_well_and_kept(watch: Watch) -> None:
    await until(watch, lambda one: is_("catalog_service", "well")(one) and not one.waiting)
    await until(watch, lambda one: one.is_history_kept)


async def is_seen_without_postgresql(watch: Watch) -> None:
    await until(watch, is_("postgresql", "silent"))
    await until(watch, is_("catalog_service", "impaired"))
    await until(watch, is_("accounts_service", "impaired"))


async def test_sentinel_stays_up_and_truthful_without_its_database(
    own_postgres: Postgres, new_sentinel: MakeSentinel, street: Street, start: Start
) -> None:
    app: FastAPI = await start(new_sentinel(own_postgres.url("postgres")))
    await is_well_and_kept(app.state.watch)
    own_postgres.stop()
    street.take_postgresql_away()
    await is_seen_without_postgresql(app.state.watch)
    status = await SentinelClient(http(app)).status()
    assert (status.state, status.is_history_kept) == ("trouble", False)
    assert [one.root for one in status.findings] == ["postgresql"]
    assert status.findings[0].confidence == "verified"
    history = await SentinelClient(http(app)).history("catalog_service")
    assert [change.state for change in history.items] == ["impaired", "well"]
    assert not history.is_complete
    async with http(app) as browser:
        page = await browser.get("/")
        assert "base de Sentinel ne répond pas" in page.text
        assert (await browser.get("/ready")).status_code == 200


async def test_what_changed_meanwhile_is_written_when_the_database_is_back(
    own_postgres: Postgres, new_sentinel: MakeSentinel, street: Street, start: Start
) -> None:
    app: FastAPI = await start(new_sentinel(own_postgres.url("postgres")))
    await is_well_and_kept(app.state.watch)
    own_postgres.stop()
    street.take_postgresql_away()
    await is_seen_without_postgresql(app.state.watch)
    own_postgres.start()
    street.give_postgresql_back()
    await is_well_and_kept(app.state.watch)
    async with app.state.database.sessions() as session:
        statement = select(Change.state).where(Change.key == "catalog_service").order_by(Change.at)
        kept = (await session.scalars(statement)).all()
    assert kept == ["well", "impaired", "well"]
    assert (await SentinelClient(http(app)).history("catalog_service")).is_complete


async def test_it_starts_without_its_database_and_remembers_when_it_comes(
    own_postgres: Postgres, new_sentinel: MakeSentinel, street: Street, start: Start
) -> None:
    url = own_postgres.url("postgres")
    first = await start(new_sentinel(url))
    await until(first.state.watch, lambda w: is_("catalog_service", "well")(w) and not w.waiting)
    since = first.state.watch.board.conditions["catalog_service"].since
    own_postgres.stop()
    second = await start(new_sentinel(url))
    await until(second.state.watch, is_("catalog_service", "well"))
    assert second.state.watch.board.conditions["catalog_service"].since != since
    own_postgres.start()
    await until(second.state.watch, lambda watch: watch.has_remembered)
    assert second.state.watch.board.conditions["catalog_service"].since == since
