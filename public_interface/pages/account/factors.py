"""More than a password: an app that makes codes, recovery codes, passkeys."""

from uuid import UUID

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from kit.contracts.accounts.factors import FactorAdded, PasskeyChange, PasskeyNew
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.site.filled import filled
from kit.site.session import address
from public_interface.forms import AppCodeForm, NameForm, NewPasskeyForm
from public_interface.pages.account.deeds import done, not_done
from public_interface.pages.account.frame import NOT_KEPT, back, show, words
from public_interface.pages.account.sayings import said
from public_interface.pages.account.security import HERE, Mine

router = APIRouter()


class AppView(Schema):
    """The secret of an authenticator app, to scan or to type, and a field for its first code."""

    secret: str
    uri: str
    drawing: str
    errors: dict[str, str] = {}


class RecoveryView(Schema):
    codes: list[str]


@router.post(f"{HERE}/app")
async def start_app(request: Request, mine: Mine) -> Response:
    try:
        start = await mine.start_totp()
    except AppError as error:
        return not_done(request, error, HERE)
    return _app_page(request, start.secret, start.uri)


@router.post(f"{HERE}/app/code")
async def confirm_app(request: Request, mine: Mine) -> Response:
    say = words(request)
    typed = await filled(request, AppCodeForm, say)
    if typed.form is None:
        if not typed.values.get("secret"):
            return back(request, HERE)
        secret, uri = str(typed.values["secret"])[:200], str(typed.values.get("uri", ""))[:1000]
        return _app_page(request, secret, uri, typed.errors)
    form = typed.form
    try:
        added = await mine.confirm_totp(form.code.replace(" ", ""), address=address(request))
    except AppError as error:
        return _app_page(request, form.secret, form.uri, {"code": said(error, say)})
    return _added(request, added, mark("L’application est activée."))


@router.post(f"{HERE}/app/removal")
async def remove_app(request: Request, mine: Mine) -> Response:
    return await done(request, mine.remove_totp(), HERE, mark("L’application est retirée."))


@router.post(f"{HERE}/recovery")
async def renew_recovery(request: Request, mine: Mine) -> Response:
    try:
        made = await mine.renew_recovery_codes()
    except AppError as error:
        return not_done(request, error, HERE)
    return show(request, "recovery", RecoveryView(codes=list(made.codes)))


@router.post(f"{HERE}/passkeys/options")
async def passkey_options(mine: Mine) -> JSONResponse:
    found = await mine.begin_passkey()
    return JSONResponse(found.model_dump(mode="json"), headers=NOT_KEPT)


@router.post(f"{HERE}/passkeys")
async def add_passkey(request: Request, mine: Mine) -> Response:
    typed = await filled(request, NewPasskeyForm, words(request))
    if typed.form is None:
        return back(request, HERE, mark("Donnez un nom à la clé, puis recommencez."), "danger")
    new = PasskeyNew.model_validate(typed.form.model_dump())
    try:
        added = await mine.add_passkey(new)
    except AppError as error:
        return not_done(request, error, HERE)
    return _added(request, added, mark("La clé d’accès est ajoutée."))


@router.post(HERE + "/passkeys/{passkey_id}/name")
async def rename_passkey(request: Request, passkey_id: UUID, mine: Mine) -> Response:
    typed = await filled(request, NameForm, words(request))
    if typed.form is None:
        return back(request, HERE, mark("Donnez un nom à la clé, puis recommencez."), "danger")
    renaming = mine.rename_passkey(passkey_id, PasskeyChange(name=typed.form.name))
    return await done(request, renaming, HERE, mark("La clé est renommée."))


@router.post(HERE + "/passkeys/{passkey_id}/removal")
async def remove_passkey(request: Request, passkey_id: UUID, mine: Mine) -> Response:
    removing = mine.remove_passkey(passkey_id)
    return await done(request, removing, HERE, mark("La clé d’accès est retirée."))


def _added(request: Request, added: FactorAdded, text: str) -> Response:
    """Show the recovery codes that came with the first factor: there is no second time."""
    if added.recovery_codes:
        return show(request, "recovery", RecoveryView(codes=list(added.recovery_codes)))
    return back(request, HERE, text)


def _app_page(
    request: Request, secret: str, uri: str, errors: dict[str, str] | None = None
) -> Response:
    drawing = segno.make(uri or "otpauth:", error="m").svg_data_uri(scale=4, border=0)
    view = AppView(secret=secret, uri=uri, drawing=drawing, errors=errors or {})
    return show(request, "app", view, 422 if errors else 200)
