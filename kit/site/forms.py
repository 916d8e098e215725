"""Forms that no other site can send: Sec-Fetch-Site, Origin, and a signed double-submit token."""

import hmac
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from kit.errors import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD = "csrf"
HEADER = "x-csrf-token"


class ForgedForm(Forbidden):
    """This form is too old, or came from another site; load the page again and send it anew."""


async def check_form(request: Request) -> AsyncIterator[None]:
    """Raise ForgedForm unless one of our own pages sent this; close its files afterwards."""
    try:
        if request.method not in SAFE:
            await _check(request)
        yield
    finally:
        await request.close()


async def _check(request: Request) -> None:
    _check_origin(request)
    site = request.app.state.site
    kept = request.cookies.get(site.csrf_cookie, "")
    given = request.headers.get(HEADER) or await _field(request)
    if not kept or not hmac.compare_digest(kept.encode(), given.encode()):
        raise ForgedForm
    if site.csrf.open(kept) is None:
        raise ForgedForm


def _check_origin(request: Request) -> None:
    came_from = request.headers.get("sec-fetch-site")
    if came_from is not None:
        if came_from not in {"same-origin", "none"}:
            raise ForgedForm
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc not in _hosts(request):
        raise ForgedForm


def _hosts(request: Request) -> set[str]:
    settings = request.app.state.settings
    public = (settings.portal_public_url, settings.dashboard_public_url)
    return {request.headers.get("host", ""), *(urlsplit(url).netloc for url in public)}


async def _field(request: Request) -> str:
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return ""
    value = (await request.form()).get(FIELD, "")
    return "" if isinstance(value, UploadFile) else value


FromOurPages = Annotated[None, Depends(check_form)]
