"""`/library/{id}/videos…`: Bunny Stream's API of videos, captions and thumbnails."""

from typing import Annotated

from fastapi import Query, Request

from kit.contracts.transcoder import wire
from kit.web import ReadSession, Router, Session
from transcoder_service.actions import captions, playing, thumbnails, uploads, videos
from transcoder_service.endpoints.arriving import arriving, declared_length
from transcoder_service.endpoints.given import (
    ANSWERS,
    DeskDep,
    Key,
    Reader,
    SettingsDep,
    ToolsDep,
    Writer,
    may_read,
)
from transcoder_service.rules.listing import asked
from transcoder_service.rules.pictures import NoPicture

router = Router(prefix="/library/{library_id}/videos", tags=["videos"], responses=ANSWERS)
DONE = wire.Status()
RAW = {
    "requestBody": {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    }
}
Number = Annotated[int, Query(ge=-(2**31), lt=2**31)]
Search = Annotated[str | None, Query(max_length=1000)]


@router.get("", summary="List videos")
async def list_videos(
    library_id: Reader,
    session: ReadSession,
    page: Number = 1,
    items_per_page: Annotated[Number, Query(alias="itemsPerPage")] = 100,
    search: Search = "",
    collection: Search = "",
    order_by: Annotated[Search, Query(alias="orderBy")] = "date",
) -> wire.Videos:
    wanted = asked(page, items_per_page, search, order_by)
    return await videos.list_videos(session, wanted, collection or "", library_id)


@router.post("", summary="Create a video")
async def create_video(library_id: Writer, new: wire.VideoNew, session: Session) -> wire.Video:
    return await videos.create_video(session, new, library_id)


@router.get("/{video_id}", summary="Get a video")
async def get_video(library_id: Reader, video_id: str, session: ReadSession) -> wire.Video:
    return await videos.video(session, video_id, library_id)


@router.post("/{video_id}", summary="Change a video")
async def update_video(
    library_id: Writer, video_id: str, change: wire.VideoChange, session: Session
) -> wire.Status:
    await videos.update_video(session, video_id, change)
    return DONE


@router.delete("/{video_id}", summary="Delete a video, its encoding and its files")
async def delete_video(library_id: Writer, video_id: str, session: Session) -> wire.Status:
    await videos.delete_video(session, video_id, library_id)
    return DONE


@router.put("/{video_id}", summary="Upload the film", openapi_extra=RAW)
async def upload_video(
    library_id: Writer,
    video_id: str,
    request: Request,
    desk: DeskDep,
    enabled_resolutions: Annotated[Search, Query(alias="enabledResolutions")] = None,
) -> wire.Status:
    wanted = uploads.Wanted(video_id, declared_length(request), enabled_resolutions or None)
    await uploads.receive_whole(desk, wanted, arriving(request))
    return DONE


@router.post("/{video_id}/thumbnail", summary="Set the thumbnail", openapi_extra=RAW)
async def set_thumbnail(
    library_id: Writer,
    video_id: str,
    request: Request,
    tools: ToolsDep,
    session: Session,
    thumbnail_url: Annotated[str | None, Query(alias="thumbnailUrl", max_length=2000)] = None,
) -> wire.Status:
    settings = tools.settings
    if thumbnail_url:
        content = await thumbnails.picture_at(tools.fetcher, thumbnail_url, settings)
    else:
        content = await request.body()
    if not content:
        raise NoPicture
    await thumbnails.set_thumbnail(session, tools.storage, settings, video_id, content)
    return DONE


@router.post("/{video_id}/captions/{srclang}", summary="Add captions, or replace them")
async def add_caption(
    library_id: Writer,
    video_id: str,
    srclang: str,
    new: wire.CaptionNew,
    tools: ToolsDep,
    session: Session,
) -> wire.Status:
    await captions.add_caption(session, tools.storage, tools.settings, video_id, srclang, new)
    return DONE


@router.delete("/{video_id}/captions/{srclang}", summary="Delete captions")
async def delete_caption(
    library_id: Writer, video_id: str, srclang: str, tools: ToolsDep, session: Session
) -> wire.Status:
    await captions.delete_caption(session, tools.storage, library_id, video_id, srclang)
    return DONE


@router.get("/{video_id}/play", summary="What a player must know, by key or by embed token")
async def play(
    library_id: str,
    video_id: str,
    key: Key,
    settings: SettingsDep,
    session: ReadSession,
    token: Search = "",
    expires: Annotated[int, Query(ge=0, lt=2**53)] = 0,
) -> wire.Play:
    if not may_read(settings, library_id, key):
        playing.check_embed(settings, video_id, token or "", expires)
    return await playing.play(session, settings, video_id)
