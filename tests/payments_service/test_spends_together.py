"""Spends that are written together: what others did meanwhile is seen, and nothing counts twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.shop_errors import NotEnoughCoins
from kit.db import Database, new_id
from payments_service.actions.coins import gathered
from payments_service.actions.coins.gathered import Gathered
from payments_service.actions.coins.spending import Asked, Spent
from payments_service.models.coins import CoinLot, CoinSpend
from payments_service.models.ledger import Journal
from payments_service.queries import coins as queries
from payments_service.queries import quick
from payments_service.queries.quick import Line
from payments_service.rules.coins import SPENT
from tests.cast import ALICE, BOB
from tests.factories.payments import as_person
from tests.factories.shop import with_coins
from tests.kit.queueing import until


def writer(app: FastAPI) -> Gathered:
    """Return what another process would write spends with."""
    return Gathered(app.state.database, gathered.of(app.state.tools).terms)


async def test_two_processes_spend_from_one_wallet_each_key_once(alone: FastAPI) -> None:
    await with_coins(alone, ALICE, bought=100, granted=50, value=700)
    both = writer(alone), writer(alone)
    asked = [Asked(ALICE, f"key-{number % 30}", 4, "film:f") for number in range(60)]
    found = await asyncio.gather(*(both[n % 2].spend(one) for n, one in enumerate(asked)))
    assert {one.id for one in found[:30]} == {one.id for one in found[30:]}
    assert sorted(one.balance for one in found[:30]) == list(range(30, 150, 4))
    assert (await as_person(alone, CoinsClient, ALICE).wallet()).balance == 30
    async with alone.state.database.reads() as session:
        assert await queries.off_lots(session) == []


@pytest.mark.parametrize("bought", [30, 14])
async def test_coins_that_moved_after_they_were_read_are_looked_at_again(
    alone: FastAPI, monkeypatch: pytest.MonkeyPatch, bought: int
) -> None:
    await with_coins(alone, ALICE, bought=bought, value=70)
    await with_coins(alone, BOB, bought=5)
    read, other = queries.lots_and_spends, writer(alone)
    moved: list[Spent] = []

    async def late(*given: Any) -> Any:
        monkeypatch.setattr(queries, "lots_and_spends", read)
        found = await read(*given)
        moved.append(await other.spend(Asked(ALICE, "between", 10, "film:f")))
        return found

    monkeypatch.setattr(queries, "lots_and_spends", late)
    one = writer(alone)
    asked = Asked(ALICE, "read before", 5, "film:f"), Asked(BOB, "a neighbour", 5, "film:f")
    first, second = await asyncio.gather(*map(one.spend, asked), return_exceptions=True)
    assert isinstance(second, Spent)
    if bought == 30:
        assert isinstance(first, Spent)
        assert (moved[0].balance, first.balance) == (20, 15)
    else:
        assert isinstance(first, NotEnoughCoins)
        assert first.extra == {"balance": 4, "missing": 1}
    async with alone.state.database.reads() as session:
        assert await queries.off_lots(session) == []


async def test_a_connection_that_is_cut_before_the_write_loses_nothing_and_doubles_nothing(
    alone: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_coins(alone, ALICE, bought=200, value=20)
    await with_coins(alone, BOB, bought=200, value=20)
    read, one = queries.lots_and_spends, writer(alone)

    async def cut(line: Line, *given: Any) -> Any:
        monkeypatch.setattr(queries, "lots_and_spends", read)
        found = await read(line, *given)
        number = await line.driver.fetchval("SELECT pg_backend_pid()")
        async with alone.state.database.sessions.begin() as session:
            await session.execute(select(func.pg_terminate_backend(number, 5000)))
        return found

    alice, bob = Asked(ALICE, "cut", 5, "film:f"), Asked(BOB, "cut", 5, "film:f")
    monkeypatch.setattr(queries, "lots_and_spends", cut)
    with pytest.raises(DBAPIError):
        await one.spend(alice)
    assert (await one.spend(alice)).balance == 195
    monkeypatch.setattr(queries, "lots_and_spends", cut)
    found = await asyncio.gather(one.spend(alice), one.spend(bob))
    assert [each.balance for each in found] == [195, 195], "written one by one"
    async with alone.state.database.reads() as session:
        assert await session.scalar(select(func.count()).select_from(CoinSpend)) == 2
        assert await queries.off_lots(session) == []


@pytest.mark.parametrize("wallets", [1, 3, 16])
async def test_who_comes_again_and_again_is_always_answered(alone: FastAPI, wallets: int) -> None:
    people = [new_id() for _ in range(wallets)]
    for one in people:
        await with_coins(alone, one, bought=1_000, value=1_000)
    together = writer(alone)

    async def client(number: int) -> set[UUID]:
        found = set()
        for turn in range(15):
            owner = people[(number + turn) % wallets]
            found.add((await together.spend(Asked(owner, f"{number}-{turn}", 1, "film:f"))).id)
            for _ in range(number * turn % 7):  # they come at other moments than they were told
                await asyncio.sleep(0)
        return found

    async with asyncio.timeout(60):
        found = await asyncio.gather(*map(client, range(16)))
    assert len(set[UUID]().union(*found)) == 16 * 15
    assert (together.waiting, together.busy, together.writing) == ([], set(), 0)
    async with alone.state.database.reads() as session:
        assert await queries.off_lots(session) == []


async def test_who_asks_while_the_connection_is_given_back_is_not_forgotten(
    alone: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_coins(alone, ALICE, bought=20, value=20)
    one, late = writer(alone), asyncio.get_running_loop().create_future()

    @asynccontextmanager
    async def lent(database: Database) -> AsyncIterator[Line]:
        async with quick.alone(database) as line:
            yield line
        if not late.done():
            late.set_result(asyncio.create_task(one.spend(Asked(ALICE, "late", 5, "film:f"))))
            await asyncio.sleep(0)

    monkeypatch.setattr(gathered, "alone", lent)
    monkeypatch.setattr(gathered, "AT_ONCE", 1)
    assert (await one.spend(Asked(ALICE, "early", 5, "film:f"))).balance == 15
    async with asyncio.timeout(10):
        assert (await (await late)).balance == 10


async def test_nobody_waits_for_a_batch_that_is_stuck(alone: FastAPI) -> None:
    await with_coins(alone, ALICE, bought=20, value=20)
    await with_coins(alone, BOB, bought=20, value=20)
    one = writer(alone)
    async with alone.state.database.sessions.begin() as session:
        await session.execute(select(CoinLot).where(CoinLot.account_id == ALICE).with_for_update())
        stuck = asyncio.create_task(one.spend(Asked(ALICE, "stuck", 5, "film:f")))
        await until(lambda: one.writing)
        one.lately.append(16)
        async with asyncio.timeout(10):
            assert (await one.spend(Asked(BOB, "goes on", 5, "film:f"))).balance == 15
        assert not stuck.done()
    assert (await stuck).balance == 15


async def test_while_there_is_no_connection_each_is_refused_and_then_served(
    alone: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_coins(alone, ALICE, bought=200, value=20)
    await with_coins(alone, BOB, bought=200, value=20)
    one = writer(alone)
    asked = [Asked(owner, f"{n}", 5, "film:f") for n in range(8) for owner in (ALICE, BOB)]

    def away(_: object) -> Any:
        raise ConnectionRefusedError("no database")

    with monkeypatch.context() as patch:
        patch.setattr(gathered, "alone", away)
        found = await asyncio.gather(*map(one.spend, asked), return_exceptions=True)
    assert {type(each) for each in found} == {ConnectionRefusedError}
    again = await asyncio.gather(*map(one.spend, asked))
    assert {each.balance for each in again} == set(range(160, 200, 5))


async def test_lots_that_promise_more_than_the_ledger_has_are_not_spent(alone: FastAPI) -> None:
    await with_coins(alone, ALICE, bought=10, value=10)
    async with alone.state.database.sessions.begin() as session:
        await session.execute(update(CoinLot).values(remaining=20, amount=20))
    with pytest.raises(DBAPIError, match="lots and ledger differ: insufficient liability:wallet"):
        await writer(alone).spend(Asked(ALICE, "too much", 15, "film:f"))
    async with alone.state.database.reads() as session:
        assert await session.scalar(select(func.count()).select_from(CoinSpend)) == 0
        spent = select(func.count()).select_from(Journal).where(Journal.kind == SPENT)
        assert await session.scalar(spent) == 0
        assert await session.scalar(select(CoinLot.remaining)) == 20
