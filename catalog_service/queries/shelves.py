"""Series, categories and tags, and what films have of them."""

# ruff: noqa: S608  (what is put into these statements are our own constants)

from collections.abc import Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models.films import Film
from catalog_service.models.shelves import (
    Category,
    FilmCategory,
    FilmTag,
    Season,
    Series,
    Tag,
)
from catalog_service.models.table import Table
from catalog_service.queries.films import SEEN, as_id
from catalog_service.rules.films import slug as slug_of
from kit.clock import now
from kit.contracts.catalog.errors import CategoryNotFound, SeriesNotFound, TagNotFound
from kit.db import new_id
from kit.errors import AppError

Shelf = TypeVar("Shelf", Series, Category, Tag)

_OF_AGE = "AND (CAST(:max_age AS smallint) IS NULL OR f.age_rating <= :max_age)"
LABELS = text("""
    SELECT 'c=' || slug, name_fr, coalesce(nullif(name_en, ''), name_fr) FROM category
    WHERE 'c=' || slug = ANY(CAST(:facets AS text[]))
    UNION ALL SELECT 't=' || slug, name, name FROM tag
    WHERE 't=' || slug = ANY(CAST(:facets AS text[]))
    UNION ALL SELECT 's=' || slug, title, title FROM series
    WHERE 's=' || slug = ANY(CAST(:facets AS text[]))
""")


async def series(session: AsyncSession, ref: str | UUID, *, lock: bool = False) -> Series:
    return await _one(session, Series, ref, SeriesNotFound, lock=lock)


async def season(session: AsyncSession, series_id: UUID, number: int) -> Season | None:
    wanted = (Season.series_id == series_id, Season.number == number)
    return await session.scalar(select(Season).where(*wanted))


async def seasons(session: AsyncSession, series_id: UUID) -> Sequence[Season]:
    statement = select(Season).where(Season.series_id == series_id).order_by(Season.number)
    return (await session.scalars(statement)).all()


async def make_season(session: AsyncSession, series_id: UUID, number: int) -> None:
    """Make that season unless it exists."""
    made = insert(Season).values(id=new_id(), series_id=series_id, number=number, title="")
    await session.execute(made.on_conflict_do_nothing())


async def next_episode(session: AsyncSession, series_id: UUID, number: int) -> int:
    found = await session.scalar(
        text("SELECT max(episode) FROM film WHERE series_id = :series AND season = :season"),
        {"series": series_id, "season": number},
    )
    return (found or 0) + 1


async def episode_holder(
    session: AsyncSession, series_id: UUID, number: int, episode: int
) -> UUID | None:
    place = (Film.series_id == series_id, Film.season == number, Film.episode == episode)
    return await session.scalar(select(Film.id).where(*place))


async def category_ids(session: AsyncSession, film_id: UUID) -> set[UUID]:
    chosen = select(FilmCategory.category_id).where(FilmCategory.film_id == film_id)
    return set(await session.scalars(chosen))


async def tag_ids(session: AsyncSession, film_id: UUID) -> set[UUID]:
    return set(await session.scalars(select(FilmTag.tag_id).where(FilmTag.film_id == film_id)))


async def episodes(
    session: AsyncSession, series_id: UUID, *, everything: bool, max_age: int | None
) -> Sequence[Any]:
    """Return (season, episode, synopsis, card) in order."""
    where = "" if everything else f"AND {SEEN}"
    rows = await session.execute(
        text(f"""SELECT f.season, f.episode, f.synopsis, f.card FROM film f
            WHERE f.series_id = :series {where} {_OF_AGE}
            ORDER BY f.season, f.episode LIMIT 2000"""),
        {"series": series_id, "max_age": max_age},
    )
    return rows.all()


async def series_cards(
    session: AsyncSession,
    *,
    everything: bool,
    max_age: int | None,
    after: Sequence[Any] | None,
    limit: int,
) -> Sequence[Any]:
    """Return series with their numbers of seasons and episodes, the last changed first."""
    joined = "true" if everything else SEEN
    having = "" if everything else "HAVING count(f.id) > 0"
    where = "WHERE (s.updated_at, s.id) < (:after, CAST(:after_id AS uuid))" if after else ""
    rows = await session.execute(
        text(f"""SELECT s.*, count(DISTINCT f.season) AS seasons, count(f.id) AS episodes
            FROM series s LEFT JOIN film f ON f.series_id = s.id AND {joined} {_OF_AGE} {where}
            GROUP BY s.id {having} ORDER BY s.updated_at DESC, s.id DESC LIMIT :limit"""),
        {
            "limit": limit,
            "max_age": max_age,
            **({"after": after[0], "after_id": after[1]} if after else {}),
        },
    )
    return rows.mappings().all()


async def category(session: AsyncSession, ref: str | UUID, *, lock: bool = False) -> Category:
    return await _one(session, Category, ref, CategoryNotFound, lock=lock)


async def categories(session: AsyncSession, slugs: Collection[str]) -> list[Category]:
    """Return the categories of these slugs, or raise CategoryNotFound naming the first missing."""
    if not slugs:
        return []
    found = list(await session.scalars(select(Category).where(Category.slug.in_(slugs))))
    missing = sorted(set(slugs) - {each.slug for each in found})
    if missing:
        raise CategoryNotFound(
            f"There is no category {missing[0]!r}; make it first.", missing=missing
        )
    return found


