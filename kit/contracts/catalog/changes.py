"""Films new and changed, one or many at once."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from kit.contracts.catalog.films import Chapter, Credit
from kit.contracts.catalog.words import (
    AccessLevel,
    AgeRating,
    Amount,
    Country,
    Currency,
    Guid,
    Language,
    Line,
    Number,
    Paragraphs,
    Seconds,
    Slug,
    Year,
)
from kit.schema import Schema

Countries = Annotated[list[Country], Field(max_length=30)]
Languages = Annotated[list[Language], Field(max_length=30)]
Credits = Annotated[list[Credit], Field(max_length=300)]
Chapters = Annotated[list[Chapter], Field(max_length=500)]
Slugs = Annotated[list[Slug], Field(max_length=50)]
TagNames = Annotated[list[Line], Field(max_length=100, description="names; new ones are made")]
Ids = Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class FilmFields(Schema):
    year: Year | None = None
    age_rating: AgeRating | None = Field(None, description="from which age on; null: not rated")
    duration_seconds: Seconds | None = Field(None, description="null: take the video's own")
    price_amount: Amount | None = None
    currency: Currency | None = None
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    video_guid: Guid | None = None
    trailer_guid: Guid | None = None
    series_id: UUID | None = None
    season: Number | None = Field(None, description="1 when there is a series and nothing is said")
    episode: Number | None = Field(None, description="the next one when nothing is said")


class FilmNew(FilmFields):
    """A new film is a draft. Without a slug it gets one made from its title."""

    title: Line
    slug: Slug | None = None
    synopsis: Paragraphs = ""
    countries: Countries = Field([])
    languages: Languages = Field([])
    credits: Credits = Field([])
    access_level: AccessLevel = AccessLevel.public
    chapters: Chapters = Field([])
    categories: Slugs = Field([])
    tags: TagNames = Field([])


class FilmChange(FilmFields):
    """What is left out stays as it is; null empties what may be empty."""

    title: Line | None = None
    slug: Slug | None = None
    synopsis: Paragraphs | None = None
    countries: Countries | None = None
    languages: Languages | None = None
    credits: Credits | None = None
    access_level: AccessLevel | None = None
    chapters: Chapters | None = None
    categories: Slugs | None = None
    tags: TagNames | None = None


class Publication(Schema):
    """Publish now, or (with `opens_at` in the future) let the clock do it. Null: as it was."""

    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None


class BulkChange(Schema):
    """One change to many films at once; unknown ids are answered in `missing`."""

    ids: Ids
    add_categories: Slugs = Field([])
    remove_categories: Slugs = Field([])
    add_tags: TagNames = Field([])
    remove_tags: TagNames = Field([])
    access_level: AccessLevel | None = None
    price_amount: Amount | None = None
    currency: Currency | None = None


class BulkResult(Schema):
    changed: int
    missing: list[UUID]


class ImportProblem(Schema):
    """What is wrong in a line of the file; the header is line 1."""

    line: int
    column: str
    detail: str


class ImportReport(Schema):
    """What an import did, or in a dry run would do. With problems, nothing is written."""

    dry_run: bool
    created: int
    changed: int
    unchanged: int
    problems: list[ImportProblem]
