"""Who is looking: the code they carry, their device, and where they come from."""

import logging
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from kit.contracts.tokens import TokensClient, Verification
from kit.errors import AppError
from kit.web import using
from public_interface.rules import NOBODY

TOKEN, DEVICE = "access_token", "device"
DAY = 24 * 3600
DEVICE_SECONDS = 365 * DAY
logger = logging.getLogger(__name__)
Tokens = Annotated[TokensClient, using(TokensClient)]


@dataclass(frozen=True)
class Visitor:
    tokens: TokensClient
    token: str
    device: str
    address: str

    async def holder(self) -> Verification:
        """Return what their code opens now; nothing when it cannot be known."""
        if not self.token:
            return NOBODY
        try:
            return await self.tokens.verify(
                self.token, device=self.device or None, viewer_address=self.address
            )
        except AppError as error:
            logger.warning("code not checked", extra={"error": type(error).__name__})
            return NOBODY


async def _visitor(request: Request, tokens: Tokens) -> Visitor:
    return Visitor(
        tokens=tokens,
        token=request.cookies.get(TOKEN, "")[:300],
        device=request.cookies.get(DEVICE, "")[:64],
        address=request.client.host if request.client else "",
    )


VisitorDep = Annotated[Visitor, Depends(_visitor)]


def new_device() -> str:
    return secrets.token_hex(16)


def keep(request: Request, answer: Response, token: str, device: str, seconds: int) -> None:
    """Keep the code and the device's name in cookies that no script can read."""
    secure = request.app.state.settings.is_secure
    for name, value, age in ((TOKEN, token, seconds), (DEVICE, device, DEVICE_SECONDS)):
        answer.set_cookie(name, value, max_age=age, httponly=True, samesite="lax", secure=secure)
