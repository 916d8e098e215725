"""Serves `/static/<fingerprint>/…` from memory, for ever."""

from fastapi import APIRouter, Request, Response

from kit.errors import NotFound

router = APIRouter(include_in_schema=False)
FOR_EVER = "public, max-age=31536000, immutable"


class NoSuchFile(NotFound):
    """There is no such file."""


@router.get("/static/{fingerprint}/{name:path}")
async def static(fingerprint: str, name: str, request: Request) -> Response:
    """Send a file; a page from before an update gets today's, not to be kept."""
    assets = request.app.state.site.assets
    found = assets.ready.get(name)
    if found is None:
        raise NoSuchFile
    body, encoding = found.encoded(request.headers.get("accept-encoding", ""))
    headers = {
        "Cache-Control": FOR_EVER if fingerprint == assets.fingerprint else "no-store",
        "Vary": "Accept-Encoding",
    }
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, headers=headers, media_type=found.media_type)
