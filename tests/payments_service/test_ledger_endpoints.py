"""The books over HTTP: read by staff, corrected with a reason, written out for auditors."""

import csv
import io
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from fastapi import FastAPI

from kit import clock
from kit.contracts.payments import errors
from kit.contracts.payments.errors import (
    JournalNotFound,
    LedgerAccountNotFound,
    NothingToAdjust,
    NotReversible,
)
from kit.contracts.payments.ledger import (
    AccountKind,
    AccountQuery,
    AdjustmentKind,
    AdjustmentNew,
    ExportQuery,
    JournalQuery,
    ReversalNew,
)
from kit.contracts.payments.ledger_client import LedgerClient
from kit.db import new_id
from kit.errors import Forbidden, Unauthenticated
from kit.pages import BadCursor
from payments_service.rules import accounts
from payments_service.rules.journals import journal, move
from tests.cast import ALICE, BOB, DANA
from tests.factories.payments import a_sale, as_person, as_stranger, coins_bought, coins_spent
from tests.payments_service.books import posted
from tests.payments_service.workbook import rows

WALLET = accounts.bought_coins(ALICE).code
FILMS = accounts.income("films", "XOF").code
SANDBOX = accounts.at_provider("sandbox", "XOF").code
WHY = ReversalNew(reason="typed twice by mistake")


@pytest.fixture
async def books(alone: FastAPI) -> LedgerClient:
    """Speak as Dana, over books in which something has happened."""
    await posted(
        alone.state.database,
        coins_bought("alice buys", ALICE, 100),
        coins_bought("bob buys", BOB, 50),
        coins_spent("alice spends", ALICE, 30),
        a_sale("first sale", 1500),
        a_sale("second sale", 500),
        a_sale("dear sale", 1234, "EUR"),
    )
    return as_person(alone, LedgerClient, DANA, "admin")


async def test_only_staff_reads_the_books(alone: FastAPI, books: LedgerClient) -> None:
    with pytest.raises(Unauthenticated):
        await as_stranger(alone, LedgerClient).trial_balance()
    with pytest.raises(Forbidden):
        await as_person(alone, LedgerClient, ALICE).ledger_accounts()
    with pytest.raises(Forbidden):
        await as_person(alone, LedgerClient, BOB, "moderator").findings()


async def test_accounts_are_found_by_part_kind_and_currency(books: LedgerClient) -> None:
    everything = await books.ledger_accounts()
    codes = [one.code for one in everything.items]
    assert codes == sorted(codes)
    assert {WALLET, FILMS, SANDBOX} <= set(codes)
    wallets = await books.ledger_accounts(AccountQuery(q="wallet"))
    assert len(wallets.items) == 2
    incomes = await books.ledger_accounts(AccountQuery(kind=AccountKind.income, currency="EUR"))
    assert [(one.code, one.posted) for one in incomes.items] == [("income:films:EUR", -1234)]
    first = await books.ledger_accounts(limit=2)
    rest = await books.ledger_accounts(cursor=first.next_cursor, limit=200)
    assert [*first.items, *rest.items] == everything.items
    assert (await books.ledger_accounts(AccountQuery(q="100%_"))).items == []


async def test_a_statement_tells_the_balance_after_each_movement(books: LedgerClient) -> None:
    found = await books.account_statement(WALLET)
    assert found.account == await books.ledger_account(WALLET)
    assert [(one.number, one.amount, one.balance) for one in found.items] == [
        (2, 30, -70),
        (1, -100, -100),
    ]
    first = await books.account_statement(WALLET, limit=1)
    second = await books.account_statement(WALLET, first.next_cursor, limit=1)
    assert [*first.items, *second.items] == found.items
    assert second.next_cursor is None
    with pytest.raises(LedgerAccountNotFound):
        await books.account_statement("asset:bank:XXX")
    with pytest.raises(BadCursor):
        await books.account_statement(WALLET, "WyJ4Il0")


async def test_movements_are_found_by_source_kind_key_and_time(books: LedgerClient) -> None:
    everything = await books.journals()
    assert [one.key for one in everything.items][-1] == "alice buys"
    assert len(everything.items) == 6
    (one,) = (await books.journals(JournalQuery(key="first sale"))).items
    assert one == await books.journal(one.id)
    assert [(leg.account, leg.amount, leg.balance) for leg in one.legs] == [
        (SANDBOX, 1500, 1500),
        (FILMS, -1500, -1500),
    ]
    assert len((await books.journals(JournalQuery(kind="sale"))).items) == 3
    assert len((await books.journals(JournalQuery(source="order/bob buys"))).items) == 1
    assert len((await books.journals(JournalQuery(source="order/*"))).items) == 5
    assert len((await books.journals(JournalQuery(source="order/b*"))).items) == 1
    later = JournalQuery(since=clock.now() + timedelta(minutes=1))
    assert (await books.journals(later)).items == []
    assert len((await books.journals(JournalQuery(until=clock.now()))).items) == 6
    pages = await books.journals(limit=4)
    rest = await books.journals(cursor=pages.next_cursor, limit=4)
    assert [*pages.items, *rest.items] == everything.items
    with pytest.raises(JournalNotFound):
        await books.journal(new_id())


