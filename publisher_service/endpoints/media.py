"""`/social/pictures`, `/social/clips`, `/social/media`: what posts show."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from kit.contracts.catalog.client import CatalogClient
from kit.contracts.publisher.social import ClipNew, Media
from kit.web import ReadSession, Router, Session, using
from publisher_service.actions.social import media
from publisher_service.endpoints.social import PressDep, Reader, Writer
from publisher_service.rules.parts import wanted

router = Router(prefix="/social", tags=["social"])
RAW = {
    "requestBody": {
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
        "required": True,
    }
}


@router.post("/pictures", status_code=201, summary="Add a picture", openapi_extra=RAW)
async def add_picture(request: Request, caller: Writer, session: Session, press: PressDep) -> Media:
    made = await media.add_picture(session, press, await request.body())
    return Media.model_validate(made)


@router.post("/clips", status_code=202, summary="Have a clip cut from a film")
async def cut_clip(
    new: ClipNew,
    caller: Writer,
    session: Session,
    catalog: Annotated[CatalogClient, using(CatalogClient)],
) -> Media:
    return Media.model_validate(await media.cut_clip(session, catalog, caller, new))


@router.get("/media/{media_id}", summary="A picture or clip, and how far it is")
async def see(media_id: UUID, caller: Reader, session: ReadSession) -> Media:
    return Media.model_validate(await media.see(session, media_id))


@router.get("/media/{media_id}/file", summary="Its file", response_class=Response)
async def file(
    request: Request, media_id: UUID, caller: Reader, session: ReadSession, press: PressDep
) -> Response:
    """Answer all of it, or the one part that a Range header asks for."""
    found = await media.see(session, media_id)
    part = wanted(request.headers.get("range", ""), found.byte_count)
    content = await media.content(press, found, part)
    headers = {"Accept-Ranges": "bytes"}
    if part is None:
        return Response(content, media_type=found.media_type, headers=headers)
    last = part.start + len(content) - 1
    headers["Content-Range"] = f"bytes {part.start}-{last}/{found.byte_count}"
    return Response(content, 206, media_type=found.media_type, headers=headers)


@router.get(
    "/shared/{media_id}/{until}/{signature}",
    summary="A file, for the network that was given this address",
    response_class=Response,
)
async def shared(
    media_id: UUID, until: int, signature: str, session: ReadSession, press: PressDep
) -> StreamingResponse:
    found = await media.shared(session, press, media_id, until, signature)
    headers = {"Content-Length": str(found.byte_count), "Cache-Control": "private, no-store"}
    return StreamingResponse(media.parts(found), media_type=found.media_type, headers=headers)
