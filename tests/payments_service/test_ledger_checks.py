"""What goes wrong in the books is found, whoever did it, and told until it is gone."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from kit import clock
from kit.contracts.payments.ledger import FindingKind
from kit.contracts.payments.ledger_client import LedgerClient
from kit.db import Database
from payments_service.actions.ledger import checking
from payments_service.models.ledger import Phase
from payments_service.providers.provider import Away
from payments_service.rules import accounts
from payments_service.rules.journals import NewJournal, journal, move
from tests.cast import ALICE, BOB, DANA
from tests.factories.payments import a_sale, as_person, coins_bought, coins_spent
from tests.payments_service.books import available, balance, fetched, posted
from tests.wiring import http

WALLET = accounts.bought_coins(ALICE)
OPEN = "SELECT kind, subject FROM finding WHERE closed_at IS NULL ORDER BY kind, subject"
OF = "account_id = (SELECT id FROM account WHERE code LIKE :code)"
SHIFT = f"UPDATE posting SET amount = amount + :by WHERE {OF} AND number = :number"  # noqa: S608
REST = f"UPDATE posting SET balance = balance + :by WHERE {OF} AND number = 1"  # noqa: S608
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def days_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that moves the clock on by so many days."""
    now = clock.now

    def move_on(days: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: now() + timedelta(days=days))

    return move_on


async def check(database: Database, *, whole: bool = False) -> list[tuple[str, str]]:
    """Run the checks and return the findings that are open."""
    async with database.sessions.begin() as session:
        await checking.check_new(session)
        if whole:
            await checking.check_whole(session)
    return [tuple(row) for row in await fetched(database, OPEN)]


async def tamper(database: Database, statement: str, **values: Any) -> None:
    """Do what only somebody with all rights over the database can."""
    async with database.sessions.begin() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text(statement), values)


async def test_books_that_are_right_raise_nothing(database: Database) -> None:
    for start in range(5):
        many = [coins_bought(f"{start} {n}", ALICE, 10) for n in range(5)]
        await posted(database, *many, a_sale(f"sale {start}"))
        assert await check(database, whole=True) == []
    rows = await fetched(
        database,
        "SELECT id FROM account JOIN account_check ON account_id = id"
        " WHERE number = posting_count AND balance = posted",
    )
    assert len(rows) == 4


async def test_a_balance_that_was_changed_by_force_is_found_until_it_is_put_right(
    database: Database,
) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    assert await check(database) == []
    steal = "UPDATE account SET posted = posted + :by WHERE code = :code"
    await tamper(database, steal, by=-900, code=WALLET.code)
    expected = [("account_balance", WALLET.code), ("trial_balance", "COIN")]
    assert await check(database) == expected
    assert await check(database) == expected
    assert len(await fetched(database, "SELECT id FROM finding")) == 2
    await tamper(database, steal, by=900, code=WALLET.code)
    assert await check(database) == []
    assert len(await fetched(database, "SELECT id FROM finding WHERE closed_at > opened_at")) == 2


async def test_a_posting_that_was_changed_by_force_is_found(
    database: Database, days_later: Any
) -> None:
    await posted(database, coins_bought("buy", ALICE, 100), coins_spent("spend", ALICE, 30))
    await tamper(database, "UPDATE posting SET amount = -10 WHERE number = 1 AND amount = -100")
    assert await check(database) == [("account_balance", WALLET.code)]
    await tamper(database, "UPDATE posting SET amount = -100 WHERE number = 1 AND amount = -10")
    assert await check(database) == []
    await tamper(database, "UPDATE posting SET amount = 3 WHERE amount = 30 AND number = 2")
    days_later(2)  # what was checked before is summed up again once a day
    assert await check(database, whole=True) == [("account_history", WALLET.code)]
    await tamper(database, "UPDATE posting SET amount = 30 WHERE amount = 3 AND number = 2")
    assert await check(database, whole=True) == []


