"""All films: search, filters with counts, and the next page. It works without JavaScript."""

from collections.abc import Iterable
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BeforeValidator, StringConstraints

from kit.contracts.catalog.films import FilmQuery
from kit.contracts.catalog.search import FacetCount, SearchResults
from kit.contracts.catalog.words import AccessLevel
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.render import render
from public_interface.pages import cards
from public_interface.pages.cards import CardView
from public_interface.pages.home import Catalog

router = APIRouter()


def _or_nothing(value: object) -> object:
    """Take an empty text for nothing: that is how a form sends what was left out."""
    return None if value == "" else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Chosen = Annotated[Text | None, BeforeValidator(_or_nothing)]
Sort = Literal["relevance", "newest", "title", "year", "duration"]
SORTS: tuple[tuple[Sort, str], ...] = (
    ("newest", mark("Les plus récents")),
    ("title", mark("De A à Z")),
    ("year", mark("Par année")),
    ("duration", mark("Par durée")),
)
FILTERS = {
    "category": mark("Catégorie"),
    "access": mark("Accès"),
    "duration": mark("Durée"),
    "country": mark("Pays"),
    "language": mark("Langue"),
    "year": mark("Année"),
}
HIDDEN = {"tag": mark("Thème"), "series": mark("Série")}


class Wish(Schema):
    """What the address asks for; every part may be left out."""

    q: Text = ""
    category: Chosen = None
    access: Annotated[AccessLevel | None, BeforeValidator(_or_nothing)] = None
    duration: Annotated[Literal["short", "medium", "long"] | None, BeforeValidator(_or_nothing)] = (
        None
    )
    country: Chosen = None
    language: Chosen = None
    year: Annotated[int | None, BeforeValidator(_or_nothing)] = None
    tag: Chosen = None
    series: Chosen = None
    sort: Annotated[Sort | None, BeforeValidator(_or_nothing)] = None
    cursor: Chosen = None


class FilterView(Schema):
    name: str
    words: str
    value: str
    options: list[tuple[str, str]]


class ChosenView(Schema):
    """A filter that is on, and the address without it."""

    words: str
    href: str


class BrowseView(Schema):
    heading: str
    q: str
    filters: list[FilterView]
    sorts: list[tuple[str, str]]
    sort: str
    hidden: list[tuple[str, str]]
    chosen: list[ChosenView]
    count: str
    corrected: str
    cards: list[CardView]
    next_href: str
    first_href: str
    is_plain: bool
    """Nothing is asked for: the page of all films."""


@router.get("/films")
async def browse(
    request: Request, catalog: Catalog, wish: Annotated[Wish, Query()], fragment: str = ""
) -> HTMLResponse:
    found = await catalog.search(
        wish.q,
        _query(wish),
        sort=wish.sort or ("relevance" if wish.q else "newest"),
        cursor=wish.cursor,
        limit=36,
    )
    words: Language = request.app.state.site.language(request)
    view = _view(wish, found, words, thrifty=choices(request).is_thrifty)
    template = "fragments/browse_results.html" if fragment else "pages/browse.html"
    return render(request, template, view)


def _query(wish: Wish) -> FilmQuery:
    return FilmQuery(
        category=wish.category,
        tag=wish.tag,
        series=wish.series,
        access_level=wish.access,
        year=wish.year,
        country=wish.country,
        language=wish.language,
        duration=wish.duration,
    )


def _view(wish: Wish, found: SearchResults, words: Language, *, thrifty: bool) -> BrowseView:
    counts = _counts(found)
    filters = [_filter(name, label, wish, counts, words) for name, label in FILTERS.items()]
    chosen = [_chosen(each, wish) for each in filters if each.value]
    chosen += [
        ChosenView(words=f"{words(label)} : {getattr(wish, name)}", href=_address(wish, name))
        for name, label in HIDDEN.items()
        if getattr(wish, name)
    ]
    total = words.plural("%(num)s film", "%(num)s films", found.total)
    return BrowseView(
        heading=words("Recherche") if wish.q else words("Films"),
        q=wish.q,
        filters=[each for each in filters if len(each.options) > 1 or each.value],
        sorts=[(value, words(label)) for value, label in SORTS],
        sort=wish.sort or "",
        hidden=[(name, str(getattr(wish, name))) for name in HIDDEN if getattr(wish, name)],
        chosen=chosen,
        count=words("plus de %(count)s", count=total) if found.is_more else total,
        corrected=found.corrected or "",
        cards=[cards.film_card(film, words, thrifty=thrifty) for film in found.items],
        next_href=_address(wish, cursor=found.next_cursor) if found.next_cursor else "",
        first_href=_address(wish, "cursor") if wish.cursor else "",
        is_plain=not wish.q and not chosen,
    )


def _counts(found: SearchResults) -> dict[str, list[FacetCount]]:
    if found.facets is None:
        return {}
    facets = dict(found.facets)
    return {**facets, "access": facets["access_level"]}


def _filter(
    name: str,
    label: str,
    wish: Wish,
    counts: dict[str, list[FacetCount]],
    words: Language,
) -> FilterView:
    value = str(getattr(wish, name) or "")
    options = [
        (each.value, f"{_name(name, each, words)} ({words.number(each.count)})")
        for each in counts.get(name, ())
    ]
    if value and value not in dict(options):
        options.insert(0, (value, value))
    return FilterView(name=name, words=words(label), value=value, options=options)


def _name(name: str, found: FacetCount, words: Language) -> str:
    if name == "country":
        return words.country(found.value)
    if name == "language":
        return words.tongue(found.value).capitalize()
    return cards.either(found.label_fr, found.label_en, words)


def _chosen(each: FilterView, wish: Wish) -> ChosenView:
    label = dict(each.options)[each.value].rpartition(" (")[0] or each.value
    return ChosenView(words=label, href=_address(wish, each.name))


def _address(wish: Wish, *left_out: str, **more: str) -> str:
    """Return this page's address without some of its parts, from the first page on."""
    kept = wish.model_dump(mode="json", exclude_none=True, exclude={"cursor", *left_out})
    pairs: Iterable[tuple[str, object]] = ((k, v) for k, v in {**kept, **more}.items() if v != "")
    query = urlencode(list(pairs))
    return f"/films?{query}" if query else "/films"
