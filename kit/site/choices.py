"""What a visitor chose: language and theme. Asked by the address, kept in a cookie."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response

from kit.i18n import LANGUAGES, accepted

THEMES = ("dark", "light", "auto")
YEAR = 365 * 24 * 3600
NAMES = {"lang": LANGUAGES, "theme": THEMES}


@dataclass(frozen=True)
class Choices:
    language: str = LANGUAGES[0]
    theme: str = THEMES[0]
    is_thrifty: bool = False
    """The browser asks to save data."""


def choices(request: HTTPConnection) -> Choices:
    language = request.cookies.get("lang", "")
    if language not in LANGUAGES:
        language = accepted(request.headers.get("accept-language", ""))
    theme = request.cookies.get("theme", "")
    return Choices(
        language=language,
        theme=theme if theme in THEMES else THEMES[0],
        is_thrifty=request.headers.get("save-data", "").lower() == "on",
    )


def choosing(request: HTTPConnection, *, secure: bool) -> Response | None:
    """Keep what `?lang=` or `?theme=` says and show the page, or None when they say nothing."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    chosen = [(name, value) for name, value in pairs if name in NAMES]
    if not chosen:
        return None
    rest = urlencode([pair for pair in pairs if pair not in chosen])
    path = "/" + request.url.path.lstrip("/\\")  # never another host
    answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
    for name, value in chosen:
        if value in NAMES[name]:
            answer.set_cookie(
                name, value, max_age=YEAR, samesite="lax", httponly=True, secure=secure
            )
    answer.headers["Cache-Control"] = "no-store"
    return answer
