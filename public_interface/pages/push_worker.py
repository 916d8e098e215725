"""The script that shows pushes when no page is open; it stands still until one comes."""

from fastapi import APIRouter, Request, Response

from kit.assets import Asset

router = APIRouter()
FILE = "js/push-worker.js"


@router.get("/push-worker.js")
async def push_worker(request: Request) -> Response:
    """Serve it under an address that stays: a browser looks there for its newest version."""
    found: Asset = request.app.state.site.assets.ready[FILE]
    return Response(found.plain, headers={"Cache-Control": "no-cache"}, media_type=found.media_type)
