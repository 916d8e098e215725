"""What films stand on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from catalog_service.models.table import Base, Table
from kit.contracts.catalog.shelves import RailKind


class Series(Table):
    """`collection_name` is the name that we and the library last agreed on."""

    __tablename__ = "series"

    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    synopsis: Mapped[str] = mapped_column(Text, default="")
    poster_id: Mapped[UUID | None] = mapped_column(ForeignKey("image.id"))
    backdrop_id: Mapped[UUID | None] = mapped_column(ForeignKey("image.id"))
    collection_guid: Mapped[str | None] = mapped_column(Text, unique=True)
    collection_name: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Season(Table):
    __tablename__ = "season"
    __table_args__ = (UniqueConstraint("series_id", "number"),)

    series_id: Mapped[UUID] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(Text, default="")


class Category(Table):
    __tablename__ = "category"

    slug: Mapped[str] = mapped_column(Text, unique=True)
    name_fr: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, default="")
    colour: Mapped[str] = mapped_column(Text)
    icon: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)


class Tag(Table):
    __tablename__ = "tag"

    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)


class FilmCategory(Base):
    __tablename__ = "film_category"

    film_id: Mapped[UUID] = mapped_column(
        ForeignKey("film.id", ondelete="CASCADE"), primary_key=True
    )
    category_id: Mapped[UUID] = mapped_column(
        ForeignKey("category.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class FilmTag(Base):
    __tablename__ = "film_tag"

    film_id: Mapped[UUID] = mapped_column(
        ForeignKey("film.id", ondelete="CASCADE"), primary_key=True
    )
    tag_id: Mapped[UUID] = mapped_column(
        ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Rail(Table):
    __tablename__ = "rail"

    slug: Mapped[str] = mapped_column(Text, unique=True)
    title_fr: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[RailKind] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int]
    length: Mapped[int]
    is_hidden: Mapped[bool]


class RailFilm(Base):
    __tablename__ = "rail_film"
    __table_args__ = (Index("ix_rail_film_film_id", "film_id"),)

    rail_id: Mapped[UUID] = mapped_column(
        ForeignKey("rail.id", ondelete="CASCADE"), primary_key=True
    )
    film_id: Mapped[UUID] = mapped_column(
        ForeignKey("film.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int]
