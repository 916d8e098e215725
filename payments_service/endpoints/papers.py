"""Invoices and credit notes over HTTP."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from kit.contracts.payments.papers import OrderPapers, PaperQuery, Papers
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router
from payments_service.actions.papers import reading
from payments_service.endpoints.given import MoneyReader, Secret
from payments_service.endpoints.people import Account, Cursor
from payments_service.pages import paper as page
from payments_service.rules.papers import number_of

router = Router(tags=["papers"])
Language = Annotated[Literal["fr", "en"] | None, Query()]
PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/my-papers", summary="My invoices and credit notes, newest first")
async def my_papers(
    me: Account, session: ReadSession, cursor: Cursor = None, limit: Limit = 50
) -> Papers:
    return await reading.my_papers(session, me, cursor, limit)


@router.get("/papers", summary="All invoices and credit notes, newest first")
async def papers(
    caller: MoneyReader,
    session: ReadSession,
    filters: Annotated[PaperQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Papers:
    return await reading.all_papers(session, filters, cursor, limit)


@router.get("/orders/{order_id}/papers", summary="The papers of an order")
async def papers_of_order(
    order_id: UUID, caller: CallerDep, session: ReadSession, secret: Secret = ""
) -> OrderPapers:
    return await reading.papers_of_order(session, caller, order_id, secret)


@router.get(
    "/papers/{paper_id}/pdf",
    summary="An invoice or credit note to print",
    response_class=Response,
    responses=PDF,
)
async def paper_pdf(
    paper_id: UUID,
    caller: CallerDep,
    session: ReadSession,
    language: Language = None,
    secret: Secret = "",
) -> Response:
    row = await reading.paper(session, caller, paper_id, secret)
    content = await asyncio.to_thread(page.printed, row, language or row.locale)
    return pdf(content, number_of(row.series, row.year, row.number))


def pdf(content: bytes, name: str) -> Response:
    """Return a PDF to be shown, or kept under a name; nobody on the way keeps it."""
    headers = {
        "Content-Disposition": f'inline; filename="{name}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, headers=headers, media_type="application/pdf")
