"""Films: the table, one film's form, and changes to many at once."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.actions import announcing
from admin_interface.forms import (
    BulkForm,
    FilmForm,
    Mistyped,
    PublicationForm,
    checked,
    filled,
    many,
)
from admin_interface.pages.desk import back, show, words
from admin_interface.pages.films_view import FilmsView, FilmView, film_view, given
from admin_interface.pages.staff import acting
from kit.contracts.catalog.changes import BulkChange, FilmChange, FilmNew, Publication
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import Film, FilmQuery
from kit.contracts.gateway import GatewayClient
from kit.contracts.publisher.client import PublisherClient
from kit.errors import AppError
from kit.i18n import mark

router = APIRouter()
Catalog = Annotated[CatalogClient, acting(CatalogClient)]
Gateway = Annotated[GatewayClient, acting(GatewayClient)]
Publisher = Annotated[PublisherClient, acting(PublisherClient)]
STATUSES = ("draft", "scheduled", "published", "withdrawn")

SAYINGS = {
    "Mistyped": mark("Une des valeurs n’est pas acceptée ; corrigez-la, puis recommencez."),
    "SlugTaken": mark("Un autre film a déjà cette adresse."),
    "VideoTaken": mark("Un autre film montre déjà cette vidéo."),
    "EpisodeTaken": mark("Cette saison a déjà un épisode de ce numéro."),
    "PriceMissing": mark("Un film à la séance a besoin d’un prix."),
    "WindowClosesFirst": mark("La fermeture doit venir après l’ouverture."),
    "OpeningMissing": mark("Un film programmé a besoin d’une date d’ouverture."),
    "NotYetPlayable": mark("La vidéo n’est pas encore prête."),
    "NotAPicture": mark("Ce fichier n’est pas une image lisible (JPEG, PNG ou WebP)."),
    "TooLarge": mark("Cette image est trop lourde."),
    "Forbidden": mark("Votre rôle ne permet pas cela."),
}
UNTOLD = mark("Le film est à l’affiche, mais l’annonce n’est pas partie : réessayez plus bas.")
OTHERWISE = mark("Le catalogue a refusé : %(why)s")


@router.get("/films")
async def films(
    request: Request,
    catalog: Catalog,
    q: str = "",
    status: str = "all",
    access: str = "",
    category: str = "",
    cursor: str | None = None,
) -> Response:
    filters = checked(
        FilmQuery,
        {
            "status": status if status in STATUSES else "all",
            "access_level": access or None,
            "category": category or None,
        },
    )
    if q.strip():
        found = await catalog.search(q, filters, facets=False, cursor=cursor, limit=50)
        items, next_cursor = found.items, found.next_cursor
    else:
        page = await catalog.films(filters, sort="updated", cursor=cursor, limit=50)
        items, next_cursor = page.items, page.next_cursor
    view = FilmsView(
        films=items,
        categories=(await catalog.categories(everything=True)).items,
        next=str(request.url.include_query_params(cursor=next_cursor)) if next_cursor else "",
        q=q,
        status=status,
        access=access,
        category=category,
        is_later_page=cursor is not None,
    )
    return show(request, "pages/films.html", view)


@router.post("/films/bulk")
async def bulk(request: Request, catalog: Catalog) -> Response:
    """Apply one change to the films that are ticked."""
    data = many((await request.form()).multi_items(), "ids", "add_categories", "remove_categories")
    deed = str(data.get("deed", "change"))
    form, errors = filled(BulkForm, data)
    if form is None:
        text = mark("Cochez au moins un film.") if "ids" in errors else next(iter(errors.values()))
        return back(request, "/films", text, "warning")
    try:
        if deed in {"publish", "withdraw"}:
            return await _move_all(request, catalog, form.ids, deed)
        change = _bulk_change(form)
        result = await catalog.change_films(change)
    except AppError as error:
        return refused(request, "/films", error)
    return back(request, "/films", mark("%(count)s films changés."), count=result.changed)


async def _move_all(
    request: Request, catalog: CatalogClient, ids: list[UUID], deed: str
) -> Response:
    done, trouble = 0, ""
    for film in ids:
        try:
            await (catalog.publish_film(film) if deed == "publish" else catalog.withdraw_film(film))
            done += 1
        except AppError as error:
            trouble = saying(request, error)
    if trouble:
        text = mark("%(count)s films changés ; les autres non : %(why)s")
        return back(request, "/films", text, "warning", count=done, why=trouble)
    return back(request, "/films", mark("%(count)s films changés."), count=done)


def _bulk_change(form: BulkForm) -> BulkChange:
    values: dict[str, Any] = form.model_dump(exclude_none=True)
    if form.price_amount is not None:
        values["currency"] = "XOF"
    return checked(BulkChange, values)


@router.get("/films/new")
async def new_film(request: Request, catalog: Catalog) -> Response:
    return show(request, "pages/film.html", await film_view(catalog, None, words(request)))


@router.post("/films/new")
async def create_film(request: Request, catalog: Catalog) -> Response:
    form, view = await _typed(request, catalog, None)
    if form is None:
        return show(request, "pages/film.html", view, 422)
    try:
        film = await catalog.create_film(checked(FilmNew, given(form)))
    except AppError as error:
        return show(request, "pages/film.html", _refused(request, view, error), error.status)
    return back(request, f"/films/{film.id}", mark("Le film est créé, en brouillon."))


@router.get("/films/{film_id}")
async def film_page(
    request: Request, film_id: UUID, catalog: Catalog, publisher: Publisher
) -> Response:
    film = await catalog.film(film_id, everything=True)
    view = await film_view(catalog, film, words(request))
    announcement = await announcing.announcement(publisher, film_id)
    return show(request, "pages/film.html", view.model_copy(update={"announcement": announcement}))


@router.post("/films/{film_id}")
async def change_film(request: Request, film_id: UUID, catalog: Catalog) -> Response:
    film = await catalog.film(film_id, everything=True)
    form, view = await _typed(request, catalog, film)
    if form is None:
        return show(request, "pages/film.html", view, 422)
    try:
        await catalog.change_film(film_id, checked(FilmChange, given(form)))
    except AppError as error:
        return show(request, "pages/film.html", _refused(request, view, error), error.status)
    return back(request, f"/films/{film_id}", mark("Le film est enregistré."))


@router.post("/films/{film_id}/publication")
async def publish(request: Request, film_id: UUID, catalog: Catalog, gateway: Gateway) -> Response:
    here = f"/films/{film_id}"
    form = checked(PublicationForm, dict(await request.form()))
    try:
        if form.withdraw:
            await catalog.withdraw_film(film_id)
            return back(request, here, mark("Le film n’est plus à l’affiche."))
        film = await catalog.publish_film(film_id, Publication())
    except AppError as error:
        return refused(request, here, error)
    if form.announce and not await announcing.ask(gateway, film):
        return back(request, here, UNTOLD, "warning")
    if film.status.value == "scheduled":
        return back(request, here, mark("Le film est programmé."))
    return back(request, here, mark("Le film est à l’affiche."))


@router.post("/films/{film_id}/announcement")
async def announce(request: Request, film_id: UUID, catalog: Catalog, gateway: Gateway) -> Response:
    """Have the followers told of a film that went online without a word."""
    film = await catalog.film(film_id, everything=True)
    here = f"/films/{film_id}"
    if not await announcing.ask(gateway, film):
        return back(request, here, mark("L’orchestre des tâches ne répond pas."), "warning")
    return back(request, here, mark("L’annonce part ; son chemin se suit dans les tâches."))


@router.post("/films/{film_id}/pictures/{kind}")
async def picture(request: Request, film_id: UUID, kind: str, catalog: Catalog) -> Response:
    """Set or remove the poster or the backdrop."""
    here = f"/films/{film_id}"
    data = await request.form()
    file = data.get("picture")
    try:
        if data.get("remove"):
            await (catalog.delete_poster if kind == "poster" else catalog.delete_backdrop)(film_id)
            return back(request, here, mark("L’image est retirée."))
        content = b"" if file is None or isinstance(file, str) else await file.read()
        if not content:
            return back(request, here, mark("Choisissez d’abord une image."), "warning")
        await (catalog.set_poster if kind == "poster" else catalog.set_backdrop)(film_id, content)
    except AppError as error:
        return refused(request, here, error)
    return back(request, here, mark("L’image est enregistrée."))


@router.post("/films/{film_id}/refresh")
async def refresh(request: Request, film_id: UUID, catalog: Catalog) -> Response:
    here = f"/films/{film_id}"
    try:
        await catalog.refresh_video(film_id)
    except AppError as error:
        return refused(request, here, error)
    return back(request, here, mark("La vidéo a été relue dans la vidéothèque."))


@router.post("/films/{film_id}/deletion")
async def delete_film(request: Request, film_id: UUID, catalog: Catalog) -> Response:
    """Delete the film from the catalogue; its title must be typed first."""
    film = await catalog.film(film_id, everything=True)
    typed = str((await request.form()).get("title", "")).strip().casefold()
    if typed != film.title.strip().casefold():
        text = mark("Pour supprimer, tapez le titre exact du film.")
        return back(request, f"/films/{film_id}", text, "warning")
    await catalog.delete_film(film_id)
    return back(request, "/films", mark("Le film est supprimé ; sa vidéo reste en vidéothèque."))


async def _typed(
    request: Request, catalog: CatalogClient, film: Film | None
) -> tuple[FilmForm | None, FilmView]:
    """Return the form when it is right, and the page that shows it again."""
    data = many((await request.form()).multi_items(), "categories")
    form, errors = filled(FilmForm, data)
    say = words(request)
    view = await film_view(catalog, film, say, typed=data)
    said = {field: say(text) for field, text in errors.items()}
    return form, view.model_copy(update={"errors": said})


def _refused(request: Request, view: FilmView, error: AppError) -> FilmView:
    """Return the page with what was wrong, beside its field where that is known."""
    if isinstance(error, Mistyped):
        say = words(request)
        errors = {field: say(text) for field, text in error.fields.items()}
        return view.model_copy(update={"errors": errors})
    return view.model_copy(update={"trouble": saying(request, error)})


def saying(request: Request, error: AppError) -> str:
    """Return why the catalogue refused, in the language of the page."""
    say = words(request)
    found = SAYINGS.get(type(error).__name__)
    return say(found) if found else say(OTHERWISE, why=error.detail)


def refused(request: Request, path: str, error: AppError) -> Response:
    found = SAYINGS.get(type(error).__name__)
    if found:
        return back(request, path, found, "danger")
    return back(request, path, OTHERWISE, "danger", why=error.detail)
