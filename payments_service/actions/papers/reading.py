"""Reading papers: one's own, an order's, all of them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.contracts.payments.errors import PaperNotFound
from kit.contracts.payments.papers import OrderPapers, Paper, PaperQuery, Papers
from kit.db import find
from kit.pages import encode_cursor
from payments_service.actions.orders import seeing
from payments_service.models.papers import Invoice
from payments_service.queries import papers as queries
from payments_service.rules.cursors import before
from payments_service.rules.papers import number_of, paper_kind


async def my_papers(
    session: AsyncSession, account_id: UUID, cursor: str | None, limit: int
) -> Papers:
    rows = await queries.papers_of_account(session, account_id, before(cursor), limit + 1)
    return _page([shown(row) for row in rows], limit)


async def all_papers(
    session: AsyncSession, filters: PaperQuery, cursor: str | None, limit: int
) -> Papers:
    rows = await queries.papers(session, filters, before(cursor), limit + 1)
    return _page([shown(row) for row in rows], limit)


async def papers_of_order(
    session: AsyncSession, caller: Caller, order_id: UUID, secret: str
) -> OrderPapers:
    """Return an order's papers to whoever may see the order."""
    if not seeing.is_staff(caller, "money:read"):
        await seeing.seen(session, caller, order_id, secret)
    rows = await queries.papers_of_order(session, order_id)
    return OrderPapers(items=[shown(row) for row in rows])


async def paper(session: AsyncSession, caller: Caller, paper_id: UUID, secret: str) -> Invoice:
    """Return a paper to whose it is, to who shows the order's secret, to `money:read`."""
    row = await find(session, Invoice, paper_id, PaperNotFound)
    if seeing.is_staff(caller, "money:read"):
        return row
    if row.account_id is not None and row.account_id == seeing.account_of(caller):
        return row
    if secret:
        await seeing.seen(session, caller, row.order_id, secret)
        return row
    raise PaperNotFound


def shown(row: Invoice) -> Paper:
    return Paper(
        id=row.id,
        kind=paper_kind(row),
        number=number_of(row.series, row.year, row.number),
        order_id=row.order_id,
        account_id=row.account_id,
        credits_id=row.credits_id,
        title=str(row.facts.get("title", "")),
        currency=row.currency,
        tax_amount=row.tax_amount,
        total_amount=row.total_amount,
        locale=row.locale,
        issued_at=row.issued_at,
    )


def _page(items: list[Paper], limit: int) -> Papers:
    more = len(items) > limit
    kept = items[:limit]
    return Papers(items=kept, next_cursor=encode_cursor(str(kept[-1].id)) if more else None)
