"""The video library: its sync, videos that vanished, and tables in and out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import back, show
from admin_interface.pages.films import refused
from admin_interface.pages.staff import Staff, acting
from kit.contracts.catalog.changes import ImportReport
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.sync import Deletion, Resolution, SyncStatus
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Catalog = Annotated[CatalogClient, acting(CatalogClient)]


class LibraryView(Schema):
    sync: SyncStatus
    deletions: list[Deletion]
    library_url: str


class ImportView(Schema):
    report: ImportReport | None = None
    table: str = ""
    trouble: str = ""


@router.get("/library")
async def library(request: Request, catalog: Catalog) -> Response:
    view = LibraryView(
        sync=await catalog.sync_status(),
        deletions=(await catalog.deletions()).items,
        library_url=request.app.state.settings.bunny_api_url,
    )
    return show(request, "pages/library.html", view)


@router.post("/library/sync")
async def sync(request: Request, catalog: Catalog) -> Response:
    try:
        await catalog.start_sync()
    except AppError as error:
        return refused(request, "/library", error)
    return back(request, "/library", mark("La comparaison avec la vidéothèque commence."), "info")


@router.post("/library/deletions/{deletion_id}")
async def resolve(request: Request, deletion_id: UUID, catalog: Catalog) -> Response:
    wish = str((await request.form()).get("resolution", "keep"))
    try:
        await catalog.resolve_deletion(deletion_id, checked(Resolution, wish))
    except AppError as error:
        return refused(request, "/library", error)
    return back(request, "/library", mark("C’est décidé."))


@router.get("/import")
async def import_page(request: Request, staff: Staff) -> Response:
    return show(request, "pages/import.html", ImportView())


@router.post("/import")
async def import_films(request: Request, catalog: Catalog) -> Response:
    """Try a table first; then, when it is right, write it."""
    data = await request.form()
    file = data.get("table")
    table = str(data.get("kept", "")).encode()
    if file is not None and not isinstance(file, str) and file.size:
        table = await file.read()
    dry_run = not data.get("write")
    if not table:
        return back(request, "/import", mark("Choisissez d’abord un fichier CSV."), "warning")
    try:
        report = await catalog.import_films(table, dry_run=dry_run)
    except AppError as error:
        return refused(request, "/import", error)
    if not dry_run and not report.problems:
        text = mark("%(created)s films créés, %(changed)s changés.")
        return back(request, "/films", text, created=report.created, changed=report.changed)
    view = ImportView(report=report, table=table.decode("utf-8", "replace"))
    return show(request, "pages/import.html", view)


@router.get("/export.csv")
async def export(catalog: Catalog) -> Response:
    headers = {"Content-Disposition": "attachment; filename=films.csv", "Cache-Control": "no-store"}
    return Response(await catalog.export_films(), media_type="text/csv", headers=headers)


@router.get("/images/{path:path}")
async def image(path: str, catalog: Catalog) -> Response:
    """Pass on a picture of the catalogue, whose port browsers refuse."""
    content = await catalog.image(f"/images/{path}")
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return Response(content, media_type="image/webp", headers=headers)
