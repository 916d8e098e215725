"""Search on the wire."""

from pydantic import Field

from kit.contracts.catalog.films import FilmCard
from kit.schema import Schema


class FacetCount(Schema):
    """`value` is what the filter takes; `label` is for people, in both languages."""

    value: str
    label_fr: str
    label_en: str
    count: int


class Facets(Schema):
    """How many of the matches each choice would keep; counted over at most 1000 matches."""

    category: list[FacetCount] = Field([])
    tag: list[FacetCount] = Field([])
    series: list[FacetCount] = Field([])
    access_level: list[FacetCount] = Field([])
    year: list[FacetCount] = Field([])
    country: list[FacetCount] = Field([])
    language: list[FacetCount] = Field([])
    duration: list[FacetCount] = Field([])


class SearchResults(Schema):
    """`total` is exact up to 1000, and `is_more` says that there are more than that.

    `corrected` is what was searched for instead, when what was typed matches nothing.
    """

    items: list[FilmCard]
    next_cursor: str | None = None
    facets: Facets | None = None
    total: int = 0
    is_more: bool = False
    corrected: str | None = None
