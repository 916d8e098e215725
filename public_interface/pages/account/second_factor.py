"""The second step of signing in: a code of an app, a recovery code, or a passkey."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from kit.contracts.accounts.factors import Credential, SecondFactor
from kit.errors import AppError
from kit.site.filled import filled
from kit.site.session import address, device
from public_interface import rules
from public_interface.forms import ChallengeForm, PasskeyForm, SecondForm
from public_interface.pages.account.coming_in import Accounts, SecondView, refused, signed_in
from public_interface.pages.account.frame import NOT_KEPT, back, show, words
from public_interface.pages.account.sayings import said

router = APIRouter()


@router.post("/sign-in/second")
async def second_factor(request: Request, accounts: Accounts) -> Response:
    typed = await filled(request, SecondForm, words(request))
    if typed.form is None:
        return _again(request, typed.values, errors=typed.errors, status=422)
    form = typed.form
    is_of_app = rules.is_app_code(form.code)
    step = SecondFactor(
        challenge=form.challenge,
        code=form.code if is_of_app else None,
        recovery_code=None if is_of_app else form.code,
    )
    signing = accounts.second_factor(step, address=address(request), device=device(request))
    try:
        return await signed_in(request, signing, form.next)
    except AppError as error:
        trouble = said(error, words(request))
        return _again(request, typed.values, trouble=trouble, status=error.status)


@router.post("/sign-in/second/passkey/options")
async def passkey_options(request: Request, accounts: Accounts) -> JSONResponse:
    typed = await filled(request, ChallengeForm, words(request))
    challenge = typed.form.challenge if typed.form else "none"
    found = await accounts.second_factor_passkey(challenge)
    return JSONResponse(found.model_dump(mode="json"), headers=NOT_KEPT)


@router.post("/sign-in/second/passkey")
async def second_passkey(request: Request, accounts: Accounts) -> Response:
    typed = await filled(request, PasskeyForm, words(request))
    if typed.form is None or not typed.form.challenge:
        return back(request, "/sign-in")
    form = typed.form
    answer = Credential(ceremony=form.ceremony, credential=form.credential)
    step = SecondFactor(challenge=form.challenge, passkey=answer)
    signing = accounts.second_factor(step, address=address(request), device=device(request))
    try:
        return await signed_in(request, signing, form.next)
    except AppError as error:
        return refused(request, error)


def _again(
    request: Request,
    values: dict[str, str],
    *,
    trouble: str = "",
    errors: dict[str, str] | None = None,
    status: int,
) -> Response:
    if not values.get("challenge"):
        return back(request, "/sign-in")
    view = SecondView(
        challenge=values["challenge"],
        next=rules.safe_path(values.get("next", "")),
        has_passkey=False,
        has_code=True,
        has_app=True,
        trouble=trouble,
        errors=errors or {},
    )
    return show(request, "second_factor", view, status)
