"""Pictures of the catalogue and of people, passed on: browsers refuse their ports."""

from collections import OrderedDict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit.contracts.accounts import AccountsClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.errors import ImageNotFound
from kit.web import using

router = APIRouter()
Catalog = Annotated[CatalogClient, using(CatalogClient)]
Accounts = Annotated[AccountsClient, using(AccountsClient)]
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


@router.get("/avatars/{avatar_id}/{width}.webp")
async def avatar(avatar_id: UUID, width: int, request: Request, accounts: Accounts) -> Response:
    path = f"/avatars/{avatar_id}/{width}.webp"
    kept: Kept = request.app.state.pictures
    body = kept.get(path)
    if body is None:
        body = await accounts.avatar(path)
        kept.put(path, body)
    return Response(body, media_type="image/webp", headers={"Cache-Control": FOR_EVER})
