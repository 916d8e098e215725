"""`/l/{token}`: one-time links of mails. Looking shows one button; pressing it uses the link."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from kit.auth import Caller
from kit.contracts.accounts.factors import SecondFactorNeeded
from kit.contracts.accounts.identity import LinkKind, LinkSeen, LinkSpent, LinkUse
from kit.errors import AppError, Gone, NotFound
from kit.i18n import Language, mark
from kit.site.filled import filled
from kit.site.session import MaybePerson, address, device
from public_interface.forms import LinkForm
from public_interface.pages.account import invitations
from public_interface.pages.account.coming_in import Accounts, second_step, welcome
from public_interface.pages.account.frame import back, show, words
from public_interface.pages.account.sayings import beside, said
from public_interface.pages.account.views import LinkView

router = APIRouter()
Token = Annotated[str, Path(max_length=200)]
TITLES = {
    LinkKind.verify_email: mark("Confirmer votre adresse"),
    LinkKind.sign_in: mark("Se connecter par ce lien"),
    LinkKind.password_reset: mark("Choisir un nouveau mot de passe"),
    LinkKind.email_change: mark("Changer d’adresse e-mail"),
}
TEXTS = {
    LinkKind.verify_email: mark("%(email)s est-elle bien votre adresse ?"),
    LinkKind.sign_in: mark("Cet appareil sera connecté au compte de %(email)s."),
    LinkKind.password_reset: mark("Il remplacera celui du compte de %(email)s."),
    LinkKind.email_change: mark("Votre compte passera à l’adresse %(email)s."),
}
ACTIONS = {
    LinkKind.verify_email: mark("Oui, c’est la mienne"),
    LinkKind.sign_in: mark("Me connecter"),
    LinkKind.password_reset: mark("Enregistrer et me connecter"),
    LinkKind.email_change: mark("Changer d’adresse"),
}
DONE = {
    LinkKind.verify_email: mark("Votre adresse est confirmée."),
    LinkKind.sign_in: mark("Vous êtes connecté."),
    LinkKind.password_reset: mark("Votre nouveau mot de passe est enregistré."),
    LinkKind.email_change: mark("Votre compte a changé d’adresse."),
}


@router.get("/l/{token}")
async def look(token: Token, request: Request, accounts: Accounts, person: MaybePerson) -> Response:
    try:
        seen = await accounts.look_at_link(token, address=address(request))
    except (NotFound, Gone):
        return await invitations.look(request, accounts, person, token)
    return _page(request, seen)


@router.post("/l/{token}")
async def use(token: Token, request: Request, accounts: Accounts, person: MaybePerson) -> Response:
    try:
        seen = await accounts.look_at_link(token, address=address(request))
    except (NotFound, Gone):
        return await invitations.accept(request, accounts, person, token)
    typed = await filled(request, LinkForm, words(request))
    if typed.form is None:
        return _page(request, seen, errors=typed.errors, status=422)
    try:
        return await _used(
            request, accounts, person, LinkUse(token=token, password=typed.form.password)
        )
    except AppError as error:
        errors = beside(error, words(request))
        trouble = "" if errors else said(error, words(request))
        return _page(request, seen, errors=errors, trouble=trouble, status=error.status)


async def _used(
    request: Request, accounts: Accounts, person: Caller | None, wish: LinkUse
) -> Response:
    try:
        used = await accounts.use_link(wish, address=address(request), device=device(request))
    except SecondFactorNeeded as needed:
        return second_step(request, needed, "")
    except LinkSpent:
        return back(request, "/sign-in", invitations.SPENT, "warning")
    if used.signed_in is not None:
        return welcome(request, used.signed_in, "", DONE[used.kind])
    return back(request, "/account" if person else "/sign-in", DONE[used.kind])


def _page(
    request: Request,
    seen: LinkSeen,
    *,
    errors: dict[str, str] | None = None,
    trouble: str = "",
    status: int = 200,
) -> Response:
    say: Language = words(request)
    view = LinkView(
        title=say(TITLES[seen.kind]),
        text=say(TEXTS[seen.kind], email=seen.email),
        action=say(ACTIONS[seen.kind]),
        asks_password=seen.kind is LinkKind.password_reset,
        errors=errors or {},
        trouble=trouble,
    )
    return show(request, "link", view, status)
