"""The door: signing in, signing out, and the one-time link that makes an admin."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from admin_interface.forms import SetupForm, SignInForm, filled
from admin_interface.pages.desk import back, safe_path, show, words
from admin_interface.pages.staff import Staff, acting
from kit.contracts.accounts import (
    AccountsClient,
    Setup,
    SignedIn,
    SignIn,
)
from kit.contracts.accounts.factors import SecondFactorNeeded
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.site.session import SessionCookies, address, device
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
    "WrongFactor": mark("Ce code est faux, a déjà servi ou est trop vieux. Prenez le suivant."),
    "CeremonyExpired": mark("Cela a pris trop de temps. Recommencez."),
    "PasskeyRefused": mark("Cette clé d’accès n’ouvre aucun compte ici."),
    "Mistyped": mark("Ce code n’est pas complet."),
    "Unavailable": mark("Le service des comptes ne répond pas. Réessayez dans un moment."),
}


class SignInView(Schema):
    email: str = ""
    next: str = "/"
    trouble: str = ""
    errors: dict[str, str] = {}


class SecondStepView(Schema):
    challenge: str
    methods: tuple[str, ...]
    next: str
    trouble: str = ""


class SetupView(SignInView):
    token: str = ""
    name: str = ""


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "/") -> Response:  # noqa: A002  (the address's word)
    return show(request, "pages/sign_in.html", SignInView(next=safe_path(next)))


@router.post("/sign-in")
async def sign_in(request: Request, accounts: Accounts) -> Response:
    typed: dict[str, Any] = dict(await request.form())
    form, errors = filled(SignInForm, typed)
    goal = safe_path(str(typed.get("next", "/")))
    email = str(typed.get("email", ""))
    if form is None:
        view = SignInView(email=email, next=goal, errors=_said(request, errors))
        return show(request, "pages/sign_in.html", view, 422)
    try:
        wish = SignIn(email=form.email, password=form.password)
        signed_in = await accounts.sign_in(wish, address=address(request), device=device(request))
    except SecondFactorNeeded as needed:
        return second_step(request, needed, goal)
    except AppError as error:
        view = SignInView(email=email, next=goal, trouble=trouble(request, error))
        return show(request, "pages/sign_in.html", view, error.status)
    return welcome(request, signed_in, goal)


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
        signed_in = await accounts.set_up(wish, address=address(request), device=device(request))
    except SecondFactorNeeded as needed:
        return second_step(request, needed, "/")
    except AppError as error:
        view = SetupView(**kept, trouble=trouble(request, error))
        return show(request, "pages/setup.html", view, error.status)
    return welcome(request, signed_in, "/")


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
    _cookies(request).forget(answer)
    return answer


def welcome(request: Request, signed_in: SignedIn, goal: str) -> Response:
    answer = RedirectResponse(goal, 303)
    _cookies(request).keep(answer, signed_in)
    return answer


def second_step(request: Request, needed: SecondFactorNeeded, goal: str) -> Response:
    """Ask for the second factor; the challenge lives a few minutes."""
    view = SecondStepView(challenge=needed.challenge, methods=needed.methods, next=goal)
    return show(request, "pages/second_factor.html", view)


def _said(request: Request, errors: dict[str, str]) -> dict[str, str]:
    say = words(request)
    return {field: say(text) for field, text in errors.items()}


def trouble(request: Request, error: AppError) -> str:
    return words(request)(SAYINGS.get(type(error).__name__, SAYINGS["Unavailable"]))


def _cookies(request: Request) -> SessionCookies:
    found: SessionCookies = request.app.state.session
    return found
