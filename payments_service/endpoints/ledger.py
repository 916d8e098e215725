"""The books over HTTP: read with `money:read`, corrected with `money:write`."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from kit.auth import Caller
from kit.contracts.payments.ledger import (
    AccountCode,
    AccountQuery,
    AccountStatement,
    AdjustmentNew,
    Books,
    ExportForm,
    ExportQuery,
    Findings,
    JournalQuery,
    LedgerAccount,
    LedgerAccounts,
    LedgerJournal,
    LedgerJournals,
    ReversalNew,
    TableForm,
    TrialBalance,
)
from kit.pages import Limit
from kit.web import ReadSession, Router, Session, database, needs
from payments_service.actions.ledger import correcting, exporting, reading, watching
from payments_service.actions.ledger.exporting import Export

router = Router(tags=["ledger"])
Reader = Annotated[Caller, needs("money:read")]
Writer = Annotated[Caller, needs("money:write")]
Code = Annotated[AccountCode, Path(description="as in `asset:bank:XOF`")]
Cursor = Annotated[str | None, Query(max_length=500)]
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "beancount": "text/plain; charset=utf-8",
}


@router.get("/ledger/accounts", summary="The accounts of the books, by code")
async def accounts(
    _: Reader,
    session: ReadSession,
    query: Annotated[AccountQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> LedgerAccounts:
    return await reading.accounts(session, query, cursor, limit)


@router.get("/ledger/accounts/{code}", summary="One account and its balance")
async def account(code: Code, _: Reader, session: ReadSession) -> LedgerAccount:
    return await reading.account(session, code)


@router.get("/ledger/accounts/{code}/statement", summary="What moved on an account")
async def statement(
    code: Code, _: Reader, session: ReadSession, cursor: Cursor = None, limit: Limit = 50
) -> AccountStatement:
    """Return the latest first, each with the balance after it."""
    return await reading.statement(session, code, cursor, limit)


@router.get("/ledger/journals", summary="Movements, by what caused them, kind, time or key")
async def journals(
    _: Reader,
    session: ReadSession,
    query: Annotated[JournalQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> LedgerJournals:
    return await reading.journals(session, query, cursor, limit)


@router.get("/ledger/journals/{journal_id}", summary="One movement with its legs")
async def journal(journal_id: UUID, _: Reader, session: ReadSession) -> LedgerJournal:
    return await reading.journal(session, journal_id)


@router.post("/ledger/journals/{journal_id}/reversal", status_code=201, summary="Undo a movement")
async def reverse(
    journal_id: UUID, new: ReversalNew, caller: Writer, session: Session
) -> LedgerJournal:
    """Nothing is changed: its opposite is posted, once, with the reason and who it was."""
    return await correcting.reverse(session, caller, journal_id, new)


@router.post("/ledger/adjustments", status_code=201, summary="Book what a provider did by itself")
async def adjust(new: AdjustmentNew, caller: Writer, session: Session) -> LedgerJournal:
    """Fees it kept, money it paid into our bank. The same key twice is once."""
    return await correcting.adjust(session, caller, new)


@router.get("/ledger/trial-balance", summary="All accounts as they stood at a moment")
async def trial_balance(
    _: Reader, session: ReadSession, at: datetime | None = None
) -> TrialBalance:
    return await reading.trial_balance(session, at)


@router.get("/ledger/reconciliation", summary="Our books beside what providers say")
async def books(_: Reader, session: ReadSession) -> Books:
    return await watching.books(session)


@router.get("/findings", summary="What is wrong with the books")
async def findings(
    _: Reader,
    session: ReadSession,
    *,
    is_open: bool | None = True,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Findings:
    """Found by checks that run all the time; one closes itself once it is gone."""
    return await watching.findings(session, is_open, cursor, limit)


@router.get("/ledger/exports/journals.{form}", response_class=Response, summary="The journal")
async def export_journals(
    request: Request, form: ExportForm, _: Reader, query: Annotated[ExportQuery, Query()]
) -> StreamingResponse:
    """As CSV, XLSX (200 000 postings at most) or Beancount."""
    settings = request.app.state.settings
    reads = database(request).reads
    return sent(await exporting.journals(reads, form, query, settings.brand_name))


@router.get("/ledger/exports/statement.{form}", response_class=Response, summary="A statement")
async def export_statement(
    request: Request, form: TableForm, _: Reader, code: AccountCode
) -> StreamingResponse:
    return sent(await exporting.statement(database(request).reads, form, code))


@router.get(
    "/ledger/exports/trial-balance.{form}", response_class=Response, summary="The trial balance"
)
async def export_trial_balance(
    form: TableForm, _: Reader, session: ReadSession, at: datetime | None = None
) -> StreamingResponse:
    return sent(await exporting.trial_balance(session, form, at))


def sent(export: Export) -> StreamingResponse:
    name = f"{export.name}.{export.form}"
    return StreamingResponse(
        export.body,
        media_type=MEDIA[export.form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
