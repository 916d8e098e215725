"""Doing something with an account, and saying on the next page what became of it."""

from collections.abc import Awaitable

from fastapi import Request, Response

from kit.contracts.accounts.factors import ConfirmationNeeded
from kit.errors import AppError
from kit.i18n import mark
from public_interface.pages.account.frame import back, words
from public_interface.pages.account.sayings import said

CONFIRM_FIRST = mark("Confirmez d’abord que c’est vous, puis recommencez.")


async def done(request: Request, doing: Awaitable[object], here: str, text: str) -> Response:
    """Do it and go back `here`: with `text`, with what was refused, or by way of confirming."""
    try:
        await doing
    except AppError as error:
        return not_done(request, error, here)
    return back(request, here, text)


def not_done(request: Request, error: AppError, here: str) -> Response:
    if isinstance(error, ConfirmationNeeded):
        return back(request, f"/account/confirm?next={here}", CONFIRM_FIRST, "info")
    return back(request, here, said(error, words(request)), "danger")
