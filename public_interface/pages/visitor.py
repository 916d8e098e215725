"""Who is looking: the code they carry, their account, their device, where they come from."""

import logging
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from kit.auth import Caller
from kit.contracts.tokens import TokensClient, Verification
from kit.contracts.tokens.links import Linked
from kit.contracts.tokens.wire import TokenState
from kit.errors import AppError
from kit.site.session import MaybePerson
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
    person: Caller | None

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

    async def holdings(self) -> list[Verification]:
        """Return what their code and the codes of their account open now."""
        return [await self.holder(), *await self._of_account()]

    async def _of_account(self) -> list[Verification]:
        if self.person is None:
            return []
        try:
            held = (await self.tokens.acting(self.person.token).my_tokens()).items
        except AppError as error:
            logger.warning("codes of account not read", extra={"error": type(error).__name__})
            return []
        return [_opening(each) for each in held if each.state is TokenState.active]


def _opening(each: Linked) -> Verification:
    return Verification(
        ok=True,
        access_level=each.access_level,
        video_id=each.video_id,
        title=each.title,
        expires_at=each.expires_at,
        token_id=each.token_id,
    )


async def _visitor(request: Request, tokens: Tokens, person: MaybePerson) -> Visitor:
    return Visitor(
        tokens=tokens,
        token=request.cookies.get(TOKEN, "")[:300],
        device=request.cookies.get(DEVICE, "")[:64],
        address=request.client.host if request.client else "",
        person=person,
    )


VisitorDep = Annotated[Visitor, Depends(_visitor)]


def new_device() -> str:
    return secrets.token_hex(16)


def keep(request: Request, answer: Response, token: str, device: str, seconds: int) -> None:
    """Keep the code and the device's name in cookies that no script can read."""
    _set(request, answer, TOKEN, token, seconds)
    keep_device(request, answer, device)


def keep_device(request: Request, answer: Response, device: str) -> None:
    _set(request, answer, DEVICE, device, DEVICE_SECONDS)


def _set(request: Request, answer: Response, name: str, value: str, seconds: int) -> None:
    secure = request.app.state.settings.is_secure
    answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure)
