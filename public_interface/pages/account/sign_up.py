"""Becoming someone: name, e-mail, and a password or none."""

from fastapi import APIRouter, Request, Response

from kit.contracts.accounts.identity import SignUp
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.filled import filled
from kit.site.session import address, device
from public_interface import rules
from public_interface.forms import SignUpForm
from public_interface.pages.account.coming_in import Accounts, welcome
from public_interface.pages.account.frame import show, words
from public_interface.pages.account.sayings import beside, said
from public_interface.pages.visitor import VisitorDep

router = APIRouter()
WELCOME = mark("Bienvenue. Un e-mail vient de partir : son lien confirme votre adresse.")


class SignUpView(Schema):
    name: str
    email: str
    next: str
    tail: str
    keeps_code: bool
    trouble: str
    errors: dict[str, str]


@router.get("/sign-up")
async def sign_up_page(
    request: Request,
    visitor: VisitorDep,
    next: str = "",  # noqa: A002  (the address's word)
) -> Response:
    return _page(request, {"next": next}, keeps_code=bool(visitor.token))


@router.post("/sign-up")
async def sign_up(request: Request, accounts: Accounts, visitor: VisitorDep) -> Response:
    say = words(request)
    typed = await filled(request, SignUpForm, say)
    keeps_code = bool(visitor.token)
    if typed.form is None:
        return _page(request, typed.values, keeps_code=keeps_code, errors=typed.errors, status=422)
    form = typed.form
    new = SignUp(
        email=form.email,
        name=form.name,
        password=form.password,
        locale="en" if choices(request).language == "en" else "fr",
    )
    try:
        found = await accounts.sign_up(new, address=address(request), device=device(request))
    except AppError as error:
        errors = beside(error, say)
        trouble = "" if errors else said(error, say)
        return _page(
            request, typed.values, keeps_code=keeps_code, errors=errors, trouble=trouble,
            status=error.status,
        )  # fmt: skip
    goal = form.next or ("/account/codes" if keeps_code else "")
    return welcome(request, found, goal, WELCOME)


def _page(
    request: Request,
    values: dict[str, str],
    *,
    keeps_code: bool,
    trouble: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    goal = rules.safe_path(values.get("next", ""))
    view = SignUpView(
        name=values.get("name", ""),
        email=values.get("email", ""),
        next=goal,
        tail=rules.going_to(goal),
        keeps_code=keeps_code,
        trouble=trouble,
        errors=errors or {},
    )
    return show(request, "sign_up", view, status)
