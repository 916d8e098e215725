"""Many films at once: one change to all, tables in and out."""

from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from catalog_service.actions import bulk as actions
from catalog_service.endpoints.shared import Editor, Reader
from kit.contracts.catalog.changes import BulkChange, BulkResult, ImportReport
from kit.web import Router, Session, database

router = Router(tags=["films"])
TABLE = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.post("/films/bulk", summary="One change to many films")
async def change_films(change: BulkChange, caller: Editor, session: Session) -> BulkResult:
    return await actions.change_films(session, caller, change)


@router.post("/films/import", openapi_extra=TABLE, summary="Films from a CSV table")
async def import_films(
    request: Request,
    caller: Editor,
    session: Session,
    dry_run: Annotated[bool, Query(description="only report what would be done")] = True,
) -> ImportReport:
    """All lines or none; a film is found again by its slug, so importing twice changes nothing."""
    return await actions.import_films(session, caller, await request.body(), dry_run=dry_run)


@router.get("/films/export.csv", response_class=Response, summary="All films as a CSV table")
async def export_films(request: Request, caller: Reader) -> StreamingResponse:
    return StreamingResponse(
        actions.export_films(database(request).reads),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="films.csv"'},
    )
