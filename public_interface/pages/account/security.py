"""How an account is kept: its address, its password, its second steps, its sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit.contracts.accounts import Account, AccountsClient, PasswordChange
from kit.contracts.accounts.factors import Factors, LinkedProvider, Provider
from kit.contracts.accounts.identity import EmailChange, LinkKind, LinkNew, UserSession
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.filled import filled
from kit.site.session import SessionCookies, acting, address
from public_interface.forms import EmailForm, PasswordForm
from public_interface.pages.account.coming_in import offered
from public_interface.pages.account.deeds import done, not_done
from public_interface.pages.account.frame import back, show, words
from public_interface.pages.account.sayings import said

router = APIRouter()
Mine = Annotated[AccountsClient, acting(AccountsClient)]
HERE = "/account/security"


class SessionView(Schema):
    """One sign-in, in words: "Firefox, Android", "Lomé"."""

    id: UUID
    symbol: str
    device: str
    where: str
    last_used: str
    is_current: bool


class SecurityView(Schema):
    """`errors` belong to the form that was sent, by its fields' names."""

    account: Account
    factors: Factors
    sessions: list[SessionView]
    unlinked: list[Provider]
    linked: list[LinkedProvider]
    values: dict[str, str]
    errors: dict[str, str]


@router.get(HERE)
async def security(request: Request, mine: Mine) -> Response:
    return await _page(request, mine)


@router.post(f"{HERE}/e-mail")
async def change_email(request: Request, mine: Mine) -> Response:
    typed = await filled(request, EmailForm, words(request))
    if typed.form is None:
        return await _page(request, mine, typed.values, typed.errors)
    changing = mine.change_email(EmailChange(email=typed.form.email), address=address(request))
    sent = mark("Un e-mail est parti à la nouvelle adresse. Rien ne change avant son lien.")
    return await done(request, changing, HERE, sent)


@router.post(f"{HERE}/verification")
async def verify_email(request: Request, mine: Mine) -> Response:
    sending = mine.ask_verification(address=address(request))
    return await done(request, sending, HERE, mark("L’e-mail est parti de nouveau."))


@router.post(f"{HERE}/password")
async def change_password(request: Request, mine: Mine) -> Response:
    say = words(request)
    typed = await filled(request, PasswordForm, say)
    if typed.form is None:
        return await _page(request, mine, {}, typed.errors)
    change = PasswordChange(current=typed.form.current, new=typed.form.new)
    try:
        fresh = await mine.change_password(change, address=address(request))
    except AppError as error:
        field = {"WrongCredentials": "current", "WeakPassword": "new"}.get(type(error).__name__)
        if field is None:
            return not_done(request, error, HERE)
        text = say(mark("Ce n’est pas votre mot de passe.")) if field == "current" else ""
        return await _page(request, mine, {}, {field: text or said(error, say)})
    cookies: SessionCookies = request.app.state.session
    changed = mark("Le mot de passe est changé. Les autres appareils sont déconnectés.")
    answer = back(request, HERE, changed)
    cookies.keep(answer, fresh)
    return answer


@router.post(f"{HERE}/password-link")
async def mail_password_link(request: Request, mine: Mine) -> Response:
    """Who has no password yet gets the link that chooses one."""
    account = await mine.me()
    new = LinkNew(email=account.email, kind=LinkKind.password_reset)
    asking = mine.ask_link(new, address=address(request))
    return await done(request, asking, HERE, mark("Le lien est parti à votre adresse."))


@router.post(f"{HERE}/sessions")
async def end_others(request: Request, mine: Mine) -> Response:
    ended = mark("Tous les autres appareils sont déconnectés.")
    return await done(request, mine.end_other_sessions(), HERE, ended)


@router.post(HERE + "/sessions/{session_id}")
async def end_session(request: Request, session_id: UUID, mine: Mine) -> Response:
    return await done(
        request, mine.end_session(session_id), HERE, mark("Cet appareil est déconnecté.")
    )


async def _page(
    request: Request,
    mine: AccountsClient,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    factors = await mine.factors()
    linked = {each.name for each in factors.providers}
    view = SecurityView(
        account=await mine.me(),
        factors=factors,
        sessions=[_session(each, words(request)) for each in (await mine.my_sessions()).items],
        unlinked=[each for each in await offered(mine) if each.name not in linked],
        linked=list(factors.providers),
        values=values or {},
        errors=errors or {},
    )
    return show(request, "security", view, 422 if errors else 200)


def _session(each: UserSession, say: Language) -> SessionView:
    device = ", ".join(part for part in (each.device.browser, each.device.system) if part)
    symbols = {"phone": "smartphone", "tablet": "tablet", "desktop": "monitor"}
    return SessionView(
        id=each.id,
        symbol=symbols.get(each.device.kind, "globe"),
        device=device or say(mark("Appareil inconnu")),
        where=each.place or each.address,
        last_used=say.moment(each.last_used_at),
        is_current=each.is_current,
    )
