"""Reading the books."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.payments.ledger import (
    AccountQuery,
    AccountStatement,
    JournalQuery,
    LedgerAccount,
    LedgerAccounts,
    LedgerJournal,
    LedgerJournals,
    StatementLine,
    TrialBalance,
)
from kit.pages import BadCursor, decode_cursor, encode_cursor
from payments_service.models.ledger import Journal
from payments_service.queries import ledger_reading as queries
from payments_service.rules import statements

FIRST = 2**62  # above every number of a posting


async def accounts(
    session: AsyncSession, query: AccountQuery, cursor: str | None, limit: int
) -> LedgerAccounts:
    after = str(decode_cursor(cursor, 1)[0]) if cursor else ""
    rows = await queries.accounts(session, query, after, limit + 1)
    page = [LedgerAccount.model_validate(row) for row in rows[:limit]]
    following = encode_cursor(page[-1].code) if len(rows) > limit else None
    return LedgerAccounts(items=page, next_cursor=following)


async def account(session: AsyncSession, code: str) -> LedgerAccount:
    return LedgerAccount.model_validate(await queries.account(session, code))


async def statement(
    session: AsyncSession, code: str, cursor: str | None, limit: int
) -> AccountStatement:
    found = await queries.account(session, code)
    below = _number(cursor) if cursor else FIRST
    rows = await queries.statement(session, found.id, below, limit + 1)
    lines = [
        StatementLine(
            number=posting.number,
            amount=posting.amount,
            balance=posting.balance,
            journal_id=journal.id,
            kind=journal.kind,
            source=journal.source,
            description=journal.description,
            at=journal.at,
        )
        for posting, journal in rows[:limit]
    ]
    following = encode_cursor(lines[-1].number) if len(rows) > limit else None
    told = LedgerAccount.model_validate(found)
    return AccountStatement(account=told, items=lines, next_cursor=following)


async def journals(
    session: AsyncSession, query: JournalQuery, cursor: str | None, limit: int
) -> LedgerJournals:
    before = _moment(cursor) if cursor else None
    rows = await queries.journals(session, query, before, limit + 1)
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = encode_cursor(last.at.isoformat(), str(last.id))
    return LedgerJournals(items=await told(session, rows[:limit]), next_cursor=following)


async def journal(session: AsyncSession, journal_id: UUID) -> LedgerJournal:
    (found,) = await told(session, [await queries.journal(session, journal_id)])
    return found


async def told(session: AsyncSession, rows: Sequence[Journal]) -> list[LedgerJournal]:
    """Return journals as the wire has them, with their legs and what became of them."""
    ids = [row.id for row in rows]
    legs = await queries.legs(session, ids)
    reversals, ends = await queries.followers(session, ids)
    return [
        statements.told(row, legs[row.id], reversals.get(row.id), ends.get(row.id)) for row in rows
    ]


async def trial_balance(session: AsyncSession, at: datetime | None) -> TrialBalance:
    moment = at or clock.now()
    return statements.trial_balance(moment, await queries.trial(session, moment))


def _number(cursor: str) -> int:
    (number,) = decode_cursor(cursor, 1)
    if not isinstance(number, int) or not 0 <= number <= FIRST:
        raise BadCursor
    return number


def _moment(cursor: str) -> tuple[datetime, UUID]:
    at, journal_id = decode_cursor(cursor, 2)
    try:
        moment, found = datetime.fromisoformat(str(at)), UUID(str(journal_id))
    except ValueError as error:
        raise BadCursor from error
    if moment.tzinfo is None:
        raise BadCursor
    return moment, found
