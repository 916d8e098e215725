"""The second step of signing in, and signing in with a passkey alone."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from admin_interface.forms import checked
from admin_interface.pages.desk import back, safe_path, show
from admin_interface.pages.passkeys import credential
from admin_interface.pages.sign_in import SecondStepView, SignInView, trouble, welcome
from kit.contracts.accounts import AccountsClient, SessionEnded
from kit.contracts.accounts.factors import (
    CeremonyExpired,
    Challenge,
    Credential,
    Method,
    SecondFactor,
)
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.site.session import address, device
from kit.web import using

router = APIRouter()
Accounts = Annotated[AccountsClient, using(AccountsClient)]
METHODS = tuple(method.value for method in Method)


class Given(Schema):
    """What the form carries besides the answer."""

    challenge: str = ""
    methods: str = ""
    next: str = "/"


@router.post("/sign-in/second-factor")
async def second_factor(request: Request, accounts: Accounts) -> Response:
    typed: dict[str, Any] = dict(await request.form())
    given = checked(Given, typed)
    goal = safe_path(given.next)
    try:
        step = checked(SecondFactor, _answer(typed))
        found = await accounts.second_factor(step, address=address(request), device=device(request))
    except (CeremonyExpired, SessionEnded):
        text = mark("Cela a pris trop de temps. Recommencez.")
        return back(request, "/sign-in", text, "warning")
    except AppError as error:
        view = SecondStepView(
            challenge=given.challenge,
            methods=tuple(each for each in given.methods.split() if each in METHODS),
            next=goal,
            trouble=trouble(request, error),
        )
        return show(request, "pages/second_factor.html", view, error.status)
    return welcome(request, found, goal)


@router.get("/sign-in/second-factor")
async def begin_again() -> Response:
    return RedirectResponse("/sign-in", 303)


@router.post("/sign-in/second-factor/passkey")
async def second_factor_passkey(request: Request, accounts: Accounts) -> Response:
    typed = dict(await request.form())
    challenge = checked(Challenge, {"challenge": typed.get("challenge", "")}).challenge
    ceremony = await accounts.second_factor_passkey(challenge)
    return JSONResponse(ceremony.model_dump(mode="json"))


@router.post("/sign-in/passkey/options")
async def begin_passkey_sign_in(accounts: Accounts) -> Response:
    return JSONResponse((await accounts.begin_passkey_sign_in()).model_dump(mode="json"))


@router.post("/sign-in/passkey")
async def passkey_sign_in(request: Request, accounts: Accounts) -> Response:
    typed = dict(await request.form())
    goal = safe_path(str(typed.get("next", "/")))
    try:
        found = await accounts.passkey_sign_in(
            checked(Credential, credential(typed)), address=address(request), device=device(request)
        )
    except AppError as error:
        view = SignInView(next=goal, trouble=trouble(request, error))
        return show(request, "pages/sign_in.html", view, error.status)
    return welcome(request, found, goal)


def _answer(typed: dict[str, Any]) -> dict[str, Any]:
    given = {
        name: typed[name] for name in ("challenge", "code", "recovery_code") if typed.get(name)
    }
    return given | ({"passkey": credential(typed)} if typed.get("credential") else {})
