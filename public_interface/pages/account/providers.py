"""Coming in with an account elsewhere, and linking one to one's own."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import StringConstraints, ValidationError

from kit.contracts.accounts.factors import ProviderAnswer, ProviderBegin, ProviderStart
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.site.session import MaybePerson, address, device
from public_interface import rules
from public_interface.pages.account.coming_in import Accounts, refused, signed_in
from public_interface.pages.account.deeds import done, not_done
from public_interface.pages.account.frame import NOT_KEPT, back
from public_interface.pages.account.security import HERE, Mine

router = APIRouter()
answers = APIRouter(include_in_schema=False)
"""Where a provider posts its answer: its cookie-less form is sent on as an address of ours."""
COOKIE, GOAL = "provider_ceremony", "provider_next"
LINKING = "link "
GIVEN_UP = frozenset({"access_denied", "user_cancelled_authorize"})
TOO_LATE = mark("Cette connexion a pris trop de temps. Recommencez.")
Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
Text = Annotated[str, StringConstraints(max_length=4000)]


class Said(Schema):
    """What a provider puts into the address."""

    state: Text = ""
    code: Text = ""
    error: Text = ""
    user: Text = ""
    iss: Text = ""


@router.get("/sign-in/with/{name}")
async def begin(
    request: Request,
    name: Name,
    accounts: Accounts,
    next: str = "",  # noqa: A002  (the address's word)
) -> Response:
    try:
        start = await accounts.begin_provider(name, ProviderBegin())
    except AppError as error:
        return refused(request, error)
    answer = _away(request, start, start.ceremony)
    _keep(request, answer, GOAL, rules.safe_path(next), start.expires_in)
    return answer


@router.get("/account/providers/{name}/link")
async def begin_link(request: Request, name: Name, mine: Mine) -> Response:
    try:
        start = await mine.begin_link(name, ProviderBegin())
    except AppError as error:
        return not_done(request, error, HERE)
    return _away(request, start, LINKING + start.ceremony)


@router.post("/account/providers/{name}/removal")
async def unlink(request: Request, name: Name, mine: Mine) -> Response:
    return await done(request, mine.unlink_provider(name), HERE, mark("Ce compte est délié."))


@router.get("/sign-in/{name}/back")
async def answered(
    request: Request,
    name: Name,
    accounts: Accounts,
    person: MaybePerson,
    given: Annotated[Said, Query()],
) -> Response:
    page = await _page_after(request, name, accounts, person, given)
    page.delete_cookie(COOKIE, path="/sign-in")
    page.delete_cookie(GOAL, path="/sign-in")
    return page


async def _page_after(
    request: Request, name: str, accounts: Accounts, person: MaybePerson, given: Said
) -> Response:
    ceremony = request.cookies.get(COOKIE, "")
    is_linking = ceremony.startswith(LINKING) and person is not None
    if given.error in GIVEN_UP:
        renounced = mark("Vous avez renoncé. Rien n’a changé.")
        return back(request, HERE if is_linking else "/sign-in", renounced, "info")
    try:
        answer = ProviderAnswer(
            ceremony=ceremony.removeprefix(LINKING), **given.model_dump(exclude={"ceremony"})
        )
    except ValidationError:
        return back(request, "/sign-in", TOO_LATE, "warning")
    if is_linking and person is not None:
        linking = accounts.acting(person.token).link_provider(name, answer)
        return await done(request, linking, HERE, mark("Ce compte est relié au vôtre."))
    signing = accounts.provider_sign_in(
        name, answer, address=address(request), device=device(request)
    )
    try:
        return await signed_in(request, signing, request.cookies.get(GOAL, ""))
    except AppError as error:
        return refused(request, error)


@answers.post("/sign-in/{name}/back")
async def answered_by_form(request: Request, name: Name) -> Response:
    """Send the browser here again, by an address: our cookies do not come with such a form."""
    form = await request.form()
    kept = {key: str(form.get(key, ""))[:4000] for key in Said.model_fields}
    url = request.url.replace(query="").include_query_params(**{k: v for k, v in kept.items() if v})
    return RedirectResponse(f"{url.path}?{url.query}", 303, NOT_KEPT)


def _away(request: Request, start: ProviderStart, ceremony: str) -> Response:
    answer = RedirectResponse(start.url, 303, NOT_KEPT)
    _keep(request, answer, COOKIE, ceremony, start.expires_in)
    return answer


def _keep(request: Request, answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/sign-in",
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.is_secure,
    )
