"""`/social/pictures`, `/social/clips`, `/social/media`: what posts show."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit.contracts.catalog.client import CatalogClient
from kit.contracts.publisher.social import ClipNew, Media
from kit.web import ReadSession, Session, using
from publisher_service.actions.social import media
from publisher_service.endpoints.social import PressDep, Reader, Writer

router = APIRouter(prefix="/social", tags=["social"])
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
async def file(media_id: UUID, caller: Reader, session: ReadSession, press: PressDep) -> Response:
    media_type, content = await media.content(session, press, media_id)
    return Response(content, media_type=media_type)
