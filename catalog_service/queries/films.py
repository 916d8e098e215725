"""Films: one, by id or slug; and lists, whose cards leave as they are stored."""

# ruff: noqa: S608  (what is put into these statements are our own constants)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models.films import Film, Image
from catalog_service.rules.search import facets
from kit.contracts.catalog.errors import FilmNotFound
from kit.contracts.catalog.films import FilmQuery
from kit.pages import BadCursor, Value, decode_cursor, encode_cursor

SEEN = "f.status IN ('published', 'scheduled') AND f.shown_from <= now() AND f.shown_until > now()"

# The columns each order goes by, and the direction; the id settles the rest.
ORDERS = {
    "newest": ("f.published_at", "DESC", datetime),
    "made": (None, "DESC", None),
    "title": ("f.sort_title", "ASC", str),
    "year": ("coalesce(f.year, 0)", "DESC", int),
    "duration": ("coalesce(f.own_seconds, f.video_seconds, 0)", "DESC", int),
    "updated": ("f.updated_at", "DESC", datetime),
}

MORE = text("""
    SELECT f.card, jsonb_build_object(
        'synopsis', f.synopsis, 'countries', f.countries, 'languages', f.languages,
        'credits', f.credits, 'captions', f.captions, 'chapters', f.chapters,
        'trailer_guid', f.trailer_guid, 'opens_at', f.opens_at, 'closes_at', f.closes_at,
        'video_progress', f.video_progress, 'video_trouble', f.video_trouble,
        'created_at', f.created_at,
        'tags', (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', t.slug, 'name', t.name)
                 ORDER BY t.slug), '[]'::jsonb)
                 FROM film_tag ft JOIN tag t ON t.id = ft.tag_id WHERE ft.film_id = f.id))::text
    FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS asked (id, place)
    JOIN film f ON f.id = asked.id ORDER BY asked.place
""")


async def film(session: AsyncSession, ref: str | UUID, *, lock: bool = False) -> Film:
    """Return the film of that id or slug, or raise FilmNotFound."""
    found = await film_or_none(session, ref, lock=lock)
    if found is None:
        raise FilmNotFound
    return found


async def film_or_none(
    session: AsyncSession, ref: str | UUID, *, lock: bool = False
) -> Film | None:
    film_id = as_id(ref)
    if film_id is None and "\0" in str(ref):
        return None
    statement = select(Film).where(Film.id == film_id if film_id else Film.slug == ref)
    if lock:
        statement = statement.with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=lock))


def as_id(ref: str | UUID) -> UUID | None:
    if isinstance(ref, UUID):
        return ref
    try:
        return UUID(ref) if len(ref) == 36 else None
    except ValueError:
        return None


async def film_by_video(session: AsyncSession, guid: str, *, lock: bool = False) -> Film | None:
    statement = select(Film).where(Film.video_guid == guid)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def film_by_key(session: AsyncSession, key: str) -> Film | None:
    return await session.scalar(select(Film).where(Film.key == key))


async def lock_videos(session: AsyncSession, guids: Sequence[str]) -> None:
    """Make others who would bring films to these videos wait until this transaction ends."""
    statement = text(
        "SELECT pg_advisory_xact_lock(hashtextextended(g, 5061)) FROM unnest(CAST(:g AS text[])) g"
    )
    await session.execute(statement, {"g": sorted(guids)})


