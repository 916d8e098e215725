"""The books written out: tables as CSV and XLSX, and Beancount for who audits them."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby

import xlsxwriter
from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.payments.errors import ExportTooLarge
from kit.contracts.payments.ledger import ExportForm, ExportQuery, TableForm, TrialBalance
from kit.db import Sessions
from payments_service.actions.ledger import reading
from payments_service.queries import ledger_exports, ledger_reading
from payments_service.rules import exports
from payments_service.rules.exports import Posted, Row

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Export:
    """What is sent: its kind, the name to save it under, and its bytes as they come."""

    form: ExportForm
    name: str
    body: AsyncIterator[bytes]


async def journals(reads: Sessions, form: ExportForm, query: ExportQuery, title: str) -> Export:
    since, until = query.since or BEGINNING, min(query.until or clock.now(), clock.now())
    name = f"ledger-{until - timedelta(microseconds=1):%Y-%m-%d}"
    if form == "beancount":
        return Export(form, name, _beancount(reads, title, since, until))
    if form == "xlsx":
        await _check_size(reads, since, until)

    async def pages() -> AsyncIterator[list[Posted]]:
        async with reads() as session:
            async for page in ledger_exports.postings(session, since, until):
                yield page

    return Export(form, name, _table(form, pages()))


async def statement(reads: Sessions, form: TableForm, code: str) -> Export:
    async with reads() as session:
        account = await ledger_reading.account(session, code)
    if form == "xlsx" and account.posting_count > exports.MOST_ROWS:
        raise ExportTooLarge(most=exports.MOST_ROWS)

    async def pages() -> AsyncIterator[list[Posted]]:
        async with reads() as session:
            async for page in ledger_exports.statement(session, account):
                yield page

    return Export(form, f"statement-{code.replace(':', '-')}", _table(form, pages()))


async def trial_balance(session: AsyncSession, form: TableForm, at: datetime | None) -> Export:
    found = await reading.trial_balance(session, at)
    rows = [exports.TRIAL, *_trial_rows(found)]
    return await of_rows(f"trial-balance-{found.at:%Y-%m-%d}", form, rows)


async def of_rows(name: str, form: TableForm, rows: Sequence[Row]) -> Export:
    """Return a small table, its heads first."""
    body = await asyncio.to_thread(_sheet, [rows]) if form == "xlsx" else exports.written(rows)
    return Export(form, name, _once(body, form))


async def _check_size(reads: Sessions, since: datetime, until: datetime) -> None:
    async with reads() as session:
        if await ledger_exports.count(session, since, until) > exports.MOST_ROWS:
            raise ExportTooLarge(most=exports.MOST_ROWS)


async def _table(form: ExportForm, pages: AsyncIterator[list[Posted]]) -> AsyncIterator[bytes]:
    if form == "xlsx":
        rows = [[exports.posting_row(one) for one in page] async for page in pages]
        yield await asyncio.to_thread(_sheet, [[exports.POSTINGS], *rows])
        return
    yield exports.BYTE_ORDER_MARK.encode() + exports.written([exports.POSTINGS])
    async for page in pages:
        yield exports.written(exports.posting_row(one) for one in page)


async def _beancount(
    reads: Sessions, title: str, since: datetime, until: datetime
) -> AsyncIterator[bytes]:
    async with reads() as session:
        first = await ledger_exports.first_at(session) or until
        opening = await ledger_exports.standing(session, since)
        day = max(since, first).astimezone(UTC).date()
        yield exports.beancount_opening(title, day, opening).encode()
        async for page in ledger_exports.postings(session, since, until):
            movements = groupby(page, lambda one: one.journal_id)
            text = "".join(exports.beancount_journal(list(legs)) for _, legs in movements)
            yield text.encode()
        closing = await ledger_exports.standing(session, until)
        last = (until - timedelta(microseconds=1)).astimezone(UTC).date()
        yield exports.beancount_closing(last, closing).encode()


def _trial_rows(found: TrialBalance) -> Iterable[Row]:
    for currency in found.currencies:
        code = currency.currency
        for line in currency.lines:
            yield (
                code, line.group, line.kind.value, line.accounts,
                exports.decimal(line.debit, code), exports.decimal(line.credit, code),
            )  # fmt: skip
        total = (exports.decimal(currency.debit, code), exports.decimal(currency.credit, code))
        yield (code, "", "", "", *total)


def _sheet(pages: Sequence[Sequence[Row]]) -> bytes:
    """Return a workbook of one sheet; its first row stays in sight."""
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "remove_timezone": True,
    }
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet()
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.freeze_panes(1, 0)
    number = 0
    for page in pages:
        for row in page:
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, column, value.astimezone(UTC), moment)
                elif isinstance(value, int | Decimal):
                    sheet.write_number(number, column, value)
                elif value:
                    sheet.write_string(number, column, value)
            number += 1
    book.close()
    return out.getvalue()


async def _once(body: bytes, form: ExportForm) -> AsyncIterator[bytes]:
    yield body if form == "xlsx" else exports.BYTE_ORDER_MARK.encode() + body
