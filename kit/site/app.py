"""How a front-end becomes an application: `kit.web.build_app`, and pages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI

from kit.assets import SHEET, Assets, parts
from kit.client import ServiceClient
from kit.middleware import HEADERS
from kit.site import brand as brands
from kit.site import static
from kit.site.forms import check_form
from kit.site.front import Front
from kit.site.icons import Icons
from kit.site.render import Site
from kit.site.settings import SiteSettings
from kit.web import Setup, build_app

ROOT = Path(__file__).parent.parent.parent
UI = ROOT / "kit" / "ui"
IMPORTED = re.compile(r'{%-?\s*from "components/([a-z-]+)\.html"')
EXTENDED = re.compile(r'{%-?\s*(?:extends|include) "([^"]+)"')


def build_site(
    settings: SiteSettings,
    *routers: APIRouter,
    folder: Path,
    clients: tuple[ServiceClient, ...] = (),
    vendor: Mapping[str, str] | None = None,
    origins: Sequence[str] = (),
    setup: Setup | None = None,
    body_limits: Mapping[str, int | None] | None = None,
    open_routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """Return the app of one front-end, whose `templates`, `static` and `locale` are in `folder`.

    `vendor`: static names of files in npm's folder. `origins`: other hosts that its scripts,
    pictures and films come from or go to (the CDN, the upload address). `open_routers`: what
    others than our own pages may post to, because the request proves itself.
    """
    pages = APIRouter(dependencies=[Depends(check_form)], include_in_schema=False)
    for router in routers:
        pages.include_router(router)
    headers = {
        **HEADERS,
        "content-security-policy": policy(origins),
        "referrer-policy": "strict-origin",
    }
    app = build_app(
        settings,
        static.router,
        *open_routers,
        pages,
        clients=clients,
        setup=setup,
        headers=headers,
        body_limits=body_limits,
    )
    app.state.site = _site(settings, folder, vendor or {})
    app.add_middleware(Front)
    return app


def policy(origins: Sequence[str] = ()) -> str:
    """Return the Content-Security-Policy: our own files, hls.js's buffers, and the CDN."""
    others = "".join(f" {origin}" for origin in sorted({_origin(url) for url in origins if url}))
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "img-src": f"'self' data:{others}",
        "media-src": f"'self' blob: data:{others}",
        "connect-src": f"'self'{others}",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def used_components(*folders: Path) -> dict[str, frozenset[str]]:
    """Return, by sheet, the components that the pages of the last folder use, and those these use.

    What `app.css` has, the sheet of a part (`css/<part>/`, for `pages/<part>/`) need not repeat.
    """
    texts = {
        path.relative_to(folder / "templates").as_posix(): path.read_text()
        for folder in folders
        for path in (folder / "templates").rglob("*.html")
    }
    templates, static = folders[-1] / "templates", folders[-1] / "static"
    own = [path.relative_to(templates).as_posix() for path in templates.rglob("*.html")]
    sheets = (path.relative_to(static) for path in static.rglob("*.css"))
    apart = {part: _pages_of(part, own) for part in parts(path.as_posix() for path in sheets)}
    shared = {name for name in own if not name.startswith("components/")}
    shared -= {name for names in apart.values() for name in names}
    found = {SHEET: _components({*shared, "base.html", "pages/error.html"}, texts)}
    for part, names in apart.items():
        found[f"{part}.css"] = _components(names, texts) - found[SHEET]
    return found


def _pages_of(part: str, names: Iterable[str]) -> set[str]:
    return {name for name in names if f"/{part}/" in name}


def _components(pages: set[str], texts: Mapping[str, str]) -> frozenset[str]:
    waiting, seen = list(pages), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in texts:
            continue
        seen.add(name)
        waiting += [f"components/{found}.html" for found in IMPORTED.findall(texts[name])]
        waiting += EXTENDED.findall(texts[name])
    prefix = "components/"
    return frozenset(name[len(prefix) : -5] for name in seen if name.startswith(prefix))


def _site(settings: SiteSettings, folder: Path, vendor: Mapping[str, str]) -> Site:
    packages = ROOT / settings.browser_packages
    files = {name: packages / path for name, path in vendor.items()}
    assets = Assets(
        UI / "static",
        folder / "static",
        vendor=files,
        made=brands.files(settings),
        components=used_components(UI, folder),
    )
    secret = settings.suite_secret.get_secret_value()
    site = Site(settings.SERVICE, secret, (UI, folder), assets, brands.brand(settings))
    site.icons = Icons(packages / "lucide-static" / "icons")
    assets.ready  # noqa: B018  (compress now, not when the first visitor comes)
    return site


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
