"""The ledger: what the database refuses, whoever asks; what a journal does to balances."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.errors import (
    Insufficient,
    JournalKeyReused,
)
from kit.db import Database, new_id
from payments_service.models.ledger import Phase
from payments_service.queries import ledger
from payments_service.rules import accounts
from payments_service.rules.journals import NewJournal, Unbalanced, journal, move
from tests.cast import ALICE, BOB
from tests.factories.payments import a_sale, coins_bought, coins_spent
from tests.payments_service.books import available, balance, fetched, posted, refused

WALLET = accounts.bought_coins(ALICE)
ISSUED = accounts.coins_issued()
HOLD = journal("hold", "hold", move(ISSUED, WALLET, 10), phase=Phase.hold)


async def test_money_moves_from_one_account_to_another(database: Database) -> None:
    assert await posted(database, coins_bought("buy", ALICE, 100)) == ["posted"]
    assert await posted(database, coins_spent("spend", ALICE, 30)) == ["posted"]
    assert await balance(database, WALLET) == -70
    assert await available(database, WALLET) == 70
    rows = await fetched(
        database,
        "SELECT number, amount, posting.balance FROM posting JOIN account ON account.id ="
        " account_id WHERE code = :code ORDER BY number",
        code=WALLET.code,
    )
    assert rows == [(1, -100, -100), (2, 30, -70)]


async def test_legs_that_do_not_balance_are_no_journal(database: Database) -> None:
    with pytest.raises(Unbalanced):
        journal("key", "sale", [(WALLET, 5), (ISSUED, -6)])
    with pytest.raises(Unbalanced):  # two currencies do not make up for one another
        journal("key", "sale", [(accounts.bank("XOF"), 5), (accounts.bank("EUR"), -5)])
    with pytest.raises(Unbalanced):
        journal("key", "nothing", [(WALLET, 5), (WALLET, -5)])
    for legs in (
        [(WALLET, 5), (ISSUED, -6)],
        [(accounts.bank("XOF"), 5), (accounts.bank("EUR"), -5)],
    ):
        lying = NewJournal("key", "sale", tuple(legs))
        with pytest.raises(DBAPIError, match="does not balance"):
            await posted(database, lying)
    assert await fetched(database, "SELECT id FROM journal") == []


async def test_an_account_is_in_one_currency(database: Database) -> None:
    await posted(database, a_sale("first"))
    bank = accounts.bank("XOF")
    lying = accounts.Account(bank.code, bank.kind, "EUR")
    other = accounts.income("films", "EUR")
    await posted(database, journal("key", "sale", move(accounts.income("films", "XOF"), bank, 5)))
    with pytest.raises(DBAPIError, match="fk_posting_account_id_currency"):
        await posted(database, journal("lie", "sale", move(other, lying, 5)))


@pytest.mark.parametrize("table", ["journal", "posting", "held"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"]
)
async def test_nothing_in_the_ledger_is_ever_changed(
    database: Database, table: str, statement: str
) -> None:
    await posted(database, coins_bought("buy", ALICE, 100), HOLD)
    column = "kind" if table == "journal" else "amount"
    assert "never changed" in await refused(database, statement.format(table, column))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE account SET posted = posted - 1",
        "UPDATE account SET guard = 'none'",
        "UPDATE account SET held_debit = 0, held_credit = 0",
        "DELETE FROM account",
        "TRUNCATE account CASCADE",
        "INSERT INTO account (code, kind, currency, guard, posted)"
        " VALUES ('asset:mine:XOF', 'asset', 'XOF', 'none', 1000000)",
    ],
)
async def test_a_balance_is_never_written_by_hand(database: Database, statement: str) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    assert "never changed" in await refused(database, statement)


async def test_postings_by_hand_need_the_right_balance_and_all_legs_at_once(
    database: Database,
) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    ids = dict(await fetched(database, "SELECT code, id FROM account"))
    legs = {"bought": ids[WALLET.code], "other": ids[ISSUED.code]}
    insert = """
        WITH made AS (
            INSERT INTO journal (id, key, input_hash, phase, kind, at, source, description, details)
            VALUES (:id, :key, '', 'posted', 'theft', now(), '', '', '{}') RETURNING id
        )
        INSERT INTO posting (journal_id, account_id, currency, amount, number, balance)
        SELECT id, CAST(:bought AS bigint), 'COIN', -50, CAST(:number AS bigint),
               CAST(:balance AS bigint) FROM made
        UNION ALL SELECT id, CAST(:other AS bigint), 'COIN', 50, 2, 150 FROM made
    """
    values = {"id": new_id(), "key": "by hand", **legs}
    assert "is another" in await refused(database, insert, **values, number=2, balance=-149)
    assert "is another" in await refused(database, insert, **values, number=3, balance=-150)
    async with database.sessions.begin() as session:  # what is right is taken, whoever writes it
        await session.execute(text(insert), {**values, "number": 2, "balance": -150})
    assert await balance(database, WALLET) == -150
    house = accounts.expense("goodwill", accounts.COIN)
    given = move(accounts.bought_coins(BOB), house, 1)
    await posted(database, journal("given", "gift", given))
    late = """
        INSERT INTO posting (journal_id, account_id, currency, amount, number, balance)
        SELECT :id, id, 'COIN', posted, 2, 2 * posted FROM account WHERE posted IN (1, -1)
    """
    assert "legs already" in await refused(database, late, id=values["id"])
    assert "fk_posting_journal_id" in await refused(database, late, id=new_id())


async def test_a_wallet_is_never_negative(database: Database) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    async with database.sessions.begin() as session:
        with pytest.raises(Insufficient) as caught:
            await ledger.post(session, coins_spent("spend", ALICE, 101))
        assert caught.value.extra == {"account": WALLET.code}
        await ledger.post(session, coins_spent("less", ALICE, 100))  # the transaction goes on
    assert await available(database, WALLET) == 0


async def test_a_balance_is_not_negative_in_between_either(database: Database) -> None:
    many = [coins_spent("early", ALICE, 10), coins_bought("buy", ALICE, 10)]
    assert await posted(database, *many) == ["insufficient", "posted"]
    assert await available(database, WALLET) == 10


async def test_of_many_journals_each_is_whole_or_not_at_all(database: Database) -> None:
    await posted(database, coins_bought("buy", ALICE, 100), coins_bought("buy too", BOB, 5))
    many = [coins_spent(f"a{n}", ALICE, 15) for n in range(9)]
    many.insert(3, coins_spent("b", BOB, 6))
    many += [
        coins_spent("a0", ALICE, 15),
        coins_spent("a1", ALICE, 16),
        coins_spent("last", BOB, 5),
    ]
    expected = ["posted"] * 3 + ["insufficient"] + ["posted"] * 3 + ["insufficient"] * 3
    assert await posted(database, *many) == [*expected, "replayed", "key_reused", "posted"]
    assert await available(database, WALLET) == 10
    assert await available(database, accounts.bought_coins(BOB)) == 0


async def test_forty_writers_take_no_more_than_there_is(database: Database) -> None:
    await posted(database, coins_bought("buy", ALICE, 25))
    asked = [posted(database, coins_spent(f"spend {n}", ALICE, 1)) for n in range(40)]
    outcomes = [one for found in await asyncio.gather(*asked) for one in found]
    assert (outcomes.count("posted"), outcomes.count("insufficient")) == (25, 15)
    assert await available(database, WALLET) == 0


async def test_a_key_posts_once_however_often_and_by_however_many(database: Database) -> None:
    one = coins_bought("buy", ALICE, 100)
    outcomes = await asyncio.gather(*(posted(database, one) for _ in range(8)))
    assert sorted(found for (found,) in outcomes) == ["posted"] + ["replayed"] * 7
    assert await posted(database, one, one) == ["replayed", "replayed"]
    assert await balance(database, WALLET) == -100
    async with database.sessions.begin() as session:
        first = await ledger.post(session, one)
        assert await ledger.post(session, one) == first
        with pytest.raises(JournalKeyReused):
            await ledger.post(session, coins_bought("buy", ALICE, 101))


async def test_what_is_rolled_back_was_never_there(database: Database) -> None:
    async with database.sessions() as session, session.begin() as transaction:
        await ledger.post(session, coins_bought("buy", ALICE, 100))
        await transaction.rollback()
    assert await fetched(database, "SELECT id FROM journal") == []
    assert await balance(database, WALLET) == 0
    assert await posted(database, coins_bought("buy", ALICE, 100)) == ["posted"]


async def test_running_balances_are_those_one_would_sum_up(session: AsyncSession) -> None:
    many = [coins_bought(f"{who} {n}", who, 10 + n) for n in range(20) for who in (ALICE, BOB)]
    many += [coins_spent(f"spend {who} {n}", who, n + 1) for n in range(15) for who in (BOB, ALICE)]
    for start in range(0, len(many), 7):
        await ledger.post_many(session, many[start : start + 7])
    wrong = await session.execute(
        text("""
            SELECT account_id FROM (
                SELECT account_id, number, balance,
                       row_number() OVER onwards AS place, sum(amount) OVER onwards AS running
                FROM posting WINDOW onwards AS (PARTITION BY account_id ORDER BY number)
            ) AS found
            WHERE number <> place OR balance <> running
        """)
    )
    assert wrong.all() == []
    differing = await session.execute(
        text("""
            SELECT id FROM account
            WHERE posted <> (SELECT sum(amount) FROM posting WHERE account_id = account.id)
               OR posting_count <> (SELECT count(*) FROM posting WHERE account_id = account.id)
        """)
    )
    assert differing.all() == []
    count = await session.scalar(text("SELECT count(*) FROM posting"))
    assert count == 2 * len(many)
