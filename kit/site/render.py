"""Pages: a view (one frozen Schema) and a template make an answer."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import (
    BytecodeCache,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    select_autoescape,
)
from jinja2.bccache import Bucket
from markupsafe import Markup
from typing_extensions import override

from kit.assets import Assets
from kit.auth import Caller, may
from kit.i18n import Language, languages
from kit.schema import Schema
from kit.site.brand import Brand
from kit.site.cells import labelled
from kit.site.choices import Choices, choices
from kit.site.icons import Icons
from kit.site.notices import Notice, waiting
from kit.site.signing import Signed

FILTERS = ("number", "money", "day", "moment", "duration", "clock", "size", "country")


class Compiled(BytecodeCache):
    """Templates compiled for one language, once for all front-ends of this process."""

    def __init__(self) -> None:
        self.made: dict[tuple[str, str], bytes] = {}

    @override
    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self.made.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    @override
    def dump_bytecode(self, bucket: Bucket) -> None:
        self.made[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


# By language: what a filter makes of a constant is compiled in.
COMPILED = defaultdict[str, Compiled](Compiled)


class Site:
    """One front-end, ready to render: its templates in every language, its files, its keys."""

    def __init__(
        self, name: str, secret: str, folders: Sequence[Path], assets: Assets, brand: Brand
    ) -> None:
        self.assets = assets
        self.brand = brand
        self.icons = Icons(Path())
        self.sign_in = "/code"  # where a visitor says who they are
        self.account_cookie = ""  # whoever carries it is signed in, or was until now
        self.csrf = Signed(secret, f"csrf:{name}")
        self.notices = Signed(secret, f"notice:{name}")
        self.acting = Signed(secret, f"acting:{name}")
        self.csrf_cookie = f"{name}_csrf"
        self.notice_cookie = f"{name}_notice"
        self.acting_cookie = f"{name}_acting"  # the name of whom an admin acts as
        self.languages = languages([folder / "locale" for folder in folders])
        self.environments = {
            code: self._environment(folders, language) for code, language in self.languages.items()
        }

    def language(self, request: Request) -> Language:
        return self.languages[choices(request).language]

    def _environment(self, folders: Sequence[Path], language: Language) -> Environment:
        environment = Environment(
            loader=FileSystemLoader([folder / "templates" for folder in reversed(folders)]),
            bytecode_cache=COMPILED[language.code],
            undefined=StrictUndefined,
            autoescape=select_autoescape(default=True),
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by jinja2.ext.i18n
            language, language.form, newstyle=True
        )
        environment.filters |= {name: getattr(language, name) for name in FILTERS}
        environment.filters["labelled"] = labelled
        environment.globals |= {
            "asset": self.assets.url,
            "use_icon": lambda name: self.icons.use(name),
        }
        return environment


class Frame:
    """What the frame around every page needs; `page` in templates."""

    def __init__(self, request: Request, site: Site, chosen: Choices) -> None:
        self.request = request
        self.site = site
        self.brand = site.brand
        self.language = chosen.language
        self.theme = chosen.theme
        self.is_thrifty = chosen.is_thrifty
        self.path = request.url.path
        self.has_shown_notices = False
        self.new_csrf = ""

    @property
    def here(self) -> str:
        """Return this page's address, to put `lang=` or `theme=` behind."""
        query = self.request.url.query
        return f"{self.path}?{query}&" if query else f"{self.path}?"

    @property
    def is_signed_in(self) -> bool:
        """Say whether an account's cookie came along; whether it is valid, pages ask."""
        return bool(self.request.cookies.get(self.site.account_cookie) or self.acting_as)

    @property
    def acting_as(self) -> str:
        """Return the name of whoever the site is seen as, if it is not oneself."""
        name = self.site.acting.open(self.request.cookies.get(self.site.acting_cookie, ""))
        return (name or b"").decode()

    def may(self, permission: str) -> bool:
        """Say whether that is allowed to whoever is signed in, if the page asked who it is."""
        caller: Caller | None = getattr(self.request.state, "person", None)
        return caller is not None and may(caller, permission)

    @property
    def csrf(self) -> str:
        """Return the token that every form carries; asking for it sets the cookie."""
        kept = self.new_csrf or self.request.cookies.get(self.site.csrf_cookie, "")
        if self.site.csrf.open(kept) is None:
            kept = self.new_csrf = self.site.csrf.fresh()
        return kept

    @property
    def notices(self) -> list[Notice]:
        found = waiting(self.request)
        self.has_shown_notices = bool(found)
        return found

    @property
    def sprite(self) -> Markup:
        return self.site.icons.sprite()


def render(
    request: Request,
    template: str,
    view: Schema | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return a page; the template sees `view` and `page`, nothing else."""
    site: Site = request.app.state.site
    chosen = choices(request)
    frame = Frame(request, site, chosen)
    site.icons.begin()
    found = site.environments[chosen.language].get_template(template)
    body = found.render(view=view, page=frame)
    answer = HTMLResponse(body, status, {"Cache-Control": "private, no-cache", **(headers or {})})
    answer.headers["Content-Language"] = chosen.language
    _keep(answer, frame, secure=request.app.state.settings.is_secure)
    return answer


def _keep(answer: HTMLResponse, frame: Frame, *, secure: bool) -> None:
    if frame.new_csrf:
        answer.set_cookie(
            frame.site.csrf_cookie, frame.new_csrf, httponly=True, samesite="lax", secure=secure
        )
    if frame.has_shown_notices:
        answer.delete_cookie(frame.site.notice_cookie)
