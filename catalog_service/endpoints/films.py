"""Films: lists, one, made, changed, published, watched."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Header, Query, Request, Response

from catalog_service.actions import films as actions
from catalog_service.actions import publishing
from catalog_service.endpoints.shared import Cursor, Editor, Ref, check_reader
from catalog_service.queries import films as queries
from catalog_service.rules.ages import check_age, limited
from catalog_service.rules.films import is_shown
from kit import clock
from kit.contracts.catalog.changes import FilmChange, FilmNew, Publication
from kit.contracts.catalog.errors import FilmNotFound
from kit.contracts.catalog.films import Film, FilmQuery, Films
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session, etagged, raw_json, using

router = Router(tags=["films"])
Library = Annotated[VideoLibraryClient, using(VideoLibraryClient)]
Sort = Literal["newest", "title", "year", "duration", "updated"]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=200)]


class ListQuery(FilmQuery):
    sort: Sort = "newest"
    cursor: Cursor = None
    limit: Limit = 50


@router.get("/films", response_model=Films, summary="Films, filtered and sorted")
async def film_list(
    request: Request,
    query: Annotated[ListQuery, Query()],
    caller: CallerDep,
    session: ReadSession,
) -> Response:
    if query.status:
        check_reader(caller)
    query = limited(query, caller)
    listing = queries.listing(query, query.sort, query.cursor, query.limit)
    return etagged(request, await queries.page(session, listing))


@router.get("/films/{film}", response_model=Film, summary="One film")
async def film(
    request: Request,
    film: Ref,
    caller: CallerDep,
    session: ReadSession,
    all: bool = False,  # noqa: A002
) -> Response:
    if all:
        check_reader(caller)
    found = await queries.film(session, film)
    if not all and not is_shown(found, clock.now()):
        raise FilmNotFound
    check_age(found, caller)
    return etagged(request, (await queries.json(session, [found.id]))[0])


@router.post("/films", response_model=Film, status_code=201, summary="Make a draft")
async def create(new: FilmNew, caller: Editor, session: Session, key: Key = "") -> Response:
    return await _answer(session, await actions.create(session, caller, new, key), 201)


@router.patch("/films/{film}", response_model=Film, summary="Change what is given")
async def change(film: Ref, change: FilmChange, caller: Editor, session: Session) -> Response:
    return await _answer(session, await actions.change(session, caller, film, change))


@router.delete("/films/{film}", status_code=204, summary="Delete a film, not its video")
async def delete(film: Ref, caller: Editor, session: Session) -> None:
    await actions.delete(session, caller, film)


@router.put("/films/{film}/publication", response_model=Film, summary="Publish or schedule")
async def publish(
    film: Ref, when: Publication, caller: Editor, session: Session, library: Library
) -> Response:
    return await _answer(session, await publishing.publish(session, caller, library, film, when))


@router.delete("/films/{film}/publication", response_model=Film, summary="Withdraw")
async def withdraw(film: Ref, caller: Editor, session: Session) -> Response:
    return await _answer(session, await publishing.withdraw(session, caller, film))


@router.post("/films/{film}/refresh", response_model=Film, summary="Read the video again")
async def refresh(film: Ref, caller: Editor, session: Session, library: Library) -> Response:
    found = await queries.film(session, film)
    if found.video_guid:
        await publishing.refresh(session, library, found.video_guid)
    return await _answer(session, found.id)


async def _answer(session: Session, film_id: UUID, status: int = 200) -> Response:
    return raw_json((await queries.json(session, [film_id]))[0], status)
