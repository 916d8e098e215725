"""`/docs`: the API reference of all services, on one page."""

from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.actions.reference import Reference
from kit.assets import Assets
from kit.errors import NotFound
from kit.web import Router, limited

HERE = Path(__file__).parent.parent
KIT = Path(__file__).parent.parent.parent / "kit" / "ui" / "static"
OURS = "style-src 'self'; script-src 'self'; font-src 'self'"
POLICY = f"default-src 'none'; {OURS}; frame-ancestors 'none'"
router = Router(include_in_schema=False)
pages = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
assets = Assets(
    made={
        **{f"css/{name}.css": (KIT / "css" / f"{name}.css").read_bytes()
           for name in ("tokens", "reset", "base")},
        "css/pages/reference.css": (HERE / "static/css/pages/reference.css").read_bytes(),
        "js/elements/api-search.js": (HERE / "static/js/elements/api-search.js").read_bytes(),
    },
)  # fmt: skip


@router.get("/docs", dependencies=[limited("120/minute")])
async def reference(request: Request) -> HTMLResponse:
    found: Reference = request.app.state.reference
    page = pages.get_template("reference.html").render(
        services=await found.services(),
        sheet=assets.url("app.css"),
        script=assets.url("js/elements/api-search.js"),
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return HTMLResponse(page, headers=headers)


@router.get("/static/{fingerprint}/{name:path}")
async def static(fingerprint: str, name: str, request: Request) -> Response:
    asset = assets.ready.get(name) if fingerprint == assets.fingerprint else None
    if asset is None:
        raise NotFound
    body, encoding = asset.encoded(request.headers.get("accept-encoding", ""))
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, headers=headers, media_type=asset.media_type)
