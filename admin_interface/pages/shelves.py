"""Series, categories, tags and rails: what films stand on."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import CategoryForm, Mistyped, checked, filled
from admin_interface.pages.desk import back, show, words
from admin_interface.pages.films import refused
from admin_interface.pages.staff import acting
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.shelves import (
    Category,
    CategoryChange,
    CategoryNew,
    Rail,
    RailChange,
    RailKind,
    RailNew,
    Series,
    SeriesCard,
    SeriesChange,
    SeriesNew,
    Tag,
    TagChange,
    TagNew,
)
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Catalog = Annotated[CatalogClient, acting(CatalogClient)]


class SeriesListView(Schema):
    series: list[SeriesCard]
    next: str


class SeriesView(Schema):
    series: Series


class CategoriesView(Schema):
    categories: list[Category]
    tags: list[Tag]
    errors: dict[str, str] = {}


class RailsView(Schema):
    rails: list[Rail]
    kinds: list[str]
    categories: list[Category]


@router.get("/series")
async def series_list(request: Request, catalog: Catalog, cursor: str | None = None) -> Response:
    page = await catalog.series_list(everything=True, cursor=cursor)
    after = page.next_cursor
    following = str(request.url.include_query_params(cursor=after)) if after else ""
    return show(
        request, "pages/series_list.html", SeriesListView(series=page.items, next=following)
    )


@router.post("/series")
async def create_series(request: Request, catalog: Catalog) -> Response:
    data = await request.form()
    title = str(data.get("title", "")).strip()
    if not title:
        return back(request, "/series", mark("Une série a besoin d’un titre."), "warning")
    try:
        new = checked(SeriesNew, {"title": title, "synopsis": str(data.get("synopsis", ""))})
        series = await catalog.create_series(new)
    except AppError as error:
        return refused(request, "/series", error)
    return back(request, f"/series/{series.id}", mark("La série est créée."))


@router.get("/series/{series_id}")
async def series_page(request: Request, series_id: UUID, catalog: Catalog) -> Response:
    series = await catalog.series(series_id, everything=True)
    return show(request, "pages/series.html", SeriesView(series=series))


@router.post("/series/{series_id}")
async def change_series(request: Request, series_id: UUID, catalog: Catalog) -> Response:
    here = f"/series/{series_id}"
    data = await request.form()
    values: dict[str, Any] = {"synopsis": str(data.get("synopsis", ""))}
    if title := str(data.get("title", "")).strip():
        values["title"] = title
    if slug := str(data.get("slug", "")).strip():
        values["slug"] = slug
    picture = data.get("poster")
    try:
        await catalog.change_series(series_id, checked(SeriesChange, values))
        if picture is not None and not isinstance(picture, str) and picture.size:
            await catalog.set_series_poster(series_id, await picture.read())
    except AppError as error:
        return refused(request, here, error)
    return back(request, here, mark("La série est enregistrée."))


@router.post("/series/{series_id}/deletion")
async def delete_series(request: Request, series_id: UUID, catalog: Catalog) -> Response:
    await catalog.delete_series(series_id)
    return back(request, "/series", mark("La série est supprimée ; ses épisodes restent."))


@router.get("/categories")
async def categories(request: Request, catalog: Catalog) -> Response:
    return show(request, "pages/categories.html", await _categories(catalog))


async def _categories(catalog: CatalogClient) -> CategoriesView:
    return CategoriesView(
        categories=(await catalog.categories(everything=True)).items,
        tags=(await catalog.tags(limit=200)).items,
    )


@router.post("/categories")
async def create_category(request: Request, catalog: Catalog) -> Response:
    form, errors = filled(CategoryForm, dict(await request.form()))
    if form is None:
        say = words(request)
        view = await _categories(catalog)
        said = {field: say(text) for field, text in errors.items()}
        return show(request, "pages/categories.html", view.model_copy(update={"errors": said}), 422)
    values = {key: value for key, value in form.model_dump().items() if value}
    return await _done(
        request, catalog.create_category(checked(CategoryNew, values)),
        mark("La catégorie est créée."),
    )  # fmt: skip


@router.post("/categories/{category_id}")
async def change_category(request: Request, category_id: UUID, catalog: Catalog) -> Response:
    data = dict(await request.form())
    if data.get("remove"):
        return await _done(
            request, catalog.delete_category(category_id), mark("La catégorie est supprimée.")
        )
    form, errors = filled(CategoryForm, data)
    if form is None:
        return back(request, "/categories", next(iter(errors.values())), "warning")
    values = {key: value for key, value in form.model_dump().items() if value}
    change = checked(CategoryChange, values)
    return await _done(
        request, catalog.change_category(category_id, change), mark("La catégorie est enregistrée.")
    )


@router.post("/tags")
async def change_tags(request: Request, catalog: Catalog) -> Response:
    """Create a tag, rename one, or remove one: the button pressed says which."""
    data = await request.form()
    name, tag = str(data.get("name", "")).strip(), str(data.get("tag", ""))
    if data.get("remove") and tag:
        return await _done(request, catalog.delete_tag(tag), mark("L’étiquette est supprimée."))
    if not name:
        return back(request, "/categories", mark("Une étiquette a besoin d’un nom."), "warning")
    if tag:
        renamed = catalog.change_tag(tag, checked(TagChange, {"name": name}))
        return await _done(request, renamed, mark("L’étiquette est enregistrée."))
    return await _done(
        request, catalog.create_tag(checked(TagNew, {"name": name})), mark("L’étiquette est créée.")
    )


@router.get("/rails")
async def rails(request: Request, catalog: Catalog) -> Response:
    view = RailsView(
        rails=(await catalog.rails()).items,
        kinds=[kind.value for kind in RailKind],
        categories=(await catalog.categories(everything=True)).items,
    )
    return show(request, "pages/rails.html", view)


@router.post("/rails")
async def create_rail(request: Request, catalog: Catalog) -> Response:
    data = await request.form()
    values = {key: str(data.get(key, "")) for key in ("title_fr", "title_en", "kind", "reference")}
    try:
        new = checked(RailNew, values)
    except Mistyped:
        return back(request, "/rails", mark("Une rangée a besoin d’un titre."), "warning")
    return await _done(request, catalog.create_rail(new), mark("La rangée est créée."), "/rails")


@router.post("/rails/{rail_id}")
async def change_rail(request: Request, rail_id: UUID, catalog: Catalog) -> Response:
    """Move, hide, rename or remove a rail: the button pressed says which."""
    data = await request.form()
    deed = str(data.get("deed", "change"))
    if deed == "remove":
        removed = catalog.delete_rail(rail_id)
        return await _done(request, removed, mark("La rangée est supprimée."), "/rails")
    if deed in {"up", "down"}:
        ids = [rail.id for rail in (await catalog.rails()).items]
        moved = catalog.order_rails(_moved(ids, rail_id, -1 if deed == "up" else 1))
        return await _done(request, moved, mark("L’ordre est enregistré."), "/rails")
    values: dict[str, Any] = {"is_hidden": deed == "hide"} if deed in {"hide", "show"} else {
        key: str(data[key]) for key in ("title_fr", "title_en") if data.get(key)
    }  # fmt: skip
    changed = catalog.change_rail(rail_id, checked(RailChange, values))
    return await _done(request, changed, mark("La rangée est enregistrée."), "/rails")


def _moved(ids: list[UUID], one: UUID, step: int) -> list[UUID]:
    place = ids.index(one) if one in ids else 0
    other = min(max(place + step, 0), len(ids) - 1)
    ids[place], ids[other] = ids[other], ids[place]
    return ids


async def _done(request: Request, deed: Any, text: str, path: str = "/categories") -> Response:  # noqa: ANN401  (any client call)
    try:
        await deed
    except AppError as error:
        return refused(request, path, error)
    return back(request, path, text)
