"""`/verify`: the one question everybody may ask, and the one that must be quick."""

import re
import time
from collections import OrderedDict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.routing import Route

from kit.auth import ANONYMOUS, Caller
from kit.contracts.tokens import (
    DeviceId,
    Typed,
    Verification,
    Verifications,
    Verify,
    VerifyMany,
)
from kit.errors import Forbidden, Invalid, TooMany
from kit.web import CallerDep, caller_of
from tokens_service.actions.verify import Known, Verifier

router = APIRouter(tags=["verify"])
LONGEST = 300
DEVICE = re.compile(r"[A-Za-z0-9._:-]{1,200}")
REMEMBERED = 20_000
NOT_KEPT = {"Cache-Control": "no-store"}


class Rate:
    """How often one address may ask, in this process, from minute to minute."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.minute = 0
        self.asked: OrderedDict[str, int] = OrderedDict()

    def hit(self, address: str) -> None:
        now = time.time()
        if (minute := int(now / 60)) != self.minute:
            self.minute = minute
            self.asked.clear()
        asked = self.asked[address] = self.asked.get(address, 0) + 1
        if asked > self.per_minute:
            raise TooMany(retry_after=60 - int(now % 60))
        if len(self.asked) > REMEMBERED:
            self.asked.popitem(last=False)


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


async def _answered(request: Request, given: str, device: str | None, address: str) -> Response:
    verifier: Verifier = request.app.state.verifier
    found = await verifier.find(given, device, address)
    body = found.encoded if isinstance(found, Known) else _short(found)
    return Response(body, headers=NOT_KEPT, media_type="application/json")


def _short(answer: Verification) -> bytes:
    return answer.model_dump_json(exclude_none=True).encode()


@router.get("/verify", summary="What a code or token opens", response_model=Verification)
async def verify(
    request: Request,
    address: Viewer,
    token: Annotated[Typed, Query(description="a code in any spelling, or a long token")],
    device: Annotated[DeviceId | None, Query()] = None,
) -> Response:
    """Answer `{"ok": false}` alike for unknown, expired and revoked ones.

    `POST /verify` does the same and keeps the token out of addresses.
    """
    return await _answered(request, token, device, address)


@router.post("/verify", summary="What a code or token opens", response_model=Verification)
async def verify_unlogged(request: Request, asked: Verify, address: Viewer) -> Response:
    return await _answered(request, asked.token, asked.device, address)


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


async def _quick(request: Request) -> Response:
    """GET /verify as a plain route: FastAPI's own costs more than the whole verification."""
    query = request.query_params
    given, device = query.get("token", "").strip(), query.get("device")
    if not 0 < len(given) <= LONGEST or not (device is None or DEVICE.fullmatch(device)):
        raise Invalid("Give a token (and a device) as the reference says.")
    known = "authorization" in request.headers
    caller = await caller_of(request) if known else ANONYMOUS
    return await _answered(request, given, device, _address(request, caller))


QUICK = Route("/verify", _quick, methods=["GET"])
