"""Films on the wire: for lists, and in full; and how lists are filtered."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from kit.contracts.catalog.words import (
    AccessLevel,
    Address,
    AgeRating,
    FilmStatus,
    Line,
    Seconds,
    Typed,
    VideoState,
)
from kit.pages import Page
from kit.schema import Schema


def _number(given: object) -> object:
    """Return digits as a number: that is how an address says it."""
    return int(given) if isinstance(given, str) and given.isascii() and given.isdigit() else given


MaxAge = Annotated[AgeRating, BeforeValidator(_number)]


class Picture(Schema):
    """A stored picture: `{path}/{width}.webp` at the catalogue, for each of `widths`.

    Browsers refuse the catalogue's port, so front-ends serve `/images/…` for them.
    """

    path: str
    widths: list[int]
    width: int
    height: int

    def address(self, width: int) -> str:
        """Return the path of the smallest file that is at least `width` wide."""
        enough = [each for each in self.widths if each >= width]
        return f"{self.path}/{enough[0] if enough else self.widths[-1]}.webp"


class CategoryRef(Schema):
    slug: str
    name_fr: str
    name_en: str
    colour: str = ""
    icon: str = ""


class TagRef(Schema):
    slug: str
    name: str


class EpisodeOf(Schema):
    """Where a film stands in its series."""

    id: UUID
    slug: str
    title: str
    season: int
    episode: int


class Credit(Schema):
    """`role` is free: director, cast, writer, music … ; `character` is for the cast."""

    role: Line
    name: Line
    character: Typed = ""


class Chapter(Schema):
    title: Line
    start_seconds: Seconds
    end_seconds: Seconds


class CaptionTrack(Schema):
    language: str
    label: str


class FilmCard(Schema):
    """A film as lists show it. `status` and `video_state` matter to admins only.

    `poster` falls back to the video's own thumbnail, then to null.
    """

    id: UUID
    slug: str
    title: str
    year: int | None
    duration_seconds: int | None
    access_level: AccessLevel
    price_amount: int | None
    currency: str | None
    status: FilmStatus
    video_state: VideoState
    video_guid: str | None
    poster: Picture | None
    backdrop: Picture | None
    categories: list[CategoryRef]
    series: EpisodeOf | None
    published_at: datetime | None
    updated_at: datetime
    age_rating: int | None = None


Films = Page[FilmCard]


class Film(FilmCard):
    """A film in full. Times are UTC, amounts in minor units of `currency`."""

    synopsis: str
    countries: list[str]
    languages: list[str]
    credits: list[Credit]
    tags: list[TagRef]
    captions: list[CaptionTrack]
    chapters: list[Chapter]
    trailer_guid: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    video_progress: int
    video_trouble: str | None
    created_at: datetime


class FilmQuery(Schema):
    """Filters of lists and search. Without `status` only films the public sees are listed.

    `status` (one, or `all`) needs `films:read`. `category`, `tag` and `series` are slugs.
    """

    status: Literal["all", "draft", "scheduled", "published", "withdrawn"] | None = None
    category: Typed | None = None
    tag: Typed | None = None
    series: Typed | None = None
    access_level: AccessLevel | None = None
    year: Annotated[int, Field(ge=0, le=9999)] | None = None
    year_from: Annotated[int, Field(ge=0, le=9999)] | None = None
    year_to: Annotated[int, Field(ge=0, le=9999)] | None = None
    country: Typed | None = None
    language: Typed | None = None
    duration: Literal["short", "medium", "long"] | None = Field(
        None, description="under 20 minutes, up to 60, longer"
    )
    video_guid: Address | None = None
    max_age: MaxAge | None = Field(
        None, description="only films rated for this age or less; a viewing profile's own applies"
    )
