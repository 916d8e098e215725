"""Sign in by code: typed, or scanned; what a code opens; sign out."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kit import clock
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import FilmQuery
from kit.contracts.tokens import GuessedTooOften, Verification
from kit.errors import AppError, NotFound, TooMany, Unavailable
from kit.i18n import Language, mark
from kit.limits import Limiter
from kit.schema import Schema
from kit.site.filled import filled
from kit.site.notices import notify
from kit.site.render import render
from public_interface import rules
from public_interface.forms import CodeForm
from public_interface.pages.home import Catalog
from public_interface.pages.visitor import (
    DAY,
    TOKEN,
    VisitorDep,
    keep,
    new_device,
)

router = APIRouter()
MOST_SECONDS = 30 * DAY
WRONG = mark("Ce code n’ouvre rien. Vérifiez-le, il a peut-être expiré.")
FULL = mark("Ce code sert déjà sur autant d’appareils qu’il en permet.")
SLOWLY = mark("Trop d’essais depuis votre connexion. Attendez %(seconds)s s, puis recommencez.")
AWAY = mark("Les codes ne peuvent pas être vérifiés en ce moment. Réessayez dans un instant.")


class CodeView(Schema):
    code: str
    next: str
    error: str
    example: str
    shop_url: str


class MineView(Schema):
    """`film_href` leads to the one film that a ticket opens."""

    level: str
    title: str
    expires_at: str
    days_left: str
    film_title: str
    film_href: str
    is_valid: bool


async def _not_too_often(request: Request) -> None:
    limiter: Limiter = request.app.state.limiter
    address = request.client.host if request.client else ""
    await limiter.hit(request.app.state.settings.sign_in_limit, "code", address)


@router.get("/code")
async def code(
    request: Request,
    catalog: Catalog,
    visitor: VisitorDep,
    next: str = "",  # noqa: A002
) -> HTMLResponse:
    if not visitor.token or next:
        return _form(request, next=next)
    view = await _mine(request, catalog, await visitor.holder())
    return render(request, "pages/mine.html", view)


@router.get("/code/{code}")
async def scanned(code: str, request: Request) -> HTMLResponse:
    """Show a scanned code to confirm: fetching an address must not use one up."""
    return _form(request, code=code[:64], template="pages/code_scanned.html")


@router.post("/code")
async def sign_in(request: Request, catalog: Catalog, visitor: VisitorDep) -> Response:
    words: Language = request.app.state.site.language(request)
    typed = await filled(request, CodeForm, words)
    if typed.form is None:
        return _form(request, error=words(WRONG), status=422)
    form = typed.form
    device = visitor.device or new_device()
    try:
        await _not_too_often(request)
        found = await visitor.tokens.verify(
            form.code, device=device, viewer_address=visitor.address
        )
    except (TooMany, GuessedTooOften) as error:
        text = words(SLOWLY, seconds=error.extra["retry_after"])
        return _form(request, form.code, form.next, text, 429)
    except Unavailable:
        return _form(request, form.code, form.next, words(AWAY), 503)
    if not found.ok or found.token is None:
        text = FULL if found.reason == "device_limit" else WRONG
        return _form(request, form.code, form.next, words(text), 422)
    return await _welcome(request, catalog, found, device, rules.safe_path(form.next))


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    words: Language = request.app.state.site.language(request)
    answer = RedirectResponse("/code", 303)
    answer.delete_cookie(TOKEN)
    notify(request, answer, words("Votre code est oublié sur cet appareil."), "info")
    return answer


def _form(
    request: Request,
    code: str = "",
    next: str = "",  # noqa: A002
    error: str = "",
    status: int = 200,
    template: str = "pages/code.html",
) -> HTMLResponse:
    settings = request.app.state.settings
    view = CodeView(
        code=code,
        next=rules.safe_path(next),
        error=error,
        example=f"{settings.code_prefix}-ABCD-1234",
        shop_url=settings.shop_url,
    )
    return render(request, template, view, status, {"Cache-Control": "no-store"})


async def _welcome(
    request: Request, catalog: CatalogClient, found: Verification, device: str, path: str
) -> Response:
    words: Language = request.app.state.site.language(request)
    target = path or await _opened(catalog, found) or "/"
    answer = RedirectResponse(target, 303)
    left = MOST_SECONDS
    if found.expires_at is not None:
        left = min(left, int((found.expires_at - clock.now()).total_seconds()))
    keep(request, answer, found.token or "", device, max(left, 1))
    text = words("Code accepté. Il est valable jusqu’au %(day)s.", day=_until(found, words))
    notify(request, answer, text)
    return answer


async def _opened(catalog: CatalogClient, found: Verification) -> str:
    """Return the page of the film that a ticket opens."""
    film = await film_of_ticket(catalog, found.video_id)
    return f"/films/{film[1]}" if film else ""


async def film_of_ticket(catalog: CatalogClient, video_id: str | None) -> tuple[str, str] | None:
    """Return title and slug of a ticket's film; its `video_id` is a film's id or a video's."""
    if video_id is None:
        return None
    try:
        film = await catalog.film(video_id)
    except NotFound:
        listed = await catalog.films(FilmQuery(video_guid=video_id), limit=1)
        return (listed.items[0].title, listed.items[0].slug) if listed.items else None
    except AppError:
        return None
    return film.title, film.slug


async def _mine(request: Request, catalog: CatalogClient, found: Verification) -> MineView:
    words: Language = request.app.state.site.language(request)
    film = await film_of_ticket(catalog, found.video_id)
    days = (found.expires_at - clock.now()).days if found.expires_at else 0
    return MineView(
        level=str(found.access_level or ""),
        title=found.title or "",
        expires_at=_until(found, words),
        days_left=words.plural("encore %(num)s jour", "encore %(num)s jours", days),
        film_title=film[0] if film else "",
        film_href=f"/films/{film[1]}" if film else "",
        is_valid=found.ok,
    )


def _until(found: Verification, words: Language) -> str:
    return words.day(found.expires_at) if found.expires_at else ""
