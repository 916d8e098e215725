"""Who is looking: the code they carry, their account, their device, where they come from."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request, Response

from kit import clock
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
CODE_SECONDS = 30 * DAY
MOST_CODES, BETWEEN = 5, "~"
logger = logging.getLogger(__name__)
Tokens = Annotated[TokensClient, using(TokensClient)]


@dataclass(frozen=True)
class Visitor:
    """`carried`: the codes of this device, the newest first; each film bought gives another."""

    tokens: TokensClient
    carried: tuple[str, ...]
    device: str
    address: str
    person: Caller | None

    @property
    def token(self) -> str:
        return self.carried[0] if self.carried else ""

    async def holder(self) -> Verification:
        """Return what their newest code opens now; nothing when it cannot be known."""
        return await self.opened_by(self.token)

    async def opened_by(self, token: str) -> Verification:
        if not token:
            return NOBODY
        try:
            return await self.tokens.verify(
                token, device=self.device or None, viewer_address=self.address
            )
        except AppError as error:
            logger.warning("code not checked", extra={"error": type(error).__name__})
            return NOBODY

    async def holdings(self) -> list[Verification]:
        """Return what their codes and the codes of their account open now."""
        own = [await self.opened_by(token) for token in self.carried or ("",)]
        return [*own, *await self._of_account()]

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
        carried=_carried(request),
        device=request.cookies.get(DEVICE, "")[:64],
        address=request.client.host if request.client else "",
        person=person,
    )


VisitorDep = Annotated[Visitor, Depends(_visitor)]


def new_device() -> str:
    return secrets.token_hex(16)


def keep(request: Request, answer: Response, token: str, device: str, seconds: int) -> None:
    """Keep the code and the device's name in cookies that no script can read.

    Codes that were there before stay behind it: each opens something else.
    """
    before = [each for each in _carried(request) if each != token]
    whole = BETWEEN.join([token, *before][:MOST_CODES])
    _set(request, answer, TOKEN, whole, CODE_SECONDS if before else seconds)
    keep_device(request, answer, device)


async def keep_bought(
    request: Request, answer: Response, visitor: Visitor, codes: Sequence[str]
) -> None:
    """Keep codes that were just bought, so that what they open is open here at once."""
    known = replace(visitor, device=visitor.device or new_device())
    found = [await known.opened_by(code) for code in codes[:MOST_CODES]]
    good = [each for each in found if each.ok and each.token not in {None, *visitor.carried}]
    if not good:
        return
    own = [each.token for each in good if each.token]
    whole = BETWEEN.join([*own, *visitor.carried][:MOST_CODES])
    until = [each.expires_at for each in good if each.expires_at]
    left = int((max(until) - clock.now()).total_seconds()) if until else CODE_SECONDS
    seconds = CODE_SECONDS if visitor.carried else min(CODE_SECONDS, max(left, 1))
    _set(request, answer, TOKEN, whole, seconds)
    keep_device(request, answer, known.device)


def keep_device(request: Request, answer: Response, device: str) -> None:
    _set(request, answer, DEVICE, device, DEVICE_SECONDS)


def _carried(request: Request) -> tuple[str, ...]:
    whole = request.cookies.get(TOKEN, "")[: 300 * MOST_CODES]
    return tuple(token[:300] for token in whole.split(BETWEEN)[:MOST_CODES] if token)


def _set(request: Request, answer: Response, name: str, value: str, seconds: int) -> None:
    secure = request.app.state.settings.is_secure
    answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure)
