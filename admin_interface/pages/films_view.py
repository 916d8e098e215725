"""What the pages about films show, and how a film looks as a form."""

from typing import Any

from admin_interface.forms import FilmForm
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import Film, FilmCard
from kit.contracts.catalog.shelves import Category, SeriesCard
from kit.contracts.publisher.wishes import Announcement
from kit.i18n import Language
from kit.schema import Schema
from kit.site.credits import line

ACCESS_LEVELS = ("public", "vip", "ppv")
AGES = (0, 7, 10, 12, 16, 18)


class FilmsView(Schema):
    films: list[FilmCard]
    categories: list[Category]
    next: str
    q: str
    status: str
    access: str
    category: str
    is_later_page: bool


class FilmView(Schema):
    """`values` are what the fields hold: the film's, or what was just typed."""

    film: Film | None
    values: dict[str, Any]
    errors: dict[str, str] = {}
    trouble: str = ""
    categories: list[Category]
    series: list[SeriesCard]
    ages: list[tuple[str, str]]
    announcement: Announcement | None = None

    @property
    def is_new(self) -> bool:
        """Say whether people never saw the film."""
        return self.film is not None and self.film.published_at is None


async def film_view(
    catalog: CatalogClient, film: Film | None, say: Language, typed: dict[str, Any] | None = None
) -> FilmView:
    values = dict(EMPTY) if film is None else as_typed(film, say.code)
    return FilmView(
        film=film,
        values=values | (typed or {}),
        categories=(await catalog.categories(everything=True)).items,
        series=(await catalog.series_list(everything=True, limit=200)).items,
        ages=[("", say("Non classé")), *((str(age), rating(age, say)) for age in AGES)],
    )


EMPTY: dict[str, Any] = {
    name: "" for name in FilmForm.model_fields if name not in {"categories", "access_level"}
} | {"categories": [], "access_level": "public", "currency": "XOF"}


def as_typed(film: Film, language: str) -> dict[str, Any]:
    """Return a film as the fields of its form hold it, credits in that language."""
    values: dict[str, Any] = {
        name: _text(getattr(film, name, None))
        for name in FilmForm.model_fields
        if name not in {"series_id", "season", "episode"}
    }
    return values | {
        "access_level": film.access_level.value,
        "currency": film.currency or "XOF",
        "categories": [each.slug for each in film.categories],
        "tags": ", ".join(tag.name for tag in film.tags),
        "countries": ", ".join(film.countries),
        "languages": ", ".join(film.languages),
        "credits": "\n".join(line(credit, language) for credit in film.credits),
        "opens_at": f"{film.opens_at:%Y-%m-%dT%H:%M}" if film.opens_at else "",
        "closes_at": f"{film.closes_at:%Y-%m-%dT%H:%M}" if film.closes_at else "",
        "series_id": str(film.series.id) if film.series else "",
        "season": str(film.series.season) if film.series else "",
        "episode": str(film.series.episode) if film.series else "",
    }  # fmt: skip


def given(form: FilmForm) -> dict[str, Any]:
    """Return the form as the catalogue takes it: a price only where it means something."""
    values = form.model_dump()
    if form.access_level.value != "ppv":
        values["price_amount"] = values["currency"] = None
    elif form.price_amount is not None:
        values["currency"] = form.currency or "XOF"
    if not form.slug:
        del values["slug"]
    if not form.series_id:
        values["season"] = values["episode"] = None
    values["countries"] = [country.upper() for country in form.countries]
    values["languages"] = [language.lower() for language in form.languages]
    return values


def rating(age: int, say: Language) -> str:
    return say("%(age)s ans et plus", age=age) if age else say("Tout public")


def _text(value: object) -> str:
    return "" if value is None else str(value)
