"""`/verify`: the one question everybody may ask, and the one that must be quick."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from kit.auth import Caller
from kit.contracts.tokens import (
    DeviceId,
    Typed,
    Verification,
    Verifications,
    Verify,
    VerifyMany,
)
from kit.errors import Forbidden
from kit.web import CallerDep, Router
from tokens_service.actions.rate import Rate
from tokens_service.actions.verify import Verifier, encoded

router = Router(tags=["verify"])
NOT_KEPT = {"Cache-Control": "no-store"}


def _address(request: Request, caller: Caller) -> str:
    """Return whose guesses are counted: the viewer a service speaks for, else the caller itself.

    A service that names no viewer is trusted to have counted them itself.
    """
    if caller.kind == "service" or caller.via:
        return request.headers.get("x-viewer-address", "")[:100]
    address = request.client.host if request.client else "unknown"
    rate: Rate = request.app.state.rate
    rate.hit(address)
    return address


async def _viewer(request: Request, caller: CallerDep) -> str:
    return _address(request, caller)


Viewer = Annotated[str, Depends(_viewer)]


async def _answered(
    request: Request, given: str, device: str | None, address: str, caller: Caller
) -> Response:
    verifier: Verifier = request.app.state.verifier
    found = await verifier.find(given, device, address)
    body = encoded(found, for_service=caller.kind == "service")
    return Response(body, headers=NOT_KEPT, media_type="application/json")


@router.get("/verify", summary="What a code or token opens", response_model=Verification)
async def verify(
    request: Request,
    address: Viewer,
    caller: CallerDep,
    token: Annotated[Typed, Query(description="a code in any spelling, or a long token")],
    device: Annotated[DeviceId | None, Query()] = None,
) -> Response:
    """Answer `{"ok": false}` alike for unknown, expired and revoked ones.

    `POST /verify` does the same and keeps the token out of addresses.
    """
    return await _answered(request, token, device, address, caller)


@router.post("/verify", summary="What a code or token opens", response_model=Verification)
async def verify_unlogged(
    request: Request, asked: Verify, address: Viewer, caller: CallerDep
) -> Response:
    return await _answered(request, asked.token, asked.device, address, caller)


@router.post("/verifications", summary="What many codes or tokens open")
async def verify_many(
    request: Request, asked: VerifyMany, caller: CallerDep, address: Viewer
) -> Verifications:
    """For services only. Answers in the order asked."""
    if caller.kind != "service":
        raise Forbidden("Only services may ask for many tokens at once.")
    verifier: Verifier = request.app.state.verifier
    items = [await verifier.verify(one.token, one.device, address) for one in asked.items]
    return Verifications(items=items)
