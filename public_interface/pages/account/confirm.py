"""Being sure who it is, before something dangerous is done."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from kit.contracts.accounts.factors import Confirmation, Credential, Method
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.site.filled import filled
from kit.site.session import address
from public_interface import rules
from public_interface.forms import ConfirmForm, PasskeyForm
from public_interface.pages.account.frame import NOT_KEPT, back, show, words
from public_interface.pages.account.sayings import said
from public_interface.pages.account.security import Mine

router = APIRouter()
HERE = "/account/confirm"
AFTERWARDS = "/account/security"
CONFIRMED = mark("C’est bien vous. Vous avez dix minutes.")


class ConfirmView(Schema):
    """What may be asked for; nothing at all: one signs in again."""

    next: str
    asks_password: bool
    asks_code: bool
    asks_passkey: bool
    trouble: str = ""
    errors: dict[str, str] = {}


@router.get(HERE)
async def confirm_page(
    request: Request,
    mine: Mine,
    next: str = "",  # noqa: A002  (the address's word)
) -> Response:
    return await _page(request, mine, next)


@router.post(HERE)
async def confirm(request: Request, mine: Mine) -> Response:
    say = words(request)
    typed = await filled(request, ConfirmForm, say)
    goal = str(typed.values.get("next", ""))
    if typed.form is None:
        return await _page(request, mine, goal, errors=typed.errors, status=422)
    form = typed.form
    if form.password:
        wish = Confirmation(password=form.password)
    elif form.code:
        wish = Confirmation(code=form.code)
    else:
        return await _page(request, mine, goal, trouble=say("Ce champ est nécessaire."), status=422)
    return await _confirmed(request, mine, wish, goal)


@router.post(f"{HERE}/passkey/options")
async def passkey_options(mine: Mine) -> JSONResponse:
    found = await mine.confirm_passkey()
    return JSONResponse(found.model_dump(mode="json"), headers=NOT_KEPT)


@router.post(f"{HERE}/passkey")
async def confirm_passkey(request: Request, mine: Mine) -> Response:
    typed = await filled(request, PasskeyForm, words(request))
    goal = str(typed.values.get("next", ""))
    if typed.form is None:
        return await _page(request, mine, goal, status=422)
    answer = Credential(ceremony=typed.form.ceremony, credential=typed.form.credential)
    return await _confirmed(request, mine, Confirmation(passkey=answer), goal)


async def _confirmed(request: Request, mine: Mine, wish: Confirmation, goal: str) -> Response:
    try:
        await mine.confirm(wish, address=address(request))
    except AppError as error:
        trouble = said(error, words(request))
        return await _page(request, mine, goal, trouble=trouble, status=error.status)
    return back(request, rules.safe_path(goal) or AFTERWARDS, CONFIRMED)


async def _page(
    request: Request,
    mine: Mine,
    goal: str,
    *,
    trouble: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    ways = set((await mine.factors()).confirm_with)
    view = ConfirmView(
        next=rules.safe_path(goal),
        asks_password=Method.password in ways,
        asks_code=bool(ways & {Method.totp, Method.recovery}),
        asks_passkey=Method.passkey in ways,
        trouble=trouble,
        errors=errors or {},
    )
    return show(request, "confirm", view, status)
