"""An invitation's link: into a role, a studio, or both; as whom one is, or as somebody new."""

from fastapi import Request, Response

from kit.auth import Caller
from kit.contracts.accounts import AccountsClient
from kit.contracts.accounts.studios import InvitationAccount, InvitationSeen
from kit.errors import AppError, Gone, NotFound
from kit.i18n import Language, mark
from kit.site.filled import filled
from kit.site.session import address, device
from public_interface.forms import LinkForm
from public_interface.pages.account.coming_in import welcome
from public_interface.pages.account.frame import back, show, words
from public_interface.pages.account.sayings import beside, said
from public_interface.pages.account.views import LinkView

SPENT = mark("Ce lien a déjà servi, ou a expiré. Demandez-en un autre.")
ACCEPTED = mark("Bienvenue : l’invitation est acceptée.")
NEEDED = mark("Ce champ est nécessaire.")
ROLES = {
    "viewer": mark("spectateur"),
    "filmmaker": mark("cinéaste"),
    "producer": mark("producteur"),
    "crew": mark("membre de l’équipe"),
    "agent": mark("agent"),
    "moderator": mark("modérateur"),
    "admin": mark("administrateur"),
    "owner": mark("propriétaire"),
}


async def look(
    request: Request, accounts: AccountsClient, person: Caller | None, token: str
) -> Response:
    try:
        seen = await accounts.look_at_invitation(token)
    except (NotFound, Gone):
        return back(request, "/sign-in", SPENT, "warning")
    return _page(request, seen, person, token)


async def accept(
    request: Request, accounts: AccountsClient, person: Caller | None, token: str
) -> Response:
    try:
        seen = await accounts.look_at_invitation(token)
    except (NotFound, Gone):
        return back(request, "/sign-in", SPENT, "warning")
    say = words(request)
    typed = await filled(request, LinkForm, say)
    errors = dict(typed.errors)
    name, password = str(typed.values.get("name", "")), str(typed.values.get("password", ""))
    if person is None:
        missing = {"name": name, "password": password}
        errors |= {key: say(NEEDED) for key, value in missing.items() if not value}
    if errors:
        return _page(request, seen, person, token, name=name, errors=errors, status=422)
    try:
        if person is not None:
            await accounts.acting(person.token).accept_invitation(token)
            return back(request, "/account", ACCEPTED)
        new = InvitationAccount(token=token, name=name, password=password)
        found = await accounts.accept_as_new(new, address=address(request), device=device(request))
    except AppError as error:
        errors = beside(error, say)
        trouble = "" if errors else said(error, say)
        return _page(
            request, seen, person, token, name=name, errors=errors, trouble=trouble,
            status=error.status,
        )  # fmt: skip
    return welcome(request, found, "", ACCEPTED)


def _page(
    request: Request,
    seen: InvitationSeen,
    person: Caller | None,
    token: str,
    *,
    name: str = "",
    errors: dict[str, str] | None = None,
    trouble: str = "",
    status: int = 200,
) -> Response:
    say = words(request)
    must_sign_in = person is None and seen.has_account
    view = LinkView(
        title=say("Vous êtes invité"),
        text=_text(seen, say),
        action=say("Accepter l’invitation"),
        asks_name=person is None,
        asks_password=person is None,
        name=name,
        sign_in_href=f"/sign-in?next=/l/{token}" if must_sign_in else "",
        errors=errors or {},
        trouble=trouble,
    )
    return show(request, "link", view, status)


def _text(seen: InvitationSeen, say: Language) -> str:
    role = say(ROLES.get(seen.studio_role or seen.role, seen.role))
    if seen.studio_name:
        return say(
            "%(inviter)s invite %(email)s à rejoindre %(studio)s : %(role)s.",
            inviter=seen.inviter, email=seen.email, studio=seen.studio_name, role=role,
        )  # fmt: skip
    return say(
        "%(inviter)s invite %(email)s à devenir %(role)s.",
        inviter=seen.inviter, email=seen.email, role=role,
    )  # fmt: skip
