"""Views, makers, terms, earnings and statements over HTTP."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from kit.contracts.payments.earnings import (
    Earnings,
    MakerEarnings,
    Makers,
    MakersChange,
    Of,
    Statements,
    Terms,
    TermsChange,
    TermsList,
    Viewed,
    ViewNew,
)
from kit.errors import Unauthenticated
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session
from payments_service.actions import privacy
from payments_service.actions.earnings import counting, reading, sharing, stating
from payments_service.actions.papers.writing import seller_of
from payments_service.endpoints.given import MoneyReader, MoneyWriter, ToolsDep
from payments_service.endpoints.papers import PDF, Language, pdf
from payments_service.endpoints.people import Account, Cursor
from payments_service.pages import statement as page

router = Router(tags=["earnings"])


@router.post("/views", summary="Count a view")
async def count_view(new: ViewNew, caller: CallerDep, session: Session, tools: ToolsDep) -> Viewed:
    """Services only: the portal says so once a film has really been watched for a while."""
    privacy.check_service(caller)
    return await counting.count_view(session, tools, new)


@router.get("/films/{film_id}/makers", summary="Who made a film")
async def makers_of(film_id: UUID, caller: CallerDep, session: ReadSession) -> Makers:
    if caller.kind == "anonymous":
        raise Unauthenticated
    return await sharing.makers(session, caller, film_id)


@router.put("/films/{film_id}/makers", summary="Say who made a film, and how they share")
async def set_makers(
    film_id: UUID, change: MakersChange, caller: CallerDep, session: Session, tools: ToolsDep
) -> Makers:
    if caller.kind == "anonymous":
        raise Unauthenticated
    return await sharing.set_makers(session, tools, caller, film_id, change)


@router.get("/terms", summary="What views and sales earn")
async def terms(caller: MoneyReader, session: ReadSession, tools: ToolsDep) -> TermsList:
    return await sharing.all_terms(session, tools)


@router.put("/terms/{of}/{of_id}", summary="Give a film or a maker terms of their own")
async def set_terms(
    of: Of, of_id: UUID, change: TermsChange, caller: MoneyWriter, session: Session
) -> Terms:
    return await sharing.set_terms(session, caller, of, of_id, change)


@router.delete("/terms/{of}/{of_id}", status_code=204, summary="Let the house's terms apply")
async def delete_terms(of: Of, of_id: UUID, caller: MoneyWriter, session: Session) -> None:
    await sharing.delete_terms(session, caller, of, of_id)


@router.get("/my-earnings", summary="What I have earned")
async def my_earnings(me: Account, session: ReadSession, tools: ToolsDep) -> Earnings:
    return await reading.earned(session, tools, me)


@router.get("/makers/{account_id}/earnings", summary="What a film-maker has earned")
async def earnings_of(
    account_id: UUID, caller: MoneyReader, session: ReadSession, tools: ToolsDep
) -> Earnings:
    return await reading.earned(session, tools, account_id)


@router.get("/maker-earnings", summary="Everybody who has earned something")
async def maker_earnings(caller: MoneyReader, session: ReadSession) -> MakerEarnings:
    return await reading.makers(session)


@router.get("/my-statements", summary="My statements, newest first")
async def my_statements(
    me: Account, session: ReadSession, cursor: Cursor = None, limit: Limit = 50
) -> Statements:
    return await stating.statements(session, me, cursor, limit)


@router.get("/statements", summary="All statements, newest first")
async def statements(
    caller: MoneyReader,
    session: ReadSession,
    account_id: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Statements:
    return await stating.statements(session, account_id, cursor, limit)


@router.get(
    "/statements/{statement_id}/pdf",
    summary="A statement to print",
    response_class=Response,
    responses=PDF,
)
async def statement_pdf(
    statement_id: UUID,
    caller: CallerDep,
    session: ReadSession,
    tools: ToolsDep,
    language: Language = None,
) -> Response:
    row = await stating.statement(session, caller, statement_id)
    name = caller.name if caller.id == str(row.account_id) else ""
    content = await asyncio.to_thread(page.printed, row, seller_of(tools), name, language or "fr")
    return pdf(content, f"{row.month:%Y-%m}-{row.currency}")