async def lock_slugs(session: AsyncSession) -> None:
    """Make others who would choose a slug for a film wait until this transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(5061)"))


async def films_for_update(session: AsyncSession, ids: Sequence[UUID]) -> list[Film]:
    """Return these films, locked in one order so that two callers never wait for each other."""
    statement = select(Film).where(Film.id.in_(ids)).order_by(Film.id).with_for_update()
    return list(await session.scalars(statement))


async def image(session: AsyncSession, image_id: UUID) -> Image | None:
    return await session.get(Image, image_id)


async def json(session: AsyncSession, ids: Sequence[UUID]) -> list[bytes]:
    """Return these films in full, encoded, in this order; unknown ones are left out."""
    rows = await session.execute(MORE, {"ids": list(ids)})
    return [f"{card[:-1]}, {more[1:]}".encode() for card, more in rows]


@dataclass(frozen=True)
class Listing:
    """A statement for a page of cards, and how to read where the next page begins."""

    sql: str
    given: dict[str, Any]
    order: str
    limit: int

    def page(self, rows: Sequence[Any]) -> bytes:
        """Return the encoded page; rows are (card, id, value of the order)."""
        shown = rows[: self.limit]
        cursor = b"null"
        if len(rows) > self.limit:
            cursor = b'"%s"' % _cursor(self.order, shown[-1]).encode()
        items = ",".join(row[0] for row in shown).encode()
        return b'{"items":[%s],"next_cursor":%s}' % (items, cursor)


def listing(filters: FilmQuery, sort: str, cursor: str | None, limit: int) -> Listing:
    """Return the statement for a page of films; raise BadCursor.

    `newest` of what the public sees goes by publication, of what admins see by creation.
    """
    order = "made" if sort == "newest" and filters.status else sort
    column, direction, kind = ORDERS[order]
    wheres, given = _wheres(filters)
    if cursor:
        wheres.append(_after(column, direction))
        given |= _position(cursor, order, kind)
    joins = "JOIN film_search s ON s.film_id = f.id" if "facets" in given else ""
    by = f"{column} {direction}, f.id {direction}" if column else f"f.id {direction}"
    sql = f"""SELECT f.card, f.id, {column or "NULL"} FROM film f {joins}
        WHERE {" AND ".join(wheres) or "true"} ORDER BY {by} LIMIT :limit"""
    return Listing(sql, given | {"limit": limit + 1}, order, limit)


def _wheres(filters: FilmQuery) -> tuple[list[str], dict[str, Any]]:
    wheres: list[str] = [] if filters.status else [SEEN]
    given: dict[str, Any] = {}
    lexemes = facets(filters)
    if filters.status and filters.status != "all":
        lexemes.remove(f"st={filters.status}")
        wheres.append("f.status = :status")
        given["status"] = filters.status
    if lexemes:
        wheres.append("s.facets @> CAST(:facets AS text[])")
        given["facets"] = lexemes
    for name, condition in (
        ("year_from", "f.year >= :year_from"),
        ("year_to", "f.year <= :year_to"),
        ("video_guid", "f.video_guid = :video_guid"),
    ):
        if (value := getattr(filters, name)) is not None:
            wheres.append(condition)
            given[name] = value
    return wheres, given


def _after(column: str | None, direction: str) -> str:
    sign = "<" if direction == "DESC" else ">"
    if column is None:
        return f"f.id {sign} CAST(:after_id AS uuid)"
    return f"({column}, f.id) {sign} (:after, CAST(:after_id AS uuid))"


def _cursor(order: str, row: Any) -> str:  # noqa: ANN401  (a row of an order's own columns)
    value: Value = row[2].isoformat() if isinstance(row[2], datetime) else row[2]
    return encode_cursor(order, value, str(row[1]))


def _position(cursor: str, order: str, kind: type | None) -> dict[str, Any]:
    named, value, film_id = decode_cursor(cursor, 3)
    if named != order or as_id(str(film_id)) is None:
        raise BadCursor
    if kind is None:
        return {"after_id": str(film_id)}
    return {"after": as_kind(value, kind), "after_id": str(film_id)}


def as_kind(value: Value, kind: type) -> Any:  # noqa: ANN401  (as the column is)
    """Return a cursor's value as its column has it; raise BadCursor."""
    if kind is datetime and isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError as error:
            raise BadCursor from error
        if found.tzinfo is None:
            raise BadCursor
        return found
    if not isinstance(value, kind) or (isinstance(value, str) and "\0" in value):
        raise BadCursor
    if isinstance(value, int) and abs(value) > 2**31 - 1:
        raise BadCursor
    return value


async def page(session: AsyncSession, listing: Listing) -> bytes:
    """Return that page, encoded."""
    rows = await session.execute(text(listing.sql), listing.given)
    return listing.page(rows.all())


async def delete_image(session: AsyncSession, image_id: UUID) -> None:
    await session.execute(delete(Image).where(Image.id == image_id))


async def images(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Image]:
    if not ids:
        return []
    return (await session.scalars(select(Image).where(Image.id.in_(ids)))).all()


async def newest(session: AsyncSession, limit: int, max_age: int | None = None) -> list[UUID]:
    asked = listing(FilmQuery.model_validate({"max_age": max_age}), "newest", None, limit - 1)
    rows = await session.execute(text(asked.sql), asked.given)
    return [row.id for row in rows]


TABLE = """
    SELECT f.*, f.own_seconds AS duration_seconds, s.slug AS series,
        array(SELECT c.slug FROM film_category fc JOIN category c ON c.id = fc.category_id
              WHERE fc.film_id = f.id ORDER BY c.position, c.slug) AS categories,
        array(SELECT t.name FROM film_tag ft JOIN tag t ON t.id = ft.tag_id
              WHERE ft.film_id = f.id ORDER BY t.slug) AS tags
    FROM film f LEFT JOIN series s ON s.id = f.series_id
    WHERE CAST(:after AS uuid) IS NULL OR f.id > CAST(:after AS uuid) ORDER BY f.id LIMIT 500
"""


async def table(session: AsyncSession, after: UUID | None) -> Sequence[Mapping[str, Any]]:
    """Return the films after that one as a table's lines have them."""
    rows = await session.execute(text(TABLE), {"after": after})
    return [
        {**row, "opens_at": _iso(row["opens_at"]),
         "closes_at": _iso(row["closes_at"])}
        for row in rows.mappings()
    ]  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
