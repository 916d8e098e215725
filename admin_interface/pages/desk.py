"""What every page of the dashboard shows around its own part."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kit.i18n import Language
from kit.schema import Schema
from kit.site.notices import Kind, notify
from kit.site.render import Site, render


class Desk(Schema):
    """The view of a page inside the frame: who is here is said by the layout."""


class Frame(Schema):
    staff: str
    can_write: bool


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
