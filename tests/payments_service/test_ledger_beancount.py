"""The books as Beancount text: read back by its grammar, and by what it would check itself."""

import re
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest
from fastapi import FastAPI

from kit import clock
from kit.contracts.payments.ledger import ExportQuery
from kit.contracts.payments.ledger_client import LedgerClient
from payments_service.rules import accounts
from payments_service.rules.exports import beancount_name, decimal
from payments_service.rules.journals import journal, move
from tests.cast import ALICE, DANA
from tests.factories.payments import a_sale, as_person, coins_bought
from tests.payments_service.books import posted

# From Beancount's own grammar: accounts, currencies, strings, and the four directives we write.
ACCOUNT = r"(?:Assets|Liabilities|Equity|Income|Expenses)(?::[A-Z0-9][A-Za-z0-9-]*)+"
AMOUNT = r"-?\d+(?:\.\d+)? [A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]"
TEXT = r'"(?:[^"\\]|\\.)*"'
DAY = r"\d{4}-\d\d-\d\d"
LINES = [
    rf"option {TEXT} {TEXT}",
    rf"{DAY} open {ACCOUNT} [A-Z]+",
    rf"{DAY} \* {TEXT}(?: {TEXT})?",
    rf"  [a-z]+: {TEXT}",
    rf"  {ACCOUNT}  {AMOUNT}",
    rf"{DAY} balance {ACCOUNT} {AMOUNT}",
    "",
]


def replayed(text: str) -> dict[tuple[str, str], Decimal]:
    """Return what the legs come to; check each movement and `balance` as Beancount does."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    opened: set[str] = set()
    for block in text.split("\n\n"):
        movement: dict[str, Decimal] = defaultdict(Decimal)
        for line in block.splitlines():
            words = line.split()
            if line.startswith("  ") and len(words) == 3 and not words[0].endswith(":"):
                assert words[0] in opened
                sums[words[0], words[2]] += Decimal(words[1])
                movement[words[2]] += Decimal(words[1])
            elif " open " in line and "*" not in line:
                opened.add(words[2])
            elif " balance " in line and "*" not in line:
                assert sums[words[2], words[4]] == Decimal(words[3]), line
        assert not any(movement.values()), block
    return sums


@pytest.fixture
async def books(alone: FastAPI) -> LedgerClient:
    strange = journal(
        "strange", "sale", move(accounts.income("films", "XOF"), accounts.bank("XOF"), 5),
        description='Dit "Sira"\\ \n2026-01-01 open Assets:Forged XOF', source='order/"',
    )  # fmt: skip
    await posted(
        alone.state.database, coins_bought("coins", ALICE, 9), a_sale("dear", 1234, "EUR"),
        a_sale("sale", 700), strange,
    )  # fmt: skip
    return as_person(alone, LedgerClient, DANA, "admin")


async def test_every_line_is_one_that_beancount_reads(books: LedgerClient) -> None:
    text = (await books.export_journals("beancount", ExportQuery())).text
    for line in text.split("\n"):
        assert any(re.fullmatch(one, line) for one in LINES), line
    assert len(re.findall(rf"^{DAY} \* ", text, re.MULTILINE)) == 4
    opened = re.findall(rf"^{DAY} open (\S+)", text, re.MULTILINE)
    assert len(opened) == len(set(opened)) == 7


async def test_its_movements_and_balances_add_up(books: LedgerClient) -> None:
    sums = replayed((await books.export_journals("beancount", ExportQuery())).text)
    assert sums["Income:Films:EUR", "EUR"] == Decimal("-12.34")
    assert sums["Assets:Provider:Sandbox:XOF", "XOF"] == 700
    wallet = f"Liabilities:Wallet:{ALICE}:Bought:COIN"
    assert sums[wallet, "COIN"] == -9


async def test_a_later_period_brings_its_balances_forward(
    alone: FastAPI, books: LedgerClient
) -> None:
    since = clock.now()
    await posted(alone.state.database, a_sale("late", 300))
    until = since + timedelta(minutes=1)
    text = (await books.export_journals("beancount", ExportQuery(since=since, until=until))).text
    assert '* "Opening balances"' in text
    assert replayed(text)["Assets:Provider:Sandbox:XOF", "XOF"] == 1000
    assert len(re.findall(rf"^{DAY} \* ", text, re.MULTILINE)) == 2


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("asset:provider:mtn_momo:XOF", "Assets:Provider:Mtn-momo:XOF"),
        ("liability:gift_cards:EUR", "Liabilities:Gift-cards:EUR"),
        (f"liability:maker:a{str(ALICE)[1:]}:XOF", f"Liabilities:Maker:A{str(ALICE)[1:]}:XOF"),
    ],
)
def test_names_of_accounts_are_beancounts(code: str, name: str) -> None:
    assert beancount_name(code) == name
    assert re.fullmatch(ACCOUNT, name)


def test_amounts_have_the_decimals_of_their_currency() -> None:
    found = [str(decimal(1500, one)) for one in ("XOF", "EUR", "COIN")]
    assert found == ["1500", "15.00", "1500"]
    assert str(decimal(-7, "USD")) == "-0.07"
