"""What every page of the dashboard shows around its own part."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kit.i18n import Language
from kit.schema import Schema
from kit.site.app import policy
from kit.site.notices import Kind, notify
from kit.site.render import Site, render


def show(
    request: Request,
    template: str,
    view: Schema | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return a page that is not to be kept: it shows what only staff may see."""
    return render(request, template, view, status, {"Cache-Control": "no-store", **(headers or {})})


def words(request: Request) -> Language:
    site: Site = request.app.state.site
    return site.language(request)


def back(
    request: Request, path: str, text: str = "", kind: Kind = "success", **values: object
) -> RedirectResponse:
    """Send the browser on after a form, saying what was done."""
    answer = RedirectResponse(path, 303)
    if text:
        notify(request, answer, words(request)(text, **values), kind)
    return answer


def safe_path(goal: str) -> str:
    """Return a path of ours, never another site's address."""
    good = goal.startswith("/") and not goal.startswith(("//", "/\\")) and goal.isprintable()
    return goal if good else "/"


def next_page(request: Request, cursor: str | None) -> str:
    return str(request.url.include_query_params(cursor=cursor)) if cursor else ""


def letter_headers(request: Request) -> dict[str, str]:
    """Return the policy of a page that shows a mail in a frame of its own.

    A mail has its style inside it, and pictures of the portal; the frame is sandboxed, so nothing
    in it runs, and nothing on such a page is written by anybody but staff and the suite.
    """
    settings = request.app.state.settings
    found = policy((settings.portal_public_url, settings.bunny_cdn_url))
    return {
        "Content-Security-Policy": found.replace(
            "style-src 'self'", "style-src 'self' 'unsafe-inline'"
        )
    }
