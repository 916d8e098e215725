"""The door: signing in, signing out, and the one-time link that makes an admin."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from admin_interface.forms import SetupForm, SignInForm, filled
from admin_interface.pages.desk import back, show, words
from admin_interface.pages.staff import (
    Staff,
    acting,
    address,
    forget,
    keep,
)
from kit.contracts.accounts import (
    AccountsClient,
    Setup,
    SignedIn,
    SignIn,
)
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.web import using

router = APIRouter()
Accounts = Annotated[AccountsClient, using(AccountsClient)]

WRONG = mark("Cette adresse et ce mot de passe ne vont pas ensemble.")
SAYINGS = {
    "WrongCredentials": WRONG,
    "SignInTooOften": mark("Trop d’essais. Attendez un moment, puis recommencez."),
    "TooMany": mark("Trop d’essais. Attendez un moment, puis recommencez."),
    "WeakPassword": mark("Choisissez un mot de passe plus long ou moins courant."),
    "SetupLinkSpent": mark("Ce lien a déjà servi ou a expiré. Demandez-en un autre."),
    "SetupLinkForOther": mark("Ce lien a été fait pour une autre adresse."),
    "AlreadySetUp": mark("Le studio a déjà un propriétaire. Demandez-lui une invitation."),
    "EmailTaken": mark("Un compte existe déjà avec cette adresse."),
    "Unavailable": mark("Le service des comptes ne répond pas. Réessayez dans un moment."),
}


class SignInView(Schema):
    email: str = ""
    next: str = "/"
    trouble: str = ""
    errors: dict[str, str] = {}


class SetupView(SignInView):
    token: str = ""
    name: str = ""


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "/") -> Response:  # noqa: A002  (the address's word)
    return show(request, "pages/sign_in.html", SignInView(next=_safe(next)))


@router.post("/sign-in")
async def sign_in(request: Request, accounts: Accounts) -> Response:
    typed: dict[str, Any] = dict(await request.form())
    form, errors = filled(SignInForm, typed)
    goal = _safe(str(typed.get("next", "/")))
    email = str(typed.get("email", ""))
    if form is None:
        view = SignInView(email=email, next=goal, errors=_said(request, errors))
        return show(request, "pages/sign_in.html", view, 422)
    try:
        wish = SignIn(email=form.email, password=form.password)
        signed_in = await accounts.sign_in(wish, address=address(request), device=_device(request))
    except AppError as error:
        view = SignInView(email=email, next=goal, trouble=_trouble(request, error))
        return show(request, "pages/sign_in.html", view, error.status)
    return _welcome(request, signed_in, goal)


@router.get("/setup")
async def setup_page(request: Request, token: str = "") -> Response:
    return show(request, "pages/setup.html", SetupView(token=token))


@router.post("/setup")
async def setup(request: Request, accounts: Accounts) -> Response:
    typed: dict[str, Any] = dict(await request.form())
    form, errors = filled(SetupForm, typed)
    kept = {key: str(typed.get(key, "")) for key in ("token", "name", "email")}
    if form is None:
        view = SetupView(**kept, errors=_said(request, errors))
        return show(request, "pages/setup.html", view, 422)
    wish = Setup(token=form.token, email=form.email, password=form.password, name=form.name)
    try:
        signed_in = await accounts.set_up(wish, address=address(request), device=_device(request))
    except AppError as error:
        view = SetupView(**kept, trouble=_trouble(request, error))
        return show(request, "pages/setup.html", view, error.status)
    return _welcome(request, signed_in, "/")


@router.post("/sign-out")
async def sign_out(
    request: Request, staff: Staff, accounts: Annotated[AccountsClient, acting(AccountsClient)]
) -> Response:
    """End this session, or all of them."""
    everywhere = bool((await request.form()).get("everywhere"))
    try:
        await (accounts.sign_out_everywhere() if everywhere else accounts.sign_out())
    except AppError as error:
        return back(
            request, "/", SAYINGS.get(type(error).__name__, SAYINGS["Unavailable"]), "danger"
        )
    answer = back(request, "/sign-in", mark("Vous êtes déconnecté."), "info")
    forget(answer)
    return answer


def _welcome(request: Request, signed_in: SignedIn, goal: str) -> Response:
    answer = RedirectResponse(goal, 303)
    keep(answer, signed_in, secure=request.app.state.settings.is_secure)
    return answer


def _safe(goal: str) -> str:
    """Return a path of ours, never another site's address."""
    good = goal.startswith("/") and not goal.startswith(("//", "/\\")) and "\n" not in goal
    return goal if good else "/"


def _said(request: Request, errors: dict[str, str]) -> dict[str, str]:
    say = words(request)
    return {field: say(text) for field, text in errors.items()}


def _trouble(request: Request, error: AppError) -> str:
    return words(request)(SAYINGS.get(type(error).__name__, SAYINGS["Unavailable"]))


def _device(request: Request) -> str:
    return request.headers.get("user-agent", "")
