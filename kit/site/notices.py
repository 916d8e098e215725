"""What is said once, on the next page: "Code accepted", "Signed out"."""

from typing import Literal

import orjson
from fastapi import Request, Response

from kit.schema import Schema

Kind = Literal["success", "info", "warning", "danger"]
COOKIE_SECONDS = 60


class Notice(Schema):
    kind: Kind
    text: str


def notify(request: Request, response: Response, text: str, kind: Kind = "success") -> None:
    """Say this on the next page; `text` is in the visitor's language already."""
    site = request.app.state.site
    sealed = site.notices.seal(orjson.dumps({"kind": kind, "text": text}))
    response.set_cookie(
        site.notice_cookie,
        sealed,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.is_secure,
    )


def waiting(request: Request) -> list[Notice]:
    site = request.app.state.site
    opened = site.notices.open(request.cookies.get(site.notice_cookie, ""))
    return [Notice.model_validate_json(opened)] if opened else []