async def test_the_trial_balance_tells_how_the_books_stood_at_any_moment(
    books: LedgerClient, alone: FastAPI
) -> None:
    before = clock.now()
    await posted(alone.state.database, a_sale("late sale", 700))
    found = await books.trial_balance()
    assert found.is_balanced
    assert [one.currency for one in found.currencies] == ["COIN", "EUR", "XOF"]
    coins = found.currencies[0]
    wallets = next(one for one in coins.lines if one.group == "liability:wallet:*:bought:COIN")
    assert (wallets.accounts, wallets.debit, wallets.credit) == (2, 0, 120)
    assert (coins.debit, coins.credit) == (120, 120)
    assert (found.currencies[2].debit, found.currencies[2].credit) == (2700, 2700)
    then = await books.trial_balance(before)
    assert (then.currencies[2].debit, then.currencies[2].credit) == (2000, 2000)
    empty = await books.trial_balance(datetime(2020, 1, 1, tzinfo=UTC))
    assert {(one.debit, one.credit) for one in empty.currencies} == {(0, 0)}


async def test_an_admin_undoes_a_movement_once_and_says_why(
    alone: FastAPI, books: LedgerClient
) -> None:
    (sale,) = (await books.journals(JournalQuery(key="first sale"))).items
    with pytest.raises(Forbidden):
        await as_person(alone, LedgerClient, ALICE, "moderator").reverse(sale.id, WHY)
    undone = await books.reverse(sale.id, WHY)
    assert (undone.reverses_id, undone.description) == (sale.id, WHY.reason)
    assert undone.details["by"] == str(DANA)
    assert (await books.journal(sale.id)).reversed_by_id == undone.id
    assert (await books.ledger_account(FILMS)).posted == -500
    again = await books.reverse(sale.id, ReversalNew(reason="another reason"))
    assert (again.id, again.description) == (undone.id, WHY.reason)
    assert (await books.ledger_account(FILMS)).posted == -500


async def test_coins_are_not_undone_behind_the_back_of_their_lots(books: LedgerClient) -> None:
    (bought,) = (await books.journals(JournalQuery(key="bob buys"))).items
    with pytest.raises(NotReversible):
        await books.reverse(bought.id, WHY)


async def test_what_a_provider_kept_and_paid_out_is_booked_by_an_admin(
    books: LedgerClient,
) -> None:
    def new(kind: AdjustmentKind, amount: int, number: int = 1) -> AdjustmentNew:
        return AdjustmentNew(
            key=f"adjustment-{kind}-{number:03}", kind=kind, provider="sandbox", currency="XOF",
            amount=amount, reason="statement of November",
        )  # fmt: skip

    fees = await books.adjust(new(AdjustmentKind.fees, 40))
    assert await books.adjust(new(AdjustmentKind.fees, 40)) == fees
    await books.adjust(new(AdjustmentKind.to_bank, 1000))
    await books.adjust(new(AdjustmentKind.from_bank, 100))
    await books.adjust(new(AdjustmentKind.fees, -5, 2))
    assert (await books.ledger_account(SANDBOX)).posted == 2000 - 40 - 1000 + 100 + 5
    assert (await books.ledger_account("asset:bank:XOF")).posted == 900
    assert (await books.ledger_account("expense:fees:sandbox:XOF")).posted == 35
    for wrong in (new(AdjustmentKind.fees, 0, 3), new(AdjustmentKind.to_bank, -1, 3)):
        with pytest.raises(NothingToAdjust):
            await books.adjust(wrong)


async def test_the_books_are_written_out_as_a_table(alone: FastAPI, books: LedgerClient) -> None:
    bank, other = accounts.bank("XOF"), accounts.expense("other", "XOF")
    evil = journal("evil", "sale", move(bank, other, 5), description='=HYPERLINK("x";"y")')
    await posted(alone.state.database, evil)
    answer = await books.export_journals("csv", ExportQuery())
    assert re.search(
        r'filename="ledger-\d{4}-\d\d-\d\d\.csv"', answer.headers["content-disposition"]
    )
    assert answer.text.startswith("\ufeffat,")
    table = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(table) == 14
    assert {'\'=HYPERLINK("x";"y")'} == {
        one["description"] for one in table if one["key"] == "evil"
    }
    dear = {one["account"]: one for one in table if one["key"] == "dear sale"}
    assert (dear["income:films:EUR"]["credit"], dear["income:films:EUR"]["debit"]) == ("12.34", "")
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in table:
        sums[one["currency"]] += Decimal(one["debit"] or 0) - Decimal(one["credit"] or 0)
    assert set(sums.values()) == {0}
    later = ExportQuery(since=clock.now())
    assert len((await books.export_journals("csv", later)).text.splitlines()) == 1


async def test_the_books_are_written_out_as_a_workbook(books: LedgerClient) -> None:
    answer = await books.export_journals("xlsx", ExportQuery())
    found = rows(answer.content)
    assert found[0][:3] == ["at", "journal", "key"]
    assert len(found) == 13
    assert [row[-2] for row in found if "dear sale" in row] == [12.34, 12.34]
    one = await books.export_statement("xlsx", WALLET)
    assert [line[-1] for line in rows(one.content)[1:]] == [-100, -70]
    trial = await books.export_trial_balance("xlsx")
    assert rows(trial.content)[-1] == ["XOF", 2000, 2000]


async def test_a_statement_and_the_trial_balance_are_written_out_too(books: LedgerClient) -> None:
    lines = (await books.export_statement("csv", WALLET)).text.splitlines()
    assert [line.rsplit(",", 1)[1] for line in lines] == ["balance", "-100", "-70"]
    trial = (await books.export_trial_balance("csv")).text
    assert "EUR,income:films:EUR,income,1,0.00,12.34" in trial


async def test_a_workbook_that_would_be_too_large_is_refused(
    books: LedgerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payments_service.rules.exports.MOST_ROWS", 1)
    with pytest.raises(errors.ExportTooLarge):
        await books.export_journals("xlsx", ExportQuery())
    with pytest.raises(errors.ExportTooLarge):
        await books.export_statement("xlsx", WALLET)
    assert len((await books.export_journals("csv", ExportQuery())).text.splitlines()) == 13
