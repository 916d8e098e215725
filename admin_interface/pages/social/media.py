"""The picture or clip of a post: taken in, cut from a film, looked at."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.datastructures import UploadFile

from admin_interface.forms import Mistyped, checked
from admin_interface.pages.desk import show
from admin_interface.pages.social.sayings import Publisher
from admin_interface.rules.moments import read_seconds
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.social import ClipNew, Media, MediaState
from kit.errors import Invalid, NotFound
from kit.schema import Schema

router = APIRouter()
PASSED_ON = ("content-type", "content-length", "content-range", "accept-ranges")


class FilmUnchosen(Invalid):
    """Choose the film to cut from."""


class MediaView(Schema):
    """`is_running`: the clip is still being cut."""

    media: Media | None
    is_running: bool


@router.get("/social/media/{media_id}")
async def media_part(request: Request, media_id: UUID, publisher: Publisher) -> Response:
    """Answer the part of a page that shows it, for as long as it is being made."""
    return show(request, "fragments/social_media.html", seen(await publisher.media(media_id)))


@router.get("/social/media/{media_id}/file")
async def media_file(request: Request, media_id: UUID, publisher: Publisher) -> Response:
    found = await publisher.media_part(media_id, request.headers.get("range", ""))
    headers = {name: found.headers[name] for name in PASSED_ON if name in found.headers}
    headers["Cache-Control"] = "private, max-age=3600"
    return Response(found.content, found.status_code, headers)


def seen(media: Media | None) -> MediaView:
    return MediaView(media=media, is_running=media is not None and media.state is MediaState.queued)


async def taken(publisher: PublisherClient, typed: dict[str, Any]) -> Media | None:
    """Return the picture that was sent, the clip that was asked for, else what was kept before.

    `typed` then holds its id, and no longer asks for it.
    """
    media = await _taken(publisher, typed)
    typed["media_id"] = str(media.id) if media else ""
    return media


async def _taken(publisher: PublisherClient, typed: dict[str, Any]) -> Media | None:
    picture, kept = typed.pop("picture", None), str(typed.get("media_id") or "")
    if typed.get("deed") == "drop":
        return None
    if isinstance(picture, UploadFile) and picture.size:
        return await publisher.add_picture(await picture.read())
    if typed.get("deed") == "clip" or typed.get("clip_to"):
        if not typed.get("film_id"):
            raise FilmUnchosen
        made = await publisher.cut_clip(checked(ClipNew, _clip(typed)))
        typed["clip_from"] = typed["clip_to"] = ""
        return made
    return await publisher.media(checked(UUID, kept)) if kept else None


async def known(publisher: PublisherClient, media_id: str) -> Media | None:
    """Return a picture or clip by the id that a form carries, if there is one."""
    try:
        return await publisher.media(checked(UUID, media_id)) if media_id else None
    except (Mistyped, NotFound):
        return None


def _clip(typed: dict[str, Any]) -> dict[str, Any]:
    return {
        "film_id": typed["film_id"],
        "from_seconds": read_seconds(str(typed.get("clip_from") or "0")),
        "to_seconds": read_seconds(str(typed.get("clip_to") or "0")),
        "shape": typed.get("shape", "vertical"),
    }