async def test_long_books_are_checked_in_stretches(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "POSTINGS", 3)
    await posted(database, *(coins_bought(str(n), ALICE, 10) for n in range(8)))
    for reached in (3, 6, 8):
        assert await check(database) == []
        assert await fetched(database, "SELECT DISTINCT number FROM account_check") == [(reached,)]


async def test_a_hold_whose_time_is_over_is_voided_and_one_that_stays_is_found(
    database: Database, days_later: Any
) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    legs = move(accounts.coins_issued(), WALLET, 60)
    soon = clock.now() + HOUR
    await posted(database, journal("hold", "hold", legs, phase=Phase.hold, expires_at=soon))
    await _void(database)
    assert await available(database, WALLET) == 40
    days_later(1)
    ((hold_id,),) = await fetched(database, "SELECT id FROM journal WHERE phase = 'hold'")
    assert await check(database) == [("overdue_hold", str(hold_id))]
    await _void(database)
    assert await available(database, WALLET) == 100
    await _void(database)
    assert await check(database, whole=True) == []


async def test_what_accounts_hold_back_is_compared_with_open_holds(database: Database) -> None:
    await posted(database, coins_bought("buy", ALICE, 100))
    legs = move(accounts.coins_issued(), WALLET, 60)
    await posted(database, journal("hold", "hold", legs, phase=Phase.hold))
    assert await check(database, whole=True) == []
    await tamper(database, "UPDATE account SET held_debit = 0 WHERE code = :code", code=WALLET.code)
    assert ("held_amount", WALLET.code) in await check(database, whole=True)
    await tamper(
        database, "UPDATE account SET held_debit = 60 WHERE code = :code", code=WALLET.code
    )
    assert await check(database, whole=True) == []


async def test_a_journal_without_legs_is_found(database: Database, days_later: Any) -> None:
    await posted(database, a_sale("sale"))
    await tamper(
        database,
        "INSERT INTO journal (id, key, input_hash, phase, kind, at, source, description, details)"
        " SELECT gen_random_uuid(), 'bare', '', 'posted', 'sale', at, '', '', '{}' FROM journal",
    )
    for days in (0, 3):  # it does not go by itself
        days_later(days)
        assert [kind for kind, _ in await check(database, whole=True)] == ["bare_journal"]
    await tamper(database, "DELETE FROM journal WHERE key = 'bare'")
    assert await check(database, whole=True) == []


async def test_legs_that_do_not_sum_to_zero_are_found_though_all_accounts_seem_right(
    database: Database, days_later: Any
) -> None:
    """Two journals, each made wrong by as much, balances and all: the trial balance is zero."""
    await posted(database, a_sale("one", 900), a_sale("two", 900))
    code = "asset:provider:%"
    for by in (100, -100):
        await tamper(database, SHIFT, by=by, code=code, number=1)
        await tamper(database, SHIFT, by=-by, code=code, number=2)
        await tamper(database, REST, by=by, code=code)
        found = await check(database, whole=True)
        assert {kind for kind, _ in found} == ({"bare_journal"} if by > 0 else set())
        if by > 0:
            assert len(found) == 2
            days_later(2)
            assert len(await check(database, whole=True)) == 2


def a_payout(key: str, amount: int, *, is_begun: bool = True, item: str = "") -> NewJournal:
    """Return a payout that goes on its way, or one that has arrived."""
    on_its_way, makers = accounts.payouts("XOF"), accounts.expense("makers", "XOF")
    legs = move(on_its_way, makers, amount)
    if not is_begun:
        legs = move(accounts.at_provider("sandbox", "XOF"), on_its_way, amount)
    source = f"payout/{key.split()[0]}"
    return journal(key, "payout", legs, source=source, details={"item": item} if item else {})


async def test_what_should_clear_and_does_not_is_found(database: Database, days_later: Any) -> None:
    await posted(database, a_payout("1 begun", 500), a_payout("2 begun", 700))
    assert await check(database) == []
    await posted(database, a_payout("1 done", 500, is_begun=False))
    days_later(4)
    assert await check(database) == [("open_item", "liability:payouts:XOF payout/2")]
    await posted(database, a_payout("other", 700, is_begun=False, item="payout/2"))
    assert await check(database) == []
    assert await fetched(database, "SELECT item FROM open_item") == []


