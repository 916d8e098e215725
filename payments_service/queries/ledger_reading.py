"""Reading the books: accounts, statements, movements, the trial balance."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.errors import JournalNotFound, LedgerAccountNotFound
from kit.contracts.payments.ledger import AccountQuery, JournalQuery
from kit.db import find
from payments_service.models.ledger import Account, Held, Journal, Posting
from payments_service.rules.statements import ID, Group, Line

TRIAL = text(f"""
    WITH later AS (
        SELECT posting.account_id, sum(posting.amount) AS moved
        FROM journal JOIN posting ON posting.journal_id = journal.id
        WHERE journal.at > :at GROUP BY posting.account_id
    ), stood AS (
        SELECT regexp_replace(code, '{ID}', '*', 'g') AS code, kind, currency,
               posted - coalesce(moved, 0) AS balance
        FROM account LEFT JOIN later ON later.account_id = account.id
    )
    SELECT currency, code, kind, count(*)::bigint,
           coalesce(sum(balance) FILTER (WHERE balance > 0), 0)::bigint,
           coalesce(-sum(balance) FILTER (WHERE balance < 0), 0)::bigint
    FROM stood GROUP BY currency, code, kind
""")  # noqa: S608  (a constant)


async def account(session: AsyncSession, code: str) -> Account:
    found = await session.scalar(select(Account).where(Account.code == code))
    if found is None:
        raise LedgerAccountNotFound
    return found


async def accounts(
    session: AsyncSession, query: AccountQuery, after: str, limit: int
) -> Sequence[Account]:
    """Return accounts by code, those behind `after`."""
    wanted = select(Account).where(Account.code > after).order_by(Account.code).limit(limit)
    if query.q:
        wanted = wanted.where(Account.code.contains(query.q, autoescape=True))
    if query.kind:
        wanted = wanted.where(Account.kind == query.kind)
    if query.currency:
        wanted = wanted.where(Account.currency == query.currency)
    return (await session.scalars(wanted)).all()


async def statement(
    session: AsyncSession, account_id: int, below: int, limit: int
) -> Sequence[Row[Posting, Journal]]:
    """Return postings on an account with their journals, the latest first."""
    wanted = (
        select(Posting, Journal)
        .join(Journal, Journal.id == Posting.journal_id)
        .where(Posting.account_id == account_id, Posting.number < below)
        .order_by(Posting.number.desc())
        .limit(limit)
    )
    return (await session.execute(wanted)).all()


async def journal(session: AsyncSession, journal_id: UUID) -> Journal:
    return await find(session, Journal, journal_id, JournalNotFound)


async def journals(
    session: AsyncSession,
    query: JournalQuery,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Journal]:
    """Return movements, the latest first, those before a moment and an id."""
    wanted = _wanted(query).order_by(Journal.at.desc(), Journal.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(tuple_(Journal.at, Journal.id) < tuple_(*before))
    return (await session.scalars(wanted)).all()


async def legs(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, list[Line]]:
    """Return the legs of these journals, those of holds too."""
    wanted = list(ids)
    found: dict[UUID, list[Line]] = {one: [] for one in wanted}
    posted = (
        select(Posting.journal_id, Account.code, Posting.currency, Posting.amount, Posting.balance)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.journal_id.in_(wanted))
        .order_by(Posting.id)
    )
    held = (
        select(Held.journal_id, Account.code, Held.currency, Held.amount)
        .join(Account, Account.id == Held.account_id)
        .where(Held.journal_id.in_(wanted))
    )
    for journal_id, code, currency, amount, balance in await session.execute(posted):
        found[journal_id].append(Line(code, currency, amount, balance))
    for journal_id, code, currency, amount in await session.execute(held):
        found[journal_id].append(Line(code, currency, amount, None))
    return found


async def followers(
    session: AsyncSession, ids: Iterable[UUID]
) -> tuple[dict[UUID, UUID], dict[UUID, UUID]]:
    """Return what reversed these journals, and what ended them, by their ids."""
    wanted = list(ids)
    reversals = select(Journal.reverses_id, Journal.id).where(Journal.reverses_id.in_(wanted))
    ends = select(Journal.resolves_id, Journal.id).where(Journal.resolves_id.in_(wanted))
    return (
        {of: one for of, one in await session.execute(reversals) if of is not None},
        {of: one for of, one in await session.execute(ends) if of is not None},
    )


async def trial(session: AsyncSession, at: datetime) -> list[Group]:
    """Return all accounts as they stood then, those of one sort together."""
    return [Group(*row) for row in await session.execute(TRIAL, {"at": at})]


def _wanted(query: JournalQuery) -> Select[Journal]:
    wanted = select(Journal)
    if query.key:
        wanted = wanted.where(Journal.key == query.key)
    if query.source and query.source.endswith("*"):
        wanted = wanted.where(Journal.source.startswith(query.source[:-1], autoescape=True))
    elif query.source:
        wanted = wanted.where(Journal.source == query.source)
    if query.kind:
        wanted = wanted.where(Journal.kind == query.kind)
    if query.since:
        wanted = wanted.where(Journal.at >= query.since)
    if query.until:
        wanted = wanted.where(Journal.at < query.until)
    return wanted
