"""Passkeys of one's own: added, renamed, taken away; and showing anew who one is."""

from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from admin_interface.forms import checked
from admin_interface.pages.desk import back, safe_path, show
from admin_interface.pages.refusals import refused, saying
from admin_interface.pages.security import HERE, added_one
from admin_interface.pages.staff import OwnAccount
from kit.contracts.accounts.factors import Confirmation, PasskeyChange, PasskeyNew
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.site.session import address

router = APIRouter()


class ConfirmView(Schema):
    methods: tuple[str, ...]
    next: str
    trouble: str = ""


@router.post("/security/passkeys/options")
async def begin_passkey(accounts: OwnAccount) -> Response:
    return JSONResponse((await accounts.begin_passkey()).model_dump(mode="json"))


@router.post("/security/passkeys")
async def add_passkey(request: Request, accounts: OwnAccount) -> Response:
    typed = dict(await request.form())
    try:
        given = {"name": typed.get("name", ""), **credential(typed)}
        added = await accounts.add_passkey(checked(PasskeyNew, given))
    except AppError as error:
        return refused(request, HERE, error)
    return await added_one(request, accounts, added, mark("La clé d’accès est enregistrée."))


@router.post("/security/passkeys/{passkey_id}")
async def change_passkey(request: Request, passkey_id: UUID, accounts: OwnAccount) -> Response:
    typed = dict(await request.form())
    try:
        if typed.get("deed") == "remove":
            await accounts.remove_passkey(passkey_id)
            return back(request, HERE, mark("La clé d’accès est ôtée."))
        change = checked(PasskeyChange, {"name": typed.get("name", "")})
        await accounts.rename_passkey(passkey_id, change)
    except AppError as error:
        return refused(request, HERE, error)
    return back(request, HERE, mark("La clé d’accès a son nouveau nom."))


@router.get("/security/confirmation")
async def confirmation_page(
    request: Request,
    accounts: OwnAccount,
    next: str = "/",  # noqa: A002  (the address's word)
) -> Response:
    methods = (await accounts.factors()).confirm_with
    view = ConfirmView(methods=methods, next=safe_path(next))
    return show(request, "pages/confirmation.html", view)


@router.post("/security/confirmation/passkey")
async def confirm_passkey(accounts: OwnAccount) -> Response:
    return JSONResponse((await accounts.confirm_passkey()).model_dump(mode="json"))


@router.post("/security/confirmation")
async def confirm(request: Request, accounts: OwnAccount) -> Response:
    typed: dict[str, Any] = dict(await request.form())
    goal = safe_path(str(typed.get("next", "/")))
    given = {name: typed[name] for name in ("code", "password") if typed.get(name)}
    if typed.get("credential"):
        given["passkey"] = credential(typed)
    try:
        await accounts.confirm(checked(Confirmation, given), address=address(request))
    except AppError as error:
        methods = (await accounts.factors()).confirm_with
        view = ConfirmView(methods=methods, next=goal, trouble=saying(request, error))
        return show(request, "pages/confirmation.html", view, 422)
    text = mark("C’est bien vous. Refaites maintenant ce que vous vouliez faire.")
    return back(request, goal, text)


def credential(typed: dict[str, Any]) -> dict[str, Any]:
    """Return what a browser's script put into the form, as the contract takes it."""
    try:
        found = orjson.loads(str(typed.get("credential", "")))
    except orjson.JSONDecodeError:
        found = None
    return {"ceremony": typed.get("ceremony", ""), "credential": found}
