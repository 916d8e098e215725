"""What machines read: robots.txt, the sitemap, the web manifest, the icon."""

from xml.sax.saxutils import escape

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse

from kit.site.choices import choices
from public_interface.pages.home import Catalog

router = APIRouter()
PRIVATE = ("/account", "/act", "/code", "/l/", "/sign-", "/unsubscribe/", "/watch/", "/films?")
MOST = 5000
AN_HOUR = {"Cache-Control": "public, max-age=3600"}


@router.get("/robots.txt")
async def robots(request: Request) -> Response:
    base = request.app.state.settings.portal_public_url.rstrip("/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    return PlainTextResponse("\n".join([*lines, f"Sitemap: {base}/sitemap.xml", ""]))


@router.get("/sitemap.xml")
async def sitemap(request: Request, catalog: Catalog) -> Response:
    base = request.app.state.settings.portal_public_url.rstrip("/")
    paths = ["/", "/films", "/series"]
    cursor = None
    while len(paths) < MOST:
        found = await catalog.films(sort="newest", cursor=cursor, limit=200)
        paths += [f"/films/{film.slug}" for film in found.items]
        cursor = found.next_cursor
        if cursor is None:
            break
    shelf = await catalog.series_list(limit=200)
    paths += [f"/series/{series.slug}" for series in shelf.items]
    urls = "".join(f"<url><loc>{escape(base + path)}</loc></url>" for path in paths)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    )
    return Response(body, media_type="application/xml", headers=AN_HOUR)


@router.get("/manifest.webmanifest")
async def manifest(request: Request) -> Response:
    site = request.app.state.site
    body = {
        "name": site.brand.name,
        "short_name": site.brand.name[:12],
        "lang": choices(request).language,
        "start_url": "/",
        "display": "standalone",
        "background_color": "#0d0b10",
        "theme_color": "#0d0b10",
        "icons": [
            {"src": site.assets.url("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}
        ],
    }
    return JSONResponse(body, media_type="application/manifest+json", headers=AN_HOUR)


@router.get("/favicon.ico")
async def favicon(request: Request) -> Response:
    return RedirectResponse(request.app.state.site.assets.url("img/favicon.svg"), 302)
