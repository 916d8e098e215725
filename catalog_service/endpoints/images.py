"""Pictures: put on films and series, and served for ever under their own names."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Request, Response

from catalog_service.actions import images as actions
from catalog_service.actions import series as seriesing
from catalog_service.endpoints.shared import Editor, Ref, SettingsDep, check_reader, delivery
from catalog_service.queries import films as queries
from kit.contracts.catalog.films import Film
from kit.contracts.catalog.shelves import Series
from kit.web import CallerDep, ReadSession, Router, Session, raw_json

router = Router(tags=["pictures"])
Place = Literal["poster", "backdrop"]
Width = Annotated[int, Path(ge=1, le=4000)]
FrameName = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}-[0-9a-f]{8}$")]
FOR_EVER = "public, max-age=31536000, immutable"
BINARY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.put(
    "/films/{film}/{place}", response_model=Film, openapi_extra=BINARY, summary="Put a picture"
)
async def put_on_film(
    film: Ref, place: Place, request: Request, caller: Editor, session: Session
) -> Response:
    """Take a JPEG, PNG or WebP as the body."""
    storage = request.app.state.storage
    content = await request.body()
    found = await actions.set_on_film(session, storage, caller, film, place, content)
    return raw_json((await queries.json(session, [found]))[0])


@router.delete("/films/{film}/{place}", response_model=Film, summary="Take a picture away")
async def take_from_film(
    film: Ref, place: Place, request: Request, caller: Editor, session: Session
) -> Response:
    storage = request.app.state.storage
    found = await actions.set_on_film(session, storage, caller, film, place, None)
    return raw_json((await queries.json(session, [found]))[0])


@router.put("/series/{series}/{place}", openapi_extra=BINARY, summary="Put a picture on a series")
async def put_on_series(
    series: Ref, place: Place, request: Request, caller: Editor, session: Session
) -> Series:
    storage = request.app.state.storage
    content = await request.body()
    found = await actions.set_on_series(session, storage, caller, series, place, content)
    return await seriesing.detail(session, str(found), everything=True)


@router.delete("/series/{series}/{place}", summary="Take a picture away from a series")
async def take_from_series(
    series: Ref, place: Place, request: Request, caller: Editor, session: Session
) -> Series:
    storage = request.app.state.storage
    found = await actions.set_on_series(session, storage, caller, series, place, None)
    return await seriesing.detail(session, str(found), everything=True)


@router.get("/images/{image_id}/{width}.webp", response_class=Response, summary="A picture")
async def image(image_id: UUID, width: Width, request: Request) -> Response:
    content = await actions.picture(request.app.state.storage, image_id, width)
    return Response(content, media_type="image/webp", headers={"Cache-Control": FOR_EVER})


@router.get(
    "/images/frames/{name}/{width}.webp", response_class=Response, summary="A video's thumbnail"
)
async def frame(
    name: FrameName,
    width: Width,
    request: Request,
    caller: CallerDep,
    session: ReadSession,
    settings: SettingsDep,
) -> Response:
    """Public where the film is; others need `films:read`."""
    film, public = await actions.shown_film_of_frame(session, name)
    await session.close()  # no connection is held while the picture is fetched
    if not public:
        check_reader(caller)
    state = request.app.state
    content = await actions.frame(state.storage, state.delivery, delivery(settings), film, width)
    cache = FOR_EVER if public else "private, max-age=300"
    return Response(content, media_type="image/webp", headers={"Cache-Control": cache})