async def category_list(
    session: AsyncSession, *, everything: bool, after: Sequence[Any] | None, limit: int
) -> Sequence[Any]:
    joined = "true" if everything else SEEN
    where = "WHERE (c.position, c.slug) > (:position, :slug)" if after else ""
    rows = await session.execute(
        text(f"""SELECT c.*, count(f.id) AS films FROM category c
            LEFT JOIN film_category fc ON fc.category_id = c.id
            LEFT JOIN film f ON f.id = fc.film_id AND {joined} {where}
            GROUP BY c.id ORDER BY c.position, c.slug LIMIT :limit"""),
        {"limit": limit, **({"position": after[0], "slug": after[1]} if after else {})},
    )
    return rows.mappings().all()


async def has_categories(session: AsyncSession) -> bool:
    return bool(await session.scalar(text("SELECT EXISTS (SELECT 1 FROM category)")))


async def tag(session: AsyncSession, ref: str | UUID, *, lock: bool = False) -> Tag:
    return await _one(session, Tag, ref, TagNotFound, lock=lock)


async def tags(session: AsyncSession, names: Collection[str]) -> list[Tag]:
    """Return the tags of these names, making those that are new."""
    wanted = {slug_of(name, "tag"): name for name in names}
    if not wanted:
        return []
    new = [{"id": new_id(), "slug": slug, "name": wanted[slug]} for slug in sorted(wanted)]
    await session.execute(insert(Tag).values(new).on_conflict_do_nothing(index_elements=["slug"]))
    return list(await session.scalars(select(Tag).where(Tag.slug.in_(wanted))))


async def tag_list(
    session: AsyncSession, *, q: str, after: Sequence[Any] | None, limit: int
) -> Sequence[Any]:
    wheres = []
    given: dict[str, Any] = {"limit": limit}
    if q:
        wheres.append("strpos(t.slug, :q) > 0")
        given["q"] = slug_of(q, "-")
    if after:
        wheres.append("t.slug > :after")
        given["after"] = after[0]
    where = f"WHERE {' AND '.join(wheres)}" if wheres else ""
    rows = await session.execute(
        text(f"""SELECT t.*, (SELECT count(*) FROM film_tag ft WHERE ft.tag_id = t.id) AS films
            FROM tag t {where} ORDER BY t.slug LIMIT :limit"""),
        given,
    )
    return rows.mappings().all()


async def labels(session: AsyncSession, facets: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return the French and English names of facets that have some."""
    rows = await session.execute(LABELS, {"facets": list(facets)})
    return {name: (french, english) for name, french, english in rows}


async def put_categories(
    session: AsyncSession, film_ids: Collection[UUID], category_ids: Collection[UUID]
) -> None:
    """Add these categories to these films; those there already stay."""
    rows = [{"film_id": f, "category_id": c} for f in sorted(film_ids) for c in category_ids]
    if rows:
        await session.execute(insert(FilmCategory).on_conflict_do_nothing(), rows)


async def put_tags(
    session: AsyncSession, film_ids: Collection[UUID], tag_ids: Collection[UUID]
) -> None:
    rows = [{"film_id": f, "tag_id": t} for f in sorted(film_ids) for t in tag_ids]
    if rows:
        await session.execute(insert(FilmTag).on_conflict_do_nothing(), rows)


async def take_categories(
    session: AsyncSession, film_ids: Collection[UUID], slugs: Collection[str] | None = None
) -> None:
    """Take these categories (None: all) from these films."""
    statement = delete(FilmCategory).where(FilmCategory.film_id.in_(film_ids))
    if slugs is not None:
        chosen = select(Category.id).where(Category.slug.in_(slugs))
        statement = statement.where(FilmCategory.category_id.in_(chosen))
    await session.execute(statement)


async def take_tags(
    session: AsyncSession, film_ids: Collection[UUID], names: Collection[str] | None = None
) -> None:
    statement = delete(FilmTag).where(FilmTag.film_id.in_(film_ids))
    if names is not None:
        slugs = [slug_of(name, "tag") for name in names]
        chosen = select(Tag.id).where(Tag.slug.in_(slugs))
        statement = statement.where(FilmTag.tag_id.in_(chosen))
    await session.execute(statement)


async def films_on(session: AsyncSession, shelf: Series | Category | Tag) -> list[UUID]:
    """Return the films of a series, category or tag."""
    if isinstance(shelf, Series):
        statement = select(Film.id).where(Film.series_id == shelf.id)
    elif isinstance(shelf, Category):
        statement = select(FilmCategory.film_id).where(FilmCategory.category_id == shelf.id)
    else:
        statement = select(FilmTag.film_id).where(FilmTag.tag_id == shelf.id)
    return list(await session.scalars(statement))


async def taken_slugs(session: AsyncSession, kind: type[Table], slug: str) -> set[str]:
    """Return the slugs of that table that are `slug`, or `slug` and a number."""
    found = await session.scalars(
        text(f"""SELECT slug FROM {kind.__tablename__}
            WHERE slug = :slug OR slug ~ ('^' || :slug || '-[0-9]+$')"""),
        {"slug": slug},
    )
    return set(found)


async def _one(
    session: AsyncSession,
    kind: type[Shelf],
    ref: str | UUID,
    missing: type[AppError],
    *,
    lock: bool,
) -> Shelf:
    found_id = as_id(ref)
    if found_id is None and "\0" in str(ref):
        raise missing
    statement = select(kind).where(kind.id == found_id if found_id else kind.slug == ref)
    if lock:
        statement = statement.with_for_update()
    found = await session.scalar(statement)
    if found is None:
        raise missing
    return found


async def release_episodes(session: AsyncSession, series_id: UUID) -> None:
    """Let a series' episodes be films of their own."""
    await session.execute(
        update(Film)
        .where(Film.series_id == series_id)
        .values(series_id=None, season=None, episode=None, updated_at=now()),
        execution_options={"synchronize_session": False},
    )
