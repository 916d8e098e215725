"""Films as the portal's lists show them: views made of the catalogue's words."""

from collections.abc import Iterable

from kit.contracts.catalog.films import Film, FilmCard, Picture
from kit.contracts.catalog.shelves import SeriesCard, Shelf
from kit.i18n import Language
from kit.schema import Schema

ENOUGH_FOR_POSTERS = 700
ENOUGH_FOR_STILLS = 2000


class PictureView(Schema):
    src: str
    srcset: str
    width: int
    height: int


class CardView(Schema):
    """`note` is what stands under the title: year and length, or how many episodes."""

    href: str
    title: str
    note: str
    picture: PictureView | None
    access: str
    price: str = ""
    age: int | None = None


class RailView(Schema):
    title: str
    href: str
    cards: list[CardView]


def picture(found: Picture | None, most: int, *, thrifty: bool = False) -> PictureView | None:
    """Return the sizes of a picture up to `most` wide; the smallest alone to save data."""
    if found is None or not found.widths:
        return None
    widths = [width for width in found.widths if width <= most] or found.widths[:1]
    if thrifty:
        widths = widths[:1]
    middle = widths[len(widths) // 2]
    return PictureView(
        src=found.address(middle),
        srcset=", ".join(f"{found.address(width)} {width}w" for width in widths),
        width=found.width,
        height=found.height,
    )


def film_card(film: FilmCard, words: Language, *, thrifty: bool = False) -> CardView:
    facts = [str(film.year or ""), length(film, words)]
    if film.series:
        facts = [film.series.title]
    return CardView(
        href=f"/films/{film.slug}",
        title=film.title,
        note=" · ".join(fact for fact in facts if fact),
        picture=picture(film.poster, ENOUGH_FOR_POSTERS, thrifty=thrifty),
        access=film.access_level,
        price=price(film, words),
        age=film.age_rating,
    )


def series_card(series: SeriesCard, words: Language, *, thrifty: bool = False) -> CardView:
    return CardView(
        href=f"/series/{series.slug}",
        title=series.title,
        note=words.plural("%(num)s épisode", "%(num)s épisodes", series.episodes),
        picture=picture(series.poster, ENOUGH_FOR_POSTERS, thrifty=thrifty),
        access="",
    )


def rail(shelf: Shelf, words: Language, *, thrifty: bool = False) -> RailView:
    return RailView(
        title=either(shelf.title_fr, shelf.title_en, words),
        href=_whole(shelf),
        cards=[film_card(film, words, thrifty=thrifty) for film in shelf.items],
    )


def either(french: str, english: str, words: Language) -> str:
    return english if words.code == "en" and english else french


def price(film: FilmCard, words: Language) -> str:
    if film.price_amount is None or film.currency is None:
        return ""
    return words.money(film.price_amount, film.currency)


def length(film: FilmCard, words: Language) -> str:
    return words.duration(film.duration_seconds) if film.duration_seconds else ""


def facts(film: Film, words: Language) -> list[str]:
    """Return the facts of a film, for its one line."""
    return [
        str(film.year or ""),
        _some(words.country(code) for code in film.countries),
        length(film, words),
        _some(words.tongue(code) for code in film.languages),
    ]


def _some(names: Iterable[str], most: int = 3) -> str:
    return ", ".join(list(names)[:most])


def _whole(shelf: Shelf) -> str:
    """Return where all of a rail's films are listed, when there is such a list."""
    if shelf.kind == "latest":
        return "/films?sort=newest"
    if shelf.kind == "series":
        return f"/series/{shelf.reference}"
    if shelf.kind in {"category", "tag"}:
        return f"/films?{shelf.kind}={shelf.reference}"
    if shelf.kind == "access_level":
        return f"/films?access={shelf.reference}"
    return ""
