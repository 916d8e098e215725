"""An admin sees the site as a viewer: a one-time link, a banner on every page, a way to stop."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from kit.contracts.accounts.studios import ActingSpent
from kit.errors import AppError
from kit.i18n import mark
from kit.site.session import SessionCookies
from public_interface.pages.account.coming_in import Accounts
from public_interface.pages.account.frame import back, show, words
from public_interface.pages.account.invitations import SPENT
from public_interface.pages.account.views import LinkView

router = APIRouter()
TITLE = mark("Voir le site comme quelqu’un")
TEXT = mark(
    "Vous verrez ce que voit cette personne, sans rien pouvoir changer. Elle en est prévenue."
)
ENDED = mark("Vous ne voyez plus le site comme quelqu’un d’autre.")


@router.get("/act-as/{token}")
async def look(token: Annotated[str, Path(max_length=200)], request: Request) -> Response:
    say = words(request)
    return show(
        request, "link", LinkView(title=say(TITLE), text=say(TEXT), action=say(mark("Commencer")))
    )


@router.post("/act-as/{token}")
async def begin(
    token: Annotated[str, Path(max_length=200)], request: Request, accounts: Accounts
) -> Response:
    try:
        found = await accounts.use_acting(token)
    except ActingSpent:
        return back(request, "/", SPENT, "warning")
    cookies: SessionCookies = request.app.state.session
    answer = back(request, "/")
    cookies.keep_access(answer, found.access_token, found.expires_in)
    site = request.app.state.site
    answer.set_cookie(
        site.acting_cookie,
        site.acting.seal(found.acting.name.encode()),
        max_age=found.expires_in,
        httponly=True,
        samesite="lax",
        secure=cookies.is_secure,
    )
    return answer


@router.post("/acting/end")
async def end(request: Request, accounts: Accounts) -> Response:
    """Stop at once, even when accounts_service cannot be told: the token dies by itself."""
    cookies: SessionCookies = request.app.state.session
    token = request.cookies.get(cookies.access, "")
    with suppress(AppError):
        await accounts.acting(token).stop_acting()
    answer = back(request, "/", ENDED)
    answer.delete_cookie(cookies.access)
    answer.delete_cookie(request.app.state.site.acting_cookie)
    return answer