class Holding:
    """A provider that says what it holds, or nothing."""

    name = "sandbox"

    def __init__(self) -> None:
        self.held: Mapping[str, int] | None = {}

    async def balances(self) -> Mapping[str, int]:
        if self.held is None:
            raise Away("closed on Sundays")
        return self.held


async def test_a_provider_that_holds_something_else_is_found_after_a_while(
    database: Database, days_later: Any
) -> None:
    provider = Holding()

    async def reconciled(**held: int) -> list[Any]:
        provider.held = held
        await checking.reconcile(database, {"sandbox": provider}, HOUR)  # type: ignore[dict-item]  # only asked for balances
        return list(await fetched(database, OPEN))

    await posted(database, a_sale("sale", 1000))
    assert await reconciled(XOF=1000, EUR=0) == []
    assert await reconciled(XOF=990, EUR=0) == []  # perhaps on its way
    days_later(0.03)
    assert await reconciled(XOF=990, EUR=0) == []
    days_later(0.05)
    assert await reconciled(XOF=980, EUR=0) == [("provider_balance", "sandbox:XOF")]
    provider.held = None
    await checking.reconcile(database, {"sandbox": provider}, HOUR)  # type: ignore[dict-item]  # likewise
    assert len(await fetched(database, OPEN)) == 1
    assert await reconciled(XOF=1000, EUR=0) == []
    assert await reconciled(EUR=0) == []  # what it does not name it does not hold
    days_later(0.2)
    assert await reconciled(EUR=0) == [("provider_balance", "sandbox:XOF")]
    assert await reconciled(XOF=1000, EUR=0) == []
    days_later(1.5)
    silent = [("provider_balance", "sandbox:EUR"), ("provider_balance", "sandbox:XOF")]
    assert await reconciled() == silent  # nobody tells since a day
    assert await reconciled(XOF=1000, EUR=0) == []
    assert await balance(database, accounts.at_provider("sandbox", "XOF")) == 1000


async def test_findings_are_shown_to_staff_and_counted_for_sentinel(alone: FastAPI) -> None:
    database: Database = alone.state.database
    await posted(database, coins_bought("buy", ALICE, 100), coins_bought("bob", BOB, 5))
    await posted(database, a_payout("1 begun", 500), a_sale("sale", 900))
    await tamper(database, "UPDATE account SET posted = 0 WHERE code = :code", code=WALLET.code)
    await check(database)
    books = as_person(alone, LedgerClient, DANA, "admin")
    first = await books.findings(limit=1)
    rest = await books.findings(cursor=first.next_cursor)
    found = [*first.items, *rest.items]
    assert {one.kind for one in found} == {FindingKind.account_balance, FindingKind.trial_balance}
    by_kind = {one.kind: one for one in found}
    assert by_kind[FindingKind.account_balance].details["summed"] == -100
    assert (await books.findings(is_open=False)).items == []
    assert len((await books.findings(is_open=None)).items) == 2
    stand = await books.books()
    assert stand.open_findings == 2
    assert [(one.item, one.amount) for one in stand.open_items] == [("payout/1", -500)]
    assert [(one.provider, one.ours, one.theirs) for one in stand.providers if one.ours] == [
        ("sandbox", 900, stand.providers[0].theirs)
    ]
    assert await _counted(alone) == {"account_balance": 1.0, "trial_balance": 1.0}


async def _counted(app: FastAPI) -> dict[str, float]:
    async with http(app) as client:
        answer = await client.get("/metrics")
    families = {one.name: one for one in text_string_to_metric_families(answer.text)}
    samples = families["ledger_findings"].samples
    return {one.labels["kind"]: one.value for one in samples if one.value}


async def _void(database: Database) -> None:
    async with database.sessions.begin() as session:
        await checking.void_expired(session)
