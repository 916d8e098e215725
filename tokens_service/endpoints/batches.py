"""Batches of tokens: minted together, as a table, as a sheet of tickets to print."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from kit.contracts.tokens import SHEET_POLICY, Batch, Batches, BatchNew
from kit.pages import Limit
from kit.web import Router
from tokens_service.actions import keep
from tokens_service.actions import mint as minting
from tokens_service.endpoints.tokens import IdempotencyKey, IssuerDep, Minter, Reader, Revoker
from tokens_service.pages import sheet, table
from tokens_service.pages.brand import Brand

router = Router(tags=["batches"])


async def _brand(request: Request) -> Brand:
    found: Brand = request.app.state.brand
    return found


BrandDep = Annotated[Brand, Depends(_brand)]


@router.post("/batches", status_code=201, summary="Make many alike tokens")
async def mint_batch(
    issuer: IssuerDep, caller: Minter, new: BatchNew, key: IdempotencyKey = None
) -> Batch:
    """With an `Idempotency-Key` (or `key`) they are made once however often one asks."""
    return await minting.mint_batch(issuer, caller, new.model_copy(update={"key": new.key or key}))


@router.get("/batches", summary="Batches, newest first")
async def list_batches(
    issuer: IssuerDep, _: Reader, cursor: str | None = None, limit: Limit = 50
) -> Batches:
    return await keep.list_batches(issuer, cursor, limit)


@router.get("/batches/{batch_id}", summary="One batch")
async def batch(issuer: IssuerDep, _: Reader, batch_id: UUID) -> Batch:
    return await keep.batch(issuer, batch_id)


@router.post("/batches/{batch_id}/revocation", summary="Revoke all tokens of a batch")
async def revoke_batch(issuer: IssuerDep, caller: Revoker, batch_id: UUID) -> Batch:
    return await keep.revoke_batch(issuer, caller, batch_id)


@router.get(
    "/batches/{batch_id}/codes.csv",
    summary="All codes of a batch as a table",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def codes_csv(issuer: IssuerDep, _: Reader, batch_id: UUID, brand: BrandDep) -> Response:
    tokens = await keep.batch_tokens(issuer, batch_id)
    headers = {
        "Content-Disposition": f'attachment; filename="codes-{batch_id}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(table.written(tokens, brand), headers=headers, media_type="text/csv")


@router.get(
    "/batches/{batch_id}/sheet",
    summary="Tickets with QR codes, to print on A4",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def print_sheet(
    issuer: IssuerDep,
    _: Reader,
    batch_id: UUID,
    brand: BrandDep,
    language: Annotated[Literal["fr", "en"], Query()] = "fr",
) -> Response:
    tokens = await keep.batch_tokens(issuer, batch_id)
    headers = {"Content-Security-Policy": SHEET_POLICY, "Cache-Control": "no-store"}
    parts = sheet.written(tokens, brand, language)
    return StreamingResponse(parts, headers=headers, media_type="text/html")
