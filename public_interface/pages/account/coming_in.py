"""What every way to sign in ends in: a session, a second step, or a reason why not."""

from collections.abc import Awaitable
from typing import Annotated

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from kit.contracts.accounts import AccountsClient, SignedIn
from kit.contracts.accounts.factors import Method, Provider, SecondFactorNeeded
from kit.errors import AppError
from kit.schema import Schema
from kit.site.notices import notify
from kit.site.session import SessionCookies
from kit.web import using
from public_interface import rules
from public_interface.pages.account.frame import back, show, words
from public_interface.pages.account.sayings import said

Accounts = Annotated[AccountsClient, using(AccountsClient)]
START = "/account"


class SecondView(Schema):
    """The second step; `challenge` says that the first was right.

    `has_app`: a code of an app will do; without, the code that is asked for is a recovery code.
    """

    challenge: str
    next: str
    has_passkey: bool
    has_code: bool
    has_app: bool
    trouble: str = ""
    errors: dict[str, str] = {}


async def signed_in(request: Request, signing: Awaitable[SignedIn], goal: str) -> Response:
    """Finish a sign-in; its refusal goes up, but for the question for a second step."""
    try:
        found = await signing
    except SecondFactorNeeded as error:
        return second_step(request, error, goal)
    return welcome(request, found, goal)


def welcome(request: Request, found: SignedIn, goal: str, text: str = "") -> Response:
    cookies: SessionCookies = request.app.state.session
    answer = RedirectResponse(rules.safe_path(goal) or START, 303)
    answer.headers["Cache-Control"] = "no-store"
    cookies.keep(answer, found)
    if text:
        notify(request, answer, words(request)(text))
    return answer


def second_step(request: Request, needed: SecondFactorNeeded, goal: str) -> Response:
    view = SecondView(
        challenge=needed.challenge,
        next=rules.safe_path(goal),
        has_passkey=Method.passkey in needed.methods,
        has_code=bool({Method.totp, Method.recovery} & set(needed.methods)),
        has_app=Method.totp in needed.methods,
    )
    return show(request, "second_factor", view)


def refused(request: Request, error: AppError) -> Response:
    """Send one back to the door, saying why it stayed shut."""
    return back(request, "/sign-in", said(error, words(request)), "danger")


async def offered(accounts: AccountsClient) -> list[Provider]:
    """Return the providers one may come in with; none while they cannot be asked for."""
    try:
        return list((await accounts.providers()).items)
    except AppError:
        return []
