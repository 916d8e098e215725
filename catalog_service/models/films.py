"""Films, their pictures, and what is derived from them for lists and search."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import BigInteger, Integer, SmallInteger, Text

from catalog_service.models.table import Base, Table
from kit.contracts.catalog.words import AccessLevel, FilmStatus, VideoState

SHOWN = text("status IN ('published', 'scheduled')")


class Image(Table):
    """An uploaded picture; its files are `images/{id}/{width}.webp` in the store."""

    __tablename__ = "image"

    widths: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime]


class Film(Table):
    """A film as its keepers know it.

    `agreed` holds the title, chapters and collection that we and the library last agreed on;
    `video_mark` is a digest of the video as last read. `card`, `sort_title`, `shown_from` and
    `shown_until` are derived (queries/derived.py); `origin` says who made the film.
    """

    __tablename__ = "film"
    __table_args__ = (
        ForeignKeyConstraint(
            ["series_id", "season"], ["season.series_id", "season.number"], name="fk_film_season"
        ),
        CheckConstraint("(series_id IS NULL) = (season IS NULL)", name="series_has_season"),
        CheckConstraint("(series_id IS NULL) = (episode IS NULL)", name="series_has_episode"),
        Index("uq_film_episode", "series_id", "season", "episode", unique=True),
        Index("ix_film_shown", text("published_at DESC"), text("id DESC"), postgresql_where=SHOWN),
        Index("ix_film_shown_title", "sort_title", "id", postgresql_where=SHOWN),
        Index(
            "ix_film_shown_year",
            text("coalesce(year, 0) DESC"),
            text("id DESC"),
            postgresql_where=SHOWN,
        ),
        Index(
            "ix_film_shown_seconds",
            text("coalesce(own_seconds, video_seconds, 0) DESC"),
            text("id DESC"),
            postgresql_where=SHOWN,
        ),
        Index("ix_film_title", "sort_title", "id"),
        Index("ix_film_updated", text("updated_at DESC"), text("id DESC")),
        Index("ix_film_uploaded", "video_uploaded_at", postgresql_where=text("video_guid <> ''")),
        Index("ix_film_opening", "opens_at", postgresql_where=text("status = 'scheduled'")),
        Index("ix_film_closing", "closes_at", postgresql_where=text("status = 'published'")),
        Index(
            "ix_film_unfinished",
            "video_read_at",
            postgresql_where=text("video_state IN ('waiting', 'processing', 'playable')"),
        ),
    )

    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    synopsis: Mapped[str] = mapped_column(Text, default="")
    year: Mapped[int | None]
    age_rating: Mapped[int | None] = mapped_column(SmallInteger)
    own_seconds: Mapped[int | None]
    countries: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    credits: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    chapters: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    poster_id: Mapped[UUID | None] = mapped_column(ForeignKey("image.id"))
    backdrop_id: Mapped[UUID | None] = mapped_column(ForeignKey("image.id"))
    trailer_guid: Mapped[str | None] = mapped_column(Text, index=True)
    access_level: Mapped[AccessLevel] = mapped_column(Text, default=AccessLevel.public)
    price_amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(Text)
    status: Mapped[FilmStatus] = mapped_column(Text, default=FilmStatus.draft)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey("series.id"), index=True)
    season: Mapped[int | None]
    episode: Mapped[int | None]
    origin: Mapped[str] = mapped_column(Text, default="admin")
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    video_guid: Mapped[str | None] = mapped_column(Text, unique=True)
    video_state: Mapped[VideoState] = mapped_column(Text, default=VideoState.none)
    video_progress: Mapped[int] = mapped_column(default=0)
    video_trouble: Mapped[str | None] = mapped_column(Text)
    video_seconds: Mapped[int | None]
    video_width: Mapped[int | None]
    video_height: Mapped[int | None]
    video_frame: Mapped[str | None] = mapped_column(Text)
    video_uploaded_at: Mapped[datetime | None]
    video_read_at: Mapped[datetime | None]
    video_mark: Mapped[str | None] = mapped_column(Text)
    captions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    agreed: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    sort_title: Mapped[str] = mapped_column(Text, default="")
    shown_from: Mapped[datetime | None]
    shown_until: Mapped[datetime | None]
    card: Mapped[str] = mapped_column(Text, default="{}", deferred=True)


class FilmSearch(Base):
    """One film as search sees it, apart from `film` so that neither is wider than it need be.

    `ordinal` counts films in the order they came; `words` holds the lexemes of its texts, of its
    `facets` ("c=raw", "y=2024", …) and of the blocks of films it belongs to (rules/search.py).
    """

    __tablename__ = "film_search"
    __table_args__ = (
        # Without fastupdate, since every search would read through the list of pending entries.
        Index(
            "ix_film_search_words",
            "words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        Index(
            "ix_film_search_facets",
            "facets",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
    )

    film_id: Mapped[UUID] = mapped_column(
        ForeignKey("film.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(BigInteger)
    words: Mapped[str] = mapped_column(TSVECTOR)
    facets: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sort_title: Mapped[str] = mapped_column(Text)
    year: Mapped[int | None]
    seconds: Mapped[int | None]
    published_at: Mapped[datetime | None]
    shown_from: Mapped[datetime | None]
    shown_until: Mapped[datetime | None]


class Word(Base):
    """A word that occurs in films: what a prefix may become, and what a typo may have meant."""

    __tablename__ = "word"
    __table_args__ = (
        Index(
            "ix_word_trigrams",
            "word",
            postgresql_using="gin",
            postgresql_ops={"word": "gin_trgm_ops"},
        ),
        Index("ix_word_prefix", "word", postgresql_ops={"word": "text_pattern_ops"}),
    )

    word: Mapped[str] = mapped_column(Text, primary_key=True)
    films: Mapped[int] = mapped_column(default=1)
