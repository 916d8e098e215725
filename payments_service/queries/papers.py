"""Papers: the next number of a series, one, of an order, of an account, all of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, String, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.papers import PaperKind, PaperQuery
from payments_service.models.orders import Order
from payments_service.models.papers import Invoice
from payments_service.rules.papers import DIGITS

# The row is locked until the transaction ends: who comes next waits, and takes the number after
# ours, or ours when we are undone.
LOCK = text("""
    INSERT INTO invoice_series (series, year, last_number) VALUES (:series, :year, 0)
    ON CONFLICT (series, year) DO NOTHING
""")
LOCKED = text("SELECT FROM invoice_series WHERE series = :series AND year = :year FOR UPDATE")
NEXT = text("""
    UPDATE invoice_series SET last_number = last_number + 1
    WHERE series = :series AND year = :year RETURNING last_number
""")
# Nothing but the index of what has no paper is read, so it costs the same however many orders
# there are. What cannot be written stands before nothing else: they are taken in any order.
UNPAPERED = text("""
    SELECT id FROM "order" WHERE paid_at IS NOT NULL AND amount > 0 AND NOT is_papered
    ORDER BY random() LIMIT :limit
""")
OVERDUE = text("""
    SELECT id FROM "order"
    WHERE paid_at < :before AND paid_at IS NOT NULL AND amount > 0 AND NOT is_papered
    ORDER BY paid_at LIMIT :limit
""")


async def lock_series(session: AsyncSession, series: str, year: int) -> None:
    """Let nobody else write a paper of this series until the transaction ends."""
    given = {"series": series, "year": year}
    await session.execute(LOCK, given)
    await session.execute(LOCKED, given)


async def next_number(session: AsyncSession, series: str, year: int) -> int:
    """Take the next number of a locked series."""
    given = {"series": series, "year": year}
    return int((await session.execute(NEXT, given)).scalar_one())


async def paper_for(session: AsyncSession, source: str, kind: PaperKind) -> Invoice | None:
    return await session.scalar(
        select(Invoice).where(Invoice.source == source, Invoice.kind == kind)
    )


async def papers_of_order(session: AsyncSession, order_id: UUID) -> Sequence[Invoice]:
    asked = select(Invoice).where(Invoice.order_id == order_id).order_by(Invoice.id)
    return (await session.scalars(asked)).all()


async def papers_of_account(
    session: AsyncSession, account_id: UUID, before: UUID | None, limit: int
) -> Sequence[Invoice]:
    return await _newest(session, [Invoice.account_id == account_id], before, limit)


async def papers(
    session: AsyncSession, filters: PaperQuery, before: UUID | None, limit: int
) -> Sequence[Invoice]:
    wanted: list[ColumnElement[bool]] = []
    if filters.kind:
        wanted.append(Invoice.kind == filters.kind)
    if filters.account_id:
        wanted.append(Invoice.account_id == filters.account_id)
    if filters.order_id:
        wanted.append(Invoice.order_id == filters.order_id)
    if filters.year:
        wanted.append(Invoice.year == filters.year)
    if filters.search:
        wanted.append(_number().icontains(filters.search, autoescape=True))
    return await _newest(session, wanted, before, limit)


async def unpapered(session: AsyncSession, limit: int) -> Sequence[UUID]:
    """Return orders that were paid, whenever that was, and have no invoice."""
    return (await session.scalars(UNPAPERED, {"limit": limit})).all()


async def overdue(session: AsyncSession, before: datetime, limit: int) -> Sequence[UUID]:
    """Return those of them that were paid before a moment, the oldest first."""
    return (await session.scalars(OVERDUE, {"before": before, "limit": limit})).all()


async def order_of(session: AsyncSession, paper: Invoice) -> Order | None:
    return await session.get(Order, paper.order_id)


async def _newest(
    session: AsyncSession, wanted: Sequence[ColumnElement[bool]], before: UUID | None, limit: int
) -> Sequence[Invoice]:
    asked = select(Invoice).where(*wanted).order_by(Invoice.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(Invoice.id < before)
    return (await session.scalars(asked)).all()


def _number() -> ColumnElement[str]:
    number = func.lpad(cast(Invoice.number, String), DIGITS, "0")
    return Invoice.series + "-" + cast(cast(Invoice.year, Integer), String) + "-" + number
