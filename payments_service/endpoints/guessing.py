"""Keeps guessing codes hopeless: wrong ones are counted by address and by account.

A slip of the pen is no guess: the check character shows it before anything is looked up.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from kit.contracts.payments.errors import (
    CashCodeNotFound,
    CodeWorthless,
    CouponNotFound,
    VoucherNotFound,
)
from kit.limits import Limiter
from kit.web import CallerDep, ViewerAddress

WRONG = (CodeWorthless, CouponNotFound, VoucherNotFound, CashCodeNotFound)


class Guesses:
    """How many wrong codes whoever asks has sent lately."""

    def __init__(self, request: Request, caller: CallerDep, address: ViewerAddress) -> None:
        self.limiter: Limiter = request.app.state.limiter
        self.rule: str = request.app.state.settings.code_guesses
        self.keys = [("code", "address", address)]
        if caller.kind in {"person", "client"}:
            self.keys.append(("code", "account", caller.id))

    @asynccontextmanager
    async def counted(self) -> AsyncIterator[None]:
        """Raise TooMany after too many wrong ones; count another one."""
        for key in self.keys:
            await self.limiter.check(self.rule, *key)
        try:
            yield
        except WRONG as error:
            if error.extra.get("reason") != "typo":
                for key in self.keys:
                    await self.limiter.hit(self.rule, *key)
            raise
