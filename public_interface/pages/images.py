"""Pictures of the catalogue, passed on: browsers refuse its port."""

from collections import OrderedDict

from fastapi import APIRouter, Request, Response

from kit.contracts.catalog.errors import ImageNotFound
from public_interface.pages.home import Catalog

router = APIRouter()
TYPES = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png", "avif": "image/avif"}
FOR_EVER = "public, max-age=31536000, immutable"


class Kept:
    """The pictures asked for last, up to so many bytes in all."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.pictures: OrderedDict[str, bytes] = OrderedDict()

    def get(self, path: str) -> bytes | None:
        if path in self.pictures:
            self.pictures.move_to_end(path)
        return self.pictures.get(path)

    def put(self, path: str, body: bytes) -> None:
        self.size += len(body) - len(self.pictures.pop(path, b""))
        self.pictures[path] = body
        while self.size > self.most and self.pictures:
            self.size -= len(self.pictures.popitem(last=False)[1])


@router.get("/images/{path:path}")
async def image(path: str, request: Request, catalog: Catalog) -> Response:
    """Send a picture; its name changes when it does, so it is kept for ever."""
    kind = TYPES.get(path.rpartition(".")[2])
    if kind is None or ".." in path:
        raise ImageNotFound
    kept: Kept = request.app.state.pictures
    body = kept.get(path)
    if body is None:
        body = await catalog.image(f"/images/{path}")
        kept.put(path, body)
    return Response(body, media_type=kind, headers={"Cache-Control": FOR_EVER})
