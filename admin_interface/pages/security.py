"""One's own account: the app that shows codes, recovery codes, the password, and open sessions."""

from typing import Any
from uuid import UUID

import segno
from fastapi import APIRouter, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import back, show
from admin_interface.pages.refusals import refused, saying
from admin_interface.pages.staff import OwnAccount
from kit import clock
from kit.contracts.accounts import AccountsClient, PasswordChange
from kit.contracts.accounts.factors import FactorAdded, Factors, TotpCode
from kit.contracts.accounts.identity import UserSession
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.site.session import address, renewed

router = APIRouter()
HERE = "/security"


class SecurityView(Schema):
    """`codes`: recovery codes, shown this once. `is_sure`: nothing here asks first who it is."""

    factors: Factors
    is_sure: bool
    sessions: list[UserSession]
    codes: tuple[str, ...] = ()


class TotpView(Schema):
    """`picture` is a QR code of `uri`, for an <img>."""

    uri: str
    secret: str
    picture: str
    trouble: str = ""


@router.get("/security")
async def security(request: Request, accounts: OwnAccount) -> Response:
    return show(request, "pages/security.html", await _view(accounts))


@router.post("/security/totp")
async def start_totp(request: Request, accounts: OwnAccount) -> Response:
    """Show the QR code, or take the first code that proves the app has it."""
    typed = dict(await request.form())
    if "code" not in typed:
        try:
            started = await accounts.start_totp()
        except AppError as error:
            return refused(request, HERE, error)
        return show(request, "pages/totp.html", _totp(started.uri, started.secret))
    try:
        code = checked(TotpCode, {"code": typed["code"]}).code
        added = await accounts.confirm_totp(code, address=address(request))
    except AppError as error:
        uri, secret = (str(typed.get(name, ""))[:1000] for name in ("uri", "secret"))
        view = _totp(uri, secret).model_copy(update={"trouble": saying(request, error)})
        return show(request, "pages/totp.html", view, 422)
    return await added_one(request, accounts, added, mark("L’application est enregistrée."))


@router.post("/security/totp/removal")
async def remove_totp(request: Request, accounts: OwnAccount) -> Response:
    try:
        await accounts.remove_totp()
    except AppError as error:
        return refused(request, HERE, error)
    return back(request, HERE, mark("L’application n’est plus demandée."))


@router.post("/security/recovery-codes")
async def renew_codes(request: Request, accounts: OwnAccount) -> Response:
    try:
        codes = (await accounts.renew_recovery_codes()).codes
    except AppError as error:
        return refused(request, HERE, error)
    return await _codes(request, accounts, codes)


@router.post("/security/password")
async def change_password(request: Request, accounts: OwnAccount) -> Response:
    """Change it; every other session ends, and this one gets new cookies."""
    typed = dict(await request.form())
    try:
        wish = checked(PasswordChange, {name: typed.get(name, "") for name in ("current", "new")})
        fresh = await accounts.change_password(wish, address=address(request))
    except AppError as error:
        return refused(request, HERE, error)
    request.state.fresh_session = fresh
    text = mark("Le mot de passe est changé ; vos autres sessions sont fermées.")
    return back(request, HERE, text)


@router.post("/security/sessions")
async def end_sessions(request: Request, accounts: OwnAccount) -> Response:
    """End one session, or all but this one."""
    chosen = str((await request.form()).get("session", ""))
    try:
        if chosen:
            await accounts.end_session(checked(UUID, chosen))
        else:
            await accounts.end_other_sessions()
    except AppError as error:
        return refused(request, HERE, error)
    return back(request, HERE, mark("La session est fermée.") if chosen
                else mark("Toutes vos autres sessions sont fermées."))  # fmt: skip


async def added_one(
    request: Request, accounts: AccountsClient, added: FactorAdded, text: str
) -> Response:
    """Show the recovery codes made with the first factor; a session that had no role gets it."""
    if not request.state.person.roles:
        await renewed(request)
    if added.recovery_codes:
        return await _codes(request, accounts, added.recovery_codes)
    return back(request, HERE, text)


async def _codes(request: Request, accounts: AccountsClient, codes: tuple[str, ...]) -> Response:
    view = (await _view(accounts)).model_copy(update={"codes": codes})
    return show(request, "pages/security.html", view)


async def _view(accounts: AccountsClient) -> SecurityView:
    factors = await accounts.factors()
    return SecurityView(
        factors=factors,
        is_sure=factors.confirmed_until > clock.now(),
        sessions=(await accounts.my_sessions()).items,
    )


def _totp(uri: str, secret: str) -> TotpView:
    drawn: Any = segno.make(uri or "-", error="m", micro=False)
    return TotpView(uri=uri, secret=secret, picture=drawn.svg_data_uri(border=3, light="#fff"))
