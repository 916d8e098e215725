"""What films stand on: series, categories, tags and rails."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from kit.contracts.catalog.films import Film, FilmCard, Picture
from kit.contracts.catalog.words import (
    Colour,
    Guid,
    Icon,
    Line,
    Number,
    Paragraphs,
    Slug,
    Typed,
)
from kit.pages import Page
from kit.schema import Flag, Schema


class Category(Schema):
    """`films` counts what the public sees; for admins, all."""

    id: UUID
    slug: str
    name_fr: str
    name_en: str
    colour: str
    icon: str
    position: int
    films: int = 0


Categories = Page[Category]


class CategoryNew(Schema):
    name_fr: Line
    name_en: Typed = Field("", description="empty: as in French")
    slug: Slug | None = None
    colour: Colour = "#8a8f98"
    icon: Icon = ""
    position: Number = 0


class CategoryChange(Schema):
    name_fr: Line | None = None
    name_en: Typed | None = None
    slug: Slug | None = None
    colour: Colour | None = None
    icon: Icon | None = None
    position: Number | None = None


class Tag(Schema):
    id: UUID
    slug: str
    name: str
    films: int = 0


Tags = Page[Tag]


class TagNew(Schema):
    name: Line


class TagChange(Schema):
    name: Line


class SeriesCard(Schema):
    id: UUID
    slug: str
    title: str
    synopsis: str
    poster: Picture | None
    backdrop: Picture | None
    seasons: int
    episodes: int
    updated_at: datetime


SeriesList = Page[SeriesCard]


class Episode(Schema):
    number: int
    synopsis: str
    film: FilmCard


class Season(Schema):
    number: int
    title: str
    episodes: list[Episode]


class Series(Schema):
    """A series with its seasons in order; the public sees only the films it may see."""

    id: UUID
    slug: str
    title: str
    synopsis: str
    poster: Picture | None
    backdrop: Picture | None
    collection_guid: str | None
    seasons: list[Season]
    created_at: datetime
    updated_at: datetime


class SeriesNew(Schema):
    title: Line
    synopsis: Paragraphs = ""
    slug: Slug | None = None
    collection_guid: Guid | None = None


class SeriesChange(Schema):
    title: Line | None = None
    synopsis: Paragraphs | None = None
    slug: Slug | None = None
    collection_guid: Guid | None = None


class SeasonChange(Schema):
    """A season comes into being with its first episode, or by being named."""

    title: Typed


class RailKind(StrEnum):
    """A rail holds films chosen by hand, or those a rule finds; `reference` is the rule's slug."""

    manual = "manual"
    latest = "latest"
    category = "category"
    tag = "tag"
    series = "series"
    access_level = "access_level"
    hero = "hero"


class Rail(Schema):
    id: UUID
    slug: str
    title_fr: str
    title_en: str
    kind: RailKind
    reference: str
    position: int
    length: int
    is_hidden: bool
    film_ids: list[UUID] = Field([], description="for manual and hero rails, in order")


Rails = Page[Rail]
Length = Annotated[int, Field(strict=True, ge=1, le=60)]


class RailNew(Schema):
    title_fr: Line
    title_en: Typed = ""
    slug: Slug | None = None
    kind: RailKind = RailKind.manual
    reference: Typed = ""
    position: Number | None = Field(None, description="null: at the end")
    length: Length = 20
    is_hidden: Flag = False
    film_ids: Annotated[list[UUID], Field(max_length=60)] = Field([])


class RailChange(Schema):
    title_fr: Line | None = None
    title_en: Typed | None = None
    slug: Slug | None = None
    kind: RailKind | None = None
    reference: Typed | None = None
    position: Number | None = None
    length: Length | None = None
    is_hidden: Flag | None = None
    film_ids: Annotated[list[UUID], Field(max_length=60)] | None = None


class RailOrder(Schema):
    """All rails in their new order."""

    ids: Annotated[list[UUID], Field(max_length=200)]


class Shelf(Schema):
    """A rail with its films, as the home page shows it."""

    slug: str
    title_fr: str
    title_en: str
    kind: RailKind
    reference: str
    items: list[FilmCard]


class Home(Schema):
    """The whole home page in one answer; rails without films are left out."""

    hero: list[Film]
    rails: list[Shelf]
