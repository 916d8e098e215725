"""The books as tables, and as Beancount text. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from babel.numbers import get_currency_precision

from payments_service.rules.accounts import COIN

BYTE_ORDER_MARK = "\ufeff"  # tells spreadsheets that this is UTF-8
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS = 200_000  # of a sheet: XLSX ends at a million, and is written in memory
POSTINGS = (
    "at", "journal", "key", "kind", "source", "description", "account", "currency", "debit",
    "credit", "balance",
)  # fmt: skip
TRIAL = ("currency", "account", "kind", "accounts", "debit", "credit")
ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}
Cell = str | int | Decimal | datetime
Row = tuple[Cell, ...]


class Posted(NamedTuple):
    """One posting with what an export says of its journal."""

    at: datetime
    journal_id: UUID
    key: str
    kind: str
    source: str
    description: str
    account: str
    currency: str
    amount: int
    balance: int


def exponent(currency: str) -> int:
    """Return how many decimals a currency has; a coin is one, there is nothing smaller."""
    return 0 if currency == COIN else int(get_currency_precision(currency))


def decimal(amount: int, currency: str) -> Decimal:
    return (
        Decimal(amount).scaleb(-exponent(currency)).quantize(Decimal(1).scaleb(-exponent(currency)))
    )


def posting_row(one: Posted) -> Row:
    amount = decimal(abs(one.amount), one.currency)
    return (
        one.at, str(one.journal_id), one.key, one.kind, one.source, one.description, one.account,
        one.currency, amount if one.amount > 0 else "", amount if one.amount < 0 else "",
        decimal(one.balance, one.currency),
    )  # fmt: skip


def written(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as CSV, in which no text is taken for a formula."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_cell(one) for one in row] for row in rows])
    return out.getvalue().encode()


def _cell(value: Cell) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else str(value)


class Opening(NamedTuple):
    """An account and what was on it before the first movement that is told."""

    account: str
    currency: str
    balance: int


def beancount_name(code: str) -> str:
    """Return an account's name as Beancount takes it: `Assets:Provider:Fedapay:XOF`."""
    root, *parts = code.split(":")
    return ":".join([ROOTS[root], *(_part(one) for one in parts)])


def beancount_opening(title: str, since: date, accounts: Sequence[Opening]) -> str:
    """Return what comes first: the accounts, and one movement that brings their balances."""
    lines = [f'option "title" {_quoted(title)}', ""]
    lines += [f"{since} open {beancount_name(one.account)} {one.currency}" for one in accounts]
    brought = [one for one in accounts if one.balance]
    if brought:
        lines += ["", f'{since} * "Opening balances"']
        lines += [_leg(one.account, one.balance, one.currency) for one in brought]
    return "\n".join([*lines, "", ""])


def beancount_journal(legs: Sequence[Posted]) -> str:
    """Return one movement; all legs are of one journal."""
    one = legs[0]
    day = one.at.astimezone(UTC).date()
    lines = [
        f"{day} * {_quoted(one.kind)} {_quoted(one.description)}",
        f"  journal: {_quoted(str(one.journal_id))}",
        f"  key: {_quoted(one.key)}",
        f"  source: {_quoted(one.source)}",
        f"  at: {_quoted(one.at.astimezone(UTC).isoformat(timespec='milliseconds'))}",
        *(_leg(each.account, each.amount, each.currency) for each in legs),
    ]
    return "\n".join([*lines, "", ""])


def beancount_closing(last: date, accounts: Iterable[Opening]) -> str:
    """Return what Beancount then checks: each balance, at the beginning of the next day."""
    day = last + timedelta(days=1)
    return "".join(
        f"{day} balance {beancount_name(one.account)} "
        f"{decimal(one.balance, one.currency)} {one.currency}\n"
        for one in accounts
    )


def _leg(account: str, amount: int, currency: str) -> str:
    return f"  {beancount_name(account)}  {decimal(amount, currency)} {currency}"


def _part(text: str) -> str:
    """Return a part of a name: it begins with a capital or a digit, and has no underscore."""
    return text[0].upper() + text[1:].replace("_", "-")


def _quoted(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
