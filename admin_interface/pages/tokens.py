"""Access codes: minted one by one or by the hundred, printed, revoked, their devices freed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import MintForm, Mistyped, checked, filled
from admin_interface.pages.desk import back, show, words
from admin_interface.pages.staff import acting
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import FilmCard, FilmQuery
from kit.contracts.catalog.words import AccessLevel as FilmLevel
from kit.contracts.tokens import (
    SHEET_POLICY,
    Batch,
    BatchNew,
    Device,
    Mint,
    Token,
    TokenQuery,
    TokensClient,
)
from kit.db import new_id
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Tokens = Annotated[TokensClient, acting(TokensClient)]
Catalog = Annotated[CatalogClient, acting(CatalogClient)]

STATES = ("active", "expired", "revoked")
SAYINGS = {
    "Mistyped": mark("Une des valeurs n’est pas acceptée ; corrigez-la, puis recommencez."),
    "LifetimePast": mark("Cette date est déjà passée."),
    "TokenKeyReused": mark("Ce formulaire a déjà servi. Rechargez la page."),
    "TokenNotFound": mark("Ce code n’existe pas."),
    "TokenStoreUnavailable": mark("Le registre des codes ne répond pas. Réessayez dans un moment."),
    "Forbidden": mark("Votre rôle ne permet pas cela."),
}
OTHERWISE = mark("Le service des codes a refusé : %(why)s")


class TokensView(Schema):
    tokens: list[Token]
    next: str
    q: str
    state: str
    level: str


class MintView(Schema):
    values: dict[str, Any]
    films: list[FilmCard]
    errors: dict[str, str] = {}
    trouble: str = ""


class TokenView(Schema):
    token: Token
    devices: list[Device]
    film: str
    portal: str


class BatchesView(Schema):
    batches: list[Batch]
    next: str


class BatchView(Schema):
    batch: Batch
    tokens: list[Token]
    next: str


@router.get("/tokens")
async def tokens(
    request: Request,
    client: Tokens,
    q: str = "",
    state: str = "",
    level: str = "",
    cursor: str | None = None,
) -> Response:
    filters = checked(
        TokenQuery,
        {
            "q": q.strip() or None,
            "state": state if state in STATES else None,
            "access_level": level or None,
        },
    )
    page = await client.tokens(filters, cursor=cursor)
    view = TokensView(
        tokens=page.items, next=_next(request, page.next_cursor), q=q, state=state, level=level
    )
    return show(request, "pages/tokens.html", view)


@router.get("/tokens/new")
async def mint_page(request: Request, catalog: Catalog, film: str = "") -> Response:
    values = dict.fromkeys(MintForm.model_fields, "") | {
        "access_level": "ppv" if film else "vip",
        "video_id": film,
        "duration_days": "30",
        "count": "1",
        "key": str(new_id()),
    }
    view = MintView(values=values, films=await _locked_films(catalog))
    return show(request, "pages/mint.html", view)


@router.post("/tokens/new")
async def mint(request: Request, client: Tokens, catalog: Catalog) -> Response:
    typed: dict[str, Any] = dict(await request.form())
    form, errors = filled(MintForm, typed)
    if form is not None and form.access_level.value == "ppv" and not form.video_id:
        form, errors = None, {"video_id": mark("Choisissez le film que ce code ouvre.")}
    if form is None:
        return await _again(request, catalog, typed, errors)
    try:
        if form.count == 1:
            token = await client.mint(checked(Mint, _terms(form)))
            return back(request, f"/tokens/{token.id}", mark("Le code est prêt."))
        batch = await client.mint_batch(checked(BatchNew, _terms(form) | {"count": form.count}))
    except Mistyped as error:
        return await _again(request, catalog, typed, error.fields)
    except AppError as error:
        return await _again(request, catalog, typed, {}, saying(request, error))
    return back(request, f"/batches/{batch.id}", mark("Les codes sont prêts."))


@router.get("/tokens/{token_id}")
async def token_page(
    request: Request, token_id: UUID, client: Tokens, catalog: Catalog
) -> Response:
    token = await client.token(token_id)
    view = TokenView(
        token=token,
        devices=(await client.devices(token_id)).items,
        film=await _film_title(catalog, token.video_id),
        portal=request.app.state.settings.portal_public_url,
    )
    return show(request, "pages/token.html", view)


@router.post("/tokens/{token_id}/revocation")
async def revoke(request: Request, token_id: UUID, client: Tokens) -> Response:
    here = f"/tokens/{token_id}"
    try:
        await client.revoke(str(token_id))
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, mark("Le code est révoqué : il n’ouvre plus rien."))


@router.post("/tokens/{token_id}/devices")
async def free_devices(request: Request, token_id: UUID, client: Tokens) -> Response:
    """Let new devices in: forget one, or all of them."""
    device = str((await request.form()).get("device", ""))
    here = f"/tokens/{token_id}"
    try:
        await (client.free_device(token_id, device) if device else client.free_devices(token_id))
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, mark("La place est libre pour un autre appareil."))


@router.get("/batches")
async def batches(request: Request, client: Tokens, cursor: str | None = None) -> Response:
    page = await client.batches(cursor=cursor)
    view = BatchesView(batches=page.items, next=_next(request, page.next_cursor))
    return show(request, "pages/batches.html", view)


@router.get("/batches/{batch_id}")
async def batch_page(
    request: Request, batch_id: UUID, client: Tokens, cursor: str | None = None
) -> Response:
    page = await client.tokens(TokenQuery(batch_id=batch_id), cursor=cursor, limit=100)
    view = BatchView(
        batch=await client.batch(batch_id),
        tokens=page.items,
        next=_next(request, page.next_cursor),
    )
    return show(request, "pages/batch.html", view)


@router.get("/batches/{batch_id}/codes.csv")
async def batch_csv(batch_id: UUID, client: Tokens) -> Response:
    name = f"attachment; filename=codes-{batch_id}.csv"
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(await client.batch_csv(batch_id), media_type="text/csv", headers=headers)


@router.get("/batches/{batch_id}/sheet")
async def batch_sheet(request: Request, batch_id: UUID, client: Tokens) -> Response:
    """Pass on the sheet of tickets; it brings its own style, and nothing else."""
    sheet = await client.batch_sheet(batch_id, language=words(request).code)
    headers = {"Content-Security-Policy": SHEET_POLICY, "Cache-Control": "no-store"}
    return Response(sheet, media_type="text/html; charset=utf-8", headers=headers)


@router.post("/batches/{batch_id}/revocation")
async def revoke_batch(request: Request, batch_id: UUID, client: Tokens) -> Response:
    here = f"/batches/{batch_id}"
    try:
        await client.revoke_batch(batch_id)
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, mark("Tous les codes de ce lot sont révoqués."))


async def _again(
    request: Request,
    catalog: CatalogClient,
    typed: dict[str, Any],
    errors: dict[str, str],
    trouble: str = "",
) -> Response:
    say = words(request)
    values = dict.fromkeys(MintForm.model_fields, "") | typed
    said = {field: say(text) for field, text in errors.items()}
    films = await _locked_films(catalog)
    view = MintView(values=values, films=films, errors=said, trouble=trouble)
    return show(request, "pages/mint.html", view, 422)


def _terms(form: MintForm) -> dict[str, Any]:
    level = form.access_level.value
    terms: dict[str, Any] = {
        "title": form.title,
        "access_level": level,
        "video_id": form.video_id if level == "ppv" else None,
        "max_devices": form.max_devices,
        "label": form.label,
        "key": form.key,
    }
    if form.expires_at is not None:
        return terms | {"expires_at": form.expires_at}
    return terms | {"duration_days": form.duration_days or 30}


async def _locked_films(catalog: CatalogClient) -> list[FilmCard]:
    filters = FilmQuery(status="all", access_level=FilmLevel.ppv)
    return (await catalog.films(filters, sort="title", limit=200)).items


async def _film_title(catalog: CatalogClient, video_id: str | None) -> str:
    if not video_id:
        return ""
    filters = FilmQuery(status="all", video_guid=video_id)
    found = (await catalog.films(filters, limit=1)).items
    if found:
        return found[0].title
    try:
        return (await catalog.film(video_id, everything=True)).title
    except AppError:
        return video_id


def _next(request: Request, cursor: str | None) -> str:
    return str(request.url.include_query_params(cursor=cursor)) if cursor else ""


def saying(request: Request, error: AppError) -> str:
    say = words(request)
    found = SAYINGS.get(type(error).__name__)
    return say(found) if found else say(OTHERWISE, why=error.detail)
