"""Watching: what breaks is seen, what was known is remembered."""

import asyncio
from datetime import timedelta

import httpx
from fastapi import FastAPI
from sqlalchemy import func, select, update

from kit import clock
from kit.contracts.sentinel import SentinelClient
from sentinel.actions.watching import Watch
from sentinel.models import Absence, Change, Heartbeat
from sentinel.rules.faults import faults
from tests.conftest import DatabaseUrl, Start
from tests.sentinel.conftest import MakeSentinel
from tests.sentinel.street import Street, is_, until
from tests.wiring import http


def all_well(watch: Watch) -> bool:
    names = ["catalog_service", "accounts_service", "tokens_service", "postgresql", "valkey"]
    return all(watch.board.state(name) == "well" for name in names)


async def test_everything_is_seen_to_be_well(app: FastAPI) -> None:
    watch: Watch = app.state.watch
    await until(watch, all_well)
    status = await SentinelClient(http(app)).status()
    assert (status.state, status.sentence, status.findings) == ("well", "Tout va bien.", [])
    assert status.is_history_kept
    kinds = {one.name: one.kind for one in status.watched}
    assert (kinds["catalog_service"], kinds["valkey"]) == ("service", "engine")
    assert "disk" in kinds.values()


async def test_a_service_that_dies_is_told_and_forgotten_when_it_is_back(
    app: FastAPI, street: Street
) -> None:
    watch: Watch = app.state.watch
    await until(watch, all_well)
    street.shut("tokens_service")
    await until(watch, is_("tokens_service", "silent"))
    (found,) = (await SentinelClient(http(app)).findings()).items
    assert (found.root, found.severity) == ("tokens_service", "critical")
    assert "codes" in found.who
    assert "restart tokens_service" in found.todo
    street.open("tokens_service")
    await until(watch, is_("tokens_service", "well"))
    assert (await SentinelClient(http(app)).findings()).items == []


async def test_a_service_that_never_answers_costs_a_deadline_not_the_round(
    new_sentinel: MakeSentinel, street: Street, start: Start
) -> None:
    street.houses["gateway"] = street.houses["tokens_service"]
    app = await start(new_sentinel(deadline_seconds=0.3))
    watch: Watch = app.state.watch
    await until(watch, is_("tokens_service", "well"))
    street.houses["tokens_service"].door.is_stuck = True
    await until(watch, is_("tokens_service", "silent"))
    assert watch.board.state("catalog_service") == "well"
    assert watch.board.conditions["tokens_service"].detail == "no answer within 0.3 s"


async def test_lost_postgresql_is_one_finding(app: FastAPI, street: Street) -> None:
    watch: Watch = app.state.watch
    await until(watch, all_well)
    street.take_postgresql_away()
    await until(watch, is_("catalog_service", "impaired"))
    await until(watch, is_("accounts_service", "impaired"))
    (found,) = (await SentinelClient(http(app)).findings()).items
    assert (found.root, found.affected) == (
        "postgresql", ["accounts_service", "catalog_service"],
    )  # fmt: skip
    street.give_postgresql_back()
    await until(watch, lambda one: not faults(one.board))


async def test_since_when_survives_a_restart(
    new_sentinel: MakeSentinel, database_url: DatabaseUrl, street: Street, start: Start
) -> None:
    url = database_url("sentinel")
    first = await start(new_sentinel(url))
    await until(first.state.watch, all_well)
    street.shut("catalog_service")
    await until(first.state.watch, is_("catalog_service", "silent"))
    await until(first.state.watch, lambda watch: not watch.waiting)
    since = first.state.watch.board.conditions["catalog_service"].since
    second = await start(new_sentinel(url))
    await until(second.state.watch, is_("catalog_service", "silent"))
    assert second.state.watch.board.conditions["catalog_service"].since == since


async def test_its_own_absence_is_noted_and_counts_as_nothing(
    app: FastAPI, new_sentinel: MakeSentinel, start: Start
) -> None:
    watch: Watch = app.state.watch
    await until(watch, lambda one: all_well(one) and not one.waiting)
    hour_ago = clock.now() - timedelta(hours=1)
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(Heartbeat).values(at=hour_ago))
        await session.execute(update(Change).values(at=hour_ago - timedelta(days=2)))
    again = await start(new_sentinel(app.state.settings.database_url))
    await until(again.state.watch, lambda one: all_well(one) and one.is_history_kept)
    history = await SentinelClient(http(again)).history("catalog_service")
    assert [change.state for change in history.items] == ["well"]
    (absence,) = history.absences
    assert absence.since == hour_ago
    since = again.state.watch.board.conditions["catalog_service"].since
    assert since == hour_ago - timedelta(days=2)


async def test_a_paused_process_believes_nothing_from_before(app: FastAPI) -> None:
    watch: Watch = app.state.watch
    await until(watch, all_well)
    watch.board.at = clock.now() - timedelta(hours=2)
    await until(
        watch, lambda one: clock.now() - (one.board.at or clock.now()) < timedelta(minutes=1)
    )
    await until(watch, lambda one: not one.waiting)
    async with app.state.database.sessions() as session:
        found = await session.scalar(select(func.count()).select_from(Absence))
    assert found == 1


async def test_old_changes_are_forgotten_but_never_the_last(
    new_sentinel: MakeSentinel, database_url: DatabaseUrl, start: Start
) -> None:
    url = database_url("sentinel")
    app = await start(new_sentinel(url))
    await until(app.state.watch, lambda one: all_well(one) and not one.waiting)
    old = clock.now() - timedelta(days=200)
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(Change).values(at=old))
        session.add(Change(key="valkey", state="silent", at=old - timedelta(days=1), detail=""))
    again = await start(new_sentinel(url))
    await until(again.state.watch, lambda one: one.is_history_kept)
    async with again.state.database.sessions() as session:
        rows = (await session.scalars(select(Change).where(Change.key == "valkey"))).all()
    assert [row.state for row in rows] == ["well"]


async def test_every_round_reaches_who_listens(app: FastAPI) -> None:
    watch: Watch = app.state.watch
    await until(watch, all_well)
    seen = []
    stream = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")

    async def close_soon() -> None:
        for _ in range(3):
            await watch.turn.wait()
        watch.close()

    closing = asyncio.create_task(close_soon())
    async with stream, stream.stream("GET", "/stream") as answer:
        seen = [line async for line in answer.aiter_lines() if line.startswith("data:")]
    await closing
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert len(seen) >= 3
    assert '"state":"well"' in seen[0]
