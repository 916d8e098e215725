"""Having a link mailed: to come in without a password, or to choose a new one."""

from fastapi import APIRouter, Request, Response

from kit.contracts.accounts.identity import LinkKind, LinkNew
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.filled import filled
from kit.site.session import address
from public_interface.forms import EmailForm
from public_interface.pages.account.coming_in import Accounts
from public_interface.pages.account.frame import show, words
from public_interface.pages.account.sayings import said

router = APIRouter()
TITLES = {
    LinkKind.sign_in: mark("Recevoir un lien"),
    LinkKind.password_reset: mark("Mot de passe oublié"),
}
TEXTS = {
    LinkKind.sign_in: mark("Nous vous écrivons ; le lien de l’e-mail vous connecte."),
    LinkKind.password_reset: mark("Nous vous écrivons ; le lien sert à en choisir un autre."),
}
# The same words whether there is an account or not: nobody learns who has one.
SENT = mark("Si %(email)s a un compte ici, un e-mail est en route. Son lien sert une seule fois.")


class AskView(Schema):
    title: str
    text: str
    email: str
    trouble: str
    errors: dict[str, str]


class MailedView(Schema):
    text: str


@router.get("/sign-in/link")
async def link_page(request: Request) -> Response:
    return _page(request, LinkKind.sign_in)


@router.post("/sign-in/link")
async def ask_link(request: Request, accounts: Accounts) -> Response:
    return await _ask(request, accounts, LinkKind.sign_in)


@router.get("/sign-in/forgotten")
async def forgotten_page(request: Request) -> Response:
    return _page(request, LinkKind.password_reset)


@router.post("/sign-in/forgotten")
async def forgotten(request: Request, accounts: Accounts) -> Response:
    return await _ask(request, accounts, LinkKind.password_reset)


async def _ask(request: Request, accounts: Accounts, kind: LinkKind) -> Response:
    say = words(request)
    typed = await filled(request, EmailForm, say)
    email = str(typed.values.get("email", ""))
    if typed.form is None:
        return _page(request, kind, email, errors=typed.errors, status=422)
    values = {"email": typed.form.email, "kind": kind, "locale": choices(request).language}
    try:
        await accounts.ask_link(LinkNew.model_validate(values), address=address(request))
    except AppError as error:
        return _page(request, kind, email, trouble=said(error, say), status=error.status)
    return show(request, "mailed", MailedView(text=say(SENT, email=typed.form.email)))


def _page(
    request: Request,
    kind: LinkKind,
    email: str = "",
    *,
    trouble: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    say = words(request)
    view = AskView(
        title=say(TITLES[kind]),
        text=say(TEXTS[kind]),
        email=email,
        trouble=trouble,
        errors=errors or {},
    )
    return show(request, "ask_mail", view, status)
