"""What every page of an account has around its own part."""

from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kit.i18n import Language
from kit.schema import Schema
from kit.site.notices import Kind, notify
from kit.site.render import Site, render

NOT_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
LONGEST_GOAL = 200  # what the forms of the door take


def show(
    request: Request, template: str, view: Schema | None = None, status: int = 200
) -> HTMLResponse:
    """Return a page that nobody keeps: it shows what only one person may see."""
    return render(request, f"pages/account/{template}.html", view, status, NOT_KEPT)


def words(request: Request) -> Language:
    site: Site = request.app.state.site
    return site.language(request)


def back(
    request: Request, path: str, text: str = "", kind: Kind = "success", **values: object
) -> RedirectResponse:
    """Send the browser on after a form, saying what was done."""
    answer = RedirectResponse(path, 303)
    answer.headers["Cache-Control"] = "no-store"
    if text:
        notify(request, answer, words(request)(text, **values), kind)
    return answer


async def ask_to_sign_in(request: Request, _error: Exception) -> Response:
    """Send a person to the door, and remember where they were going."""
    if "text/html" not in request.headers.get("accept", ""):
        return Response(status_code=401)
    going = "/account"
    if request.method == "GET":
        path, query = request.url.path, request.url.query
        whole = f"{path}?{query}" if query else path
        going = whole if len(whole) <= LONGEST_GOAL else path
    return RedirectResponse(f"/sign-in?next={quote(going)}", 303, NOT_KEPT)
