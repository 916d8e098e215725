"""Minting, listing and revoking tokens."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Query, Request

from kit.auth import Caller
from kit.contracts.tokens import (
    DeviceId,
    DeviceList,
    Key,
    Mint,
    Revocation,
    Token,
    TokenChange,
    TokenQuery,
    Tokens,
)
from kit.pages import Limit
from kit.web import Router, needs
from tokens_service.actions import keep
from tokens_service.actions import mint as minting
from tokens_service.actions.issuer import Issuer

router = Router(tags=["tokens"])


async def _issuer(request: Request) -> Issuer:
    found: Issuer = request.app.state.issuer
    return found


IssuerDep = Annotated[Issuer, Depends(_issuer)]
Minter = Annotated[Caller, needs("tokens:mint")]
Reader = Annotated[Caller, needs("tokens:read")]
Revoker = Annotated[Caller, needs("tokens:revoke")]
IdempotencyKey = Annotated[Key | None, Header(alias="Idempotency-Key")]


@router.post("/mint", status_code=201, summary="Make a token")
async def mint(issuer: IssuerDep, caller: Minter, new: Mint, key: IdempotencyKey = None) -> Token:
    """With an `Idempotency-Key` (or `key`) the same token is answered however often one asks."""
    return await minting.mint(issuer, caller, new.model_copy(update={"key": new.key or key}))


@router.post("/revoke", summary="Revoke a token, at once and for good")
async def revoke(issuer: IssuerDep, caller: Revoker, given: Revocation) -> Token:
    return await keep.revoke(issuer, caller, given.code)


@router.get("/tokens", summary="Tokens, newest first")
async def list_tokens(
    issuer: IssuerDep,
    _: Reader,
    filters: Annotated[TokenQuery, Query()],
    cursor: str | None = None,
    limit: Limit = 50,
) -> Tokens:
    return await keep.list_tokens(issuer, filters, cursor, limit)


@router.get("/tokens/{token_id}", summary="One token")
async def token(issuer: IssuerDep, _: Reader, token_id: UUID) -> Token:
    return await keep.token(issuer, token_id)


@router.patch("/tokens/{token_id}", summary="Change a token's title, label, end or devices")
async def change(issuer: IssuerDep, caller: Minter, token_id: UUID, new: TokenChange) -> Token:
    return await keep.change(issuer, caller, token_id, new)


@router.get("/tokens/{token_id}/devices", summary="The devices that use a token")
async def devices(issuer: IssuerDep, _: Reader, token_id: UUID) -> DeviceList:
    return await keep.list_devices(issuer, token_id)


@router.delete("/tokens/{token_id}/devices", status_code=204, summary="Free all device slots")
async def free_devices(issuer: IssuerDep, caller: Revoker, token_id: UUID) -> None:
    await keep.free_devices(issuer, caller, token_id)


@router.delete(
    "/tokens/{token_id}/devices/{device}", status_code=204, summary="Free one device's slot"
)
async def free_device(issuer: IssuerDep, caller: Revoker, token_id: UUID, device: DeviceId) -> None:
    await keep.free_devices(issuer, caller, token_id, device)
