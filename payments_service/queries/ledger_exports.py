"""Reading the books from one moment to another, a page at a time."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.models.ledger import Account, Journal, Posting
from payments_service.rules.exports import Opening, Posted

PAGE = 500
STANDING = text("""
    WITH later AS (
        SELECT posting.account_id, sum(posting.amount) AS moved
        FROM journal JOIN posting ON posting.journal_id = journal.id
        WHERE journal.at >= :at GROUP BY posting.account_id
    )
    SELECT code, currency, (posted - coalesce(moved, 0))::bigint
    FROM account LEFT JOIN later ON later.account_id = account.id
    ORDER BY code
""")


async def standing(session: AsyncSession, at: datetime) -> list[Opening]:
    """Return every account as it stood just before a moment."""
    return [Opening(*row) for row in await session.execute(STANDING, {"at": at})]


async def first_at(session: AsyncSession) -> datetime | None:
    return await session.scalar(select(func.min(Journal.at)))


async def count(session: AsyncSession, since: datetime, until: datetime) -> int:
    wanted = (
        select(func.count())
        .select_from(Posting)
        .join(Journal, Journal.id == Posting.journal_id)
        .where(Journal.at >= since, Journal.at < until)
    )
    return await session.scalar(wanted) or 0


async def postings(
    session: AsyncSession, since: datetime, until: datetime
) -> AsyncIterator[list[Posted]]:
    """Give the postings of that time, the oldest first: whole journals, some hundred at once."""
    wanted = (
        select(Journal.at, Journal.id)
        .where(Journal.at >= since, Journal.at < until)
        .order_by(Journal.at, Journal.id)
        .limit(PAGE)
    )
    last = None
    while True:
        more = wanted if last is None else wanted.where(tuple_(Journal.at, Journal.id) > last)
        found = (await session.execute(more)).all()
        if found:
            yield await _posted(session, [one.id for one in found])
        if len(found) < PAGE:
            return
        last = tuple_(*found[-1])


async def statement(session: AsyncSession, account: Account) -> AsyncIterator[list[Posted]]:
    """Give all postings on an account, the oldest first."""
    reached = 0
    while True:
        wanted = (
            _columns()
            .where(Posting.account_id == account.id)
            .where(Posting.number > reached, Posting.number <= reached + PAGE)
            .order_by(Posting.number)
        )
        found = [Posted(*row) for row in await session.execute(wanted)]
        if found:
            yield found
        if len(found) < PAGE:
            return
        reached += PAGE


async def _posted(session: AsyncSession, ids: list[UUID]) -> list[Posted]:
    wanted = _columns().where(Journal.id.in_(ids)).order_by(Journal.at, Journal.id, Posting.id)
    return [Posted(*row) for row in await session.execute(wanted)]


def _columns() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Journal.at, Journal.id, Journal.key, Journal.kind, Journal.source, Journal.description,
            Account.code, Posting.currency, Posting.amount, Posting.balance,
        )
        .join(Posting, Posting.journal_id == Journal.id)
        .join(Account, Account.id == Posting.account_id)
    )  # fmt: skip
