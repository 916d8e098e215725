"""Series, categories, tags and rails."""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from catalog_service.actions import rails, series
from catalog_service.actions import shelves as actions
from catalog_service.endpoints.shared import All, Cursor, Editor, Reader, Ref, check_reader
from kit.contracts.catalog.shelves import (
    Categories,
    Category,
    CategoryChange,
    CategoryNew,
    Rail,
    RailChange,
    RailNew,
    RailOrder,
    Rails,
    SeasonChange,
    Series,
    SeriesChange,
    SeriesList,
    SeriesNew,
    Tag,
    TagChange,
    TagNew,
    Tags,
)
from kit.contracts.catalog.words import Typed
from kit.pages import Limit
from kit.schema import Schema
from kit.web import CallerDep, ReadSession, Router, Session, etagged

router = Router(tags=["shelves"])
SeasonNumber = Annotated[int, Path(ge=0, le=10_000)]


def _tagged(request: Request, answer: Schema) -> Response:
    return etagged(request, answer.model_dump_json().encode())


@router.get("/series", response_model=SeriesList, summary="Series, the last changed first")
async def series_list(
    request: Request,
    caller: CallerDep,
    session: ReadSession,
    everything: All = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    if everything:
        check_reader(caller)
    found = await series.listed(
        session, everything=everything, max_age=caller.max_age, cursor=cursor, limit=limit
    )
    return _tagged(request, found)


@router.get("/series/{ref}", response_model=Series, summary="A series with its episodes")
async def one_series(
    request: Request, ref: Ref, caller: CallerDep, session: ReadSession, everything: All = False
) -> Response:
    if everything:
        check_reader(caller)
    found = await series.detail(session, ref, everything=everything, max_age=caller.max_age)
    return _tagged(request, found)


@router.post("/series", status_code=201, summary="Make a series")
async def create_series(new: SeriesNew, caller: Editor, session: Session) -> Series:
    made = await series.create(session, caller, new)
    return await series.detail(session, str(made), everything=True)


@router.patch("/series/{ref}", summary="Change what is given")
async def change_series(ref: Ref, change: SeriesChange, caller: Editor, session: Session) -> Series:
    found = await series.change(session, caller, ref, change)
    return await series.detail(session, str(found), everything=True)


@router.put("/series/{ref}/seasons/{number}", summary="Name a season")
async def change_season(
    ref: Ref, number: SeasonNumber, change: SeasonChange, caller: Editor, session: Session
) -> Series:
    found = await series.name_season(session, caller, ref, number, change)
    return await series.detail(session, str(found), everything=True)


@router.delete("/series/{ref}", status_code=204, summary="Delete a series, not its films")
async def delete_series(ref: Ref, caller: Editor, session: Session) -> None:
    await series.delete(session, caller, ref)


@router.get("/categories", response_model=Categories, summary="Categories in their order")
async def categories(
    request: Request,
    caller: CallerDep,
    session: ReadSession,
    everything: All = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    if everything:
        check_reader(caller)
    found = await actions.categories(session, everything=everything, cursor=cursor, limit=limit)
    return _tagged(request, found)


@router.post("/categories", status_code=201, summary="Make a category")
async def create_category(new: CategoryNew, caller: Editor, session: Session) -> Category:
    return await actions.create_category(session, caller, new)


@router.patch("/categories/{ref}", summary="Change what is given")
async def change_category(
    ref: Ref, change: CategoryChange, caller: Editor, session: Session
) -> Category:
    return await actions.change_category(session, caller, ref, change)


@router.delete("/categories/{ref}", status_code=204, summary="Delete a category, not its films")
async def delete_category(ref: Ref, caller: Editor, session: Session) -> None:
    await actions.delete_category(session, caller, ref)


@router.get("/tags", response_model=Tags, summary="Tags by name")
async def tags(
    request: Request,
    session: ReadSession,
    q: Annotated[Typed, Query()] = "",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    return _tagged(request, await actions.tags(session, q=q, cursor=cursor, limit=limit))


@router.post("/tags", status_code=201, summary="Make a tag")
async def create_tag(new: TagNew, caller: Editor, session: Session) -> Tag:
    return await actions.create_tag(session, caller, new)


@router.patch("/tags/{ref}", summary="Rename a tag")
async def change_tag(ref: Ref, change: TagChange, caller: Editor, session: Session) -> Tag:
    return await actions.change_tag(session, caller, ref, change)


@router.delete("/tags/{ref}", status_code=204, summary="Delete a tag, not its films")
async def delete_tag(ref: Ref, caller: Editor, session: Session) -> None:
    await actions.delete_tag(session, caller, ref)


@router.get("/rails", summary="All rails, hidden ones as well")
async def rail_list(caller: Reader, session: ReadSession) -> Rails:
    return await rails.listed(session)


@router.post("/rails", status_code=201, summary="Make a rail")
async def create_rail(new: RailNew, caller: Editor, session: Session) -> Rail:
    return await rails.create(session, caller, new)


@router.put("/rails/order", summary="Put the rails into an order")
async def order_rails(order: RailOrder, caller: Editor, session: Session) -> Rails:
    return await rails.order(session, caller, order)


@router.patch("/rails/{ref}", summary="Change what is given")
async def change_rail(ref: Ref, change: RailChange, caller: Editor, session: Session) -> Rail:
    return await rails.change(session, caller, ref, change)


@router.delete("/rails/{ref}", status_code=204, summary="Delete a rail, not its films")
async def delete_rail(ref: Ref, caller: Editor, session: Session) -> None:
    await rails.delete(session, caller, ref)
