"""Holds, which keep money back until they end; reversals, which undo a movement once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from kit import clock
from kit.contracts.payments.errors import (
    HoldExpired,
    HoldNotFound,
    HoldResolved,
    JournalNotFound,
    JournalReversed,
)
from kit.db import Database, new_id
from payments_service.models.ledger import Phase
from payments_service.queries import ledger
from payments_service.rules import accounts
from payments_service.rules.journals import NewJournal, journal, move, reversed_legs
from tests.cast import ALICE
from tests.factories.payments import coins_bought, coins_spent
from tests.payments_service.books import available, balance, fetched, posted, refused

WALLET = accounts.bought_coins(ALICE)
ISSUED = accounts.coins_issued()


def a_hold(key: str, amount: int, **more: Any) -> NewJournal:
    return journal(key, "hold", move(ISSUED, WALLET, amount), phase=Phase.hold, **more)


def an_end(key: str, hold_id: UUID, phase: Phase, amount: int = 0) -> NewJournal:
    legs = move(ISSUED, WALLET, amount) if amount else []
    return journal(key, "end", legs, phase=phase, resolves_id=hold_id)


async def held(database: Database, key: str, amount: int, **more: Any) -> UUID:
    async with database.sessions.begin() as session:
        return await ledger.post(session, a_hold(key, amount, **more))


async def test_a_hold_keeps_coins_back_until_it_is_posted(database: Database) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    hold_id = await held(database, "hold", 60)
    assert (await balance(database, WALLET), await available(database, WALLET)) == (-100, 40)
    assert await posted(database, coins_spent("more", ALICE, 41)) == ["insufficient"]
    assert await posted(database, a_hold("another", 41)) == ["insufficient"]
    assert await posted(database, an_end("end", hold_id, Phase.post, 60)) == ["posted"]
    assert (await balance(database, WALLET), await available(database, WALLET)) == (-40, 40)
    assert await posted(database, an_end("end", hold_id, Phase.post, 60)) == ["replayed"]
    assert await posted(database, an_end("again", hold_id, Phase.void)) == ["resolved"]
    async with database.sessions.begin() as session:
        with pytest.raises(HoldResolved):
            await ledger.post(session, an_end("once more", hold_id, Phase.post, 1))


async def test_a_part_of_a_hold_is_posted_and_the_rest_is_free(database: Database) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    hold_id = await held(database, "hold", 60)
    with pytest.raises(DBAPIError, match="takes no such leg"):
        await posted(database, an_end("too much", hold_id, Phase.post, 61))
    with pytest.raises(DBAPIError, match="takes no such leg"):
        await posted(database, an_end("the other way", hold_id, Phase.post, -1))
    assert await posted(database, an_end("end", hold_id, Phase.post, 20)) == ["posted"]
    assert (await balance(database, WALLET), await available(database, WALLET)) == (-80, 80)


async def test_a_voided_hold_moved_nothing(database: Database) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    hold_id = await held(database, "hold", 100)
    assert await posted(database, an_end("end", hold_id, Phase.void)) == ["posted"]
    assert (await balance(database, WALLET), await available(database, WALLET)) == (-100, 100)


async def test_an_expired_hold_is_voided_but_not_posted(database: Database) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    hold_id = await held(database, "hold", 60, expires_at=clock.now() - timedelta(seconds=1))
    async with database.sessions.begin() as session:
        with pytest.raises(HoldExpired):
            await ledger.post(session, an_end("end", hold_id, Phase.post, 60))
    assert await available(database, WALLET) == 40
    assert await posted(database, an_end("expiry", hold_id, Phase.void)) == ["posted"]
    assert await available(database, WALLET) == 100


async def test_only_holds_have_an_end(database: Database) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    ((bought,),) = await fetched(database, "SELECT id FROM journal")
    for target in (bought, new_id()):
        async with database.sessions.begin() as session:
            with pytest.raises(HoldNotFound):
                await ledger.post(session, an_end("end", target, Phase.void))
    legs = "INSERT INTO held VALUES (:id, 1, 'COIN', 5), (:id, 2, 'COIN', -5)"
    assert "no such hold" in await refused(database, legs, id=bought)


async def test_two_ends_of_one_hold_at_once_are_one(database: Database) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    hold_id = await held(database, "hold", 60)
    ends = [an_end(f"end {n}", hold_id, Phase.post, 60) for n in range(4)]
    ends += [an_end(f"void {n}", hold_id, Phase.void) for n in range(4)]
    outcomes = [one for (one,) in await asyncio.gather(*(posted(database, end) for end in ends))]
    assert sorted(outcomes) == ["posted"] + ["resolved"] * 7
    assert await available(database, WALLET) == -await balance(database, WALLET)


def a_reversal(key: str, of: UUID, legs: Any) -> NewJournal:
    return journal(key, "reversal", legs, reverses_id=of)


async def test_a_journal_is_reversed_once_and_whole(database: Database) -> None:
    one = coins_bought("buy", ALICE, 100)
    async with database.sessions.begin() as session:
        journal_id = await ledger.post(session, one)
    half = move(WALLET, ISSUED, 50)
    with pytest.raises(DBAPIError, match="takes no such leg"):
        await posted(database, a_reversal("half", journal_id, half))
    again = [
        posted(database, a_reversal(f"{n}", journal_id, reversed_legs(one.legs))) for n in "abc"
    ]
    assert sorted(found for (found,) in await asyncio.gather(*again)) == [
        "posted", "reversed", "reversed",
    ]  # fmt: skip
    assert await balance(database, WALLET) == 0
    async with database.sessions.begin() as session:
        with pytest.raises(JournalReversed):
            await ledger.post(session, a_reversal("late", journal_id, reversed_legs(one.legs)))
        with pytest.raises(JournalNotFound):
            await ledger.post(session, a_reversal("none", new_id(), reversed_legs(one.legs)))


async def test_some_legs_of_a_journal_are_not_reversed_alone(database: Database) -> None:
    bank, films = accounts.bank("XOF"), accounts.income("films", "XOF")
    legs = [*move(films, bank, 500), *move(ISSUED, accounts.expense("goodwill", "COIN"), 3)]
    async with database.sessions.begin() as session:
        journal_id = await ledger.post(session, journal("both", "sale", legs))
    with pytest.raises(DBAPIError, match="reverses a part"):
        await posted(database, a_reversal("a part", journal_id, move(bank, films, 500)))


async def test_what_was_spent_meanwhile_cannot_be_reversed(database: Database) -> None:
    one = coins_bought("buy", ALICE, 100)
    async with database.sessions.begin() as session:
        journal_id = await ledger.post(session, one)
        await ledger.post(session, coins_spent("spend", ALICE, 1))
    outcome = await posted(database, a_reversal("back", journal_id, reversed_legs(one.legs)))
    assert outcome == ["insufficient"]
