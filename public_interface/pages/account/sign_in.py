"""The door: e-mail and password, or a passkey; and the way out."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from kit.contracts.accounts import SignIn
from kit.contracts.accounts.factors import Credential, Provider
from kit.errors import AppError, Unauthenticated
from kit.i18n import mark
from kit.schema import Schema
from kit.site.filled import filled
from kit.site.session import MaybePerson, SessionCookies, address, device
from public_interface import rules
from public_interface.forms import PasskeyForm, SignInForm
from public_interface.pages.account.coming_in import Accounts, offered, refused, signed_in
from public_interface.pages.account.frame import NOT_KEPT, back, show, words
from public_interface.pages.account.sayings import said

router = APIRouter()


class SignInView(Schema):
    """`tail` takes the page to go on to along to the other doors."""

    email: str
    next: str
    tail: str
    example: str
    providers: list[Provider]
    trouble: str
    errors: dict[str, str]


@router.get("/sign-in")
async def sign_in_page(
    request: Request,
    accounts: Accounts,
    next: str = "",  # noqa: A002  (the address's word)
) -> Response:
    return await _page(request, accounts, {"next": next})


@router.post("/sign-in")
async def sign_in(request: Request, accounts: Accounts) -> Response:
    typed = await filled(request, SignInForm, words(request))
    if typed.form is None:
        return await _page(request, accounts, typed.values, errors=typed.errors, status=422)
    form = typed.form
    signing = accounts.sign_in(
        SignIn(email=form.email, password=form.password),
        address=address(request),
        device=device(request),
    )
    try:
        return await signed_in(request, signing, form.next)
    except AppError as error:
        trouble = said(error, words(request))
        return await _page(request, accounts, typed.values, trouble=trouble, status=error.status)


@router.post("/sign-in/passkey/options")
async def passkey_options(request: Request, accounts: Accounts) -> JSONResponse:
    found = await accounts.begin_passkey_sign_in()
    return JSONResponse(found.model_dump(mode="json"), headers=NOT_KEPT)


@router.post("/sign-in/passkey")
async def passkey(request: Request, accounts: Accounts) -> Response:
    typed = await filled(request, PasskeyForm, words(request))
    if typed.form is None:
        return back(request, "/sign-in", mark("La clé d’accès n’a pas répondu."), "danger")
    form = typed.form
    signing = accounts.passkey_sign_in(
        Credential(ceremony=form.ceremony, credential=form.credential),
        address=address(request),
        device=device(request),
    )
    try:
        return await signed_in(request, signing, form.next)
    except AppError as error:
        return refused(request, error)


@router.post("/account/sign-out")
async def sign_out(request: Request, accounts: Accounts, person: MaybePerson) -> Response:
    """End this session, there and here; whoever is signed out already is not asked to sign in."""
    cookies: SessionCookies = request.app.state.session
    if person is not None:
        try:
            await accounts.acting(person.token).sign_out()
        except Unauthenticated:
            pass
        except AppError as error:
            return back(request, "/account", said(error, words(request)), "danger")
    answer = back(request, "/sign-in", mark("Vous êtes déconnecté."), "info")
    cookies.forget(answer)
    return answer


async def _page(
    request: Request,
    accounts: Accounts,
    values: dict[str, str],
    *,
    trouble: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    goal = rules.safe_path(values.get("next", ""))
    view = SignInView(
        email=values.get("email", ""),
        next=goal,
        tail=rules.going_to(goal),
        example=f"{request.app.state.settings.code_prefix}-ABCD-1234",
        providers=await offered(accounts),
        trouble=trouble,
        errors=errors or {},
    )
    return show(request, "sign_in", view, status)
