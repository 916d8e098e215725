"""Rails, and the films on them."""

# ruff: noqa: S608  (what is put into these statements are our own constants)

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models.films import Film
from catalog_service.models.shelves import Rail, RailFilm
from catalog_service.queries.films import SEEN, as_id, listing
from kit.contracts.catalog.errors import FilmNotFound, RailNotFound
from kit.contracts.catalog.films import FilmQuery
from kit.contracts.catalog.shelves import RailKind
from kit.contracts.catalog.words import AccessLevel

CHOSEN = frozenset({RailKind.manual, RailKind.hero})
PICKED = text(f"""
    SELECT f.card, f.id FROM rail_film r JOIN film f ON f.id = r.film_id
    WHERE r.rail_id = :rail AND {SEEN}
        AND (CAST(:max_age AS smallint) IS NULL OR f.age_rating <= :max_age)
    ORDER BY r.position LIMIT :limit
""")


async def rail(session: AsyncSession, ref: str) -> Rail:
    rail_id = as_id(ref)
    if rail_id is None and "\0" in ref:
        raise RailNotFound
    wanted = Rail.id == rail_id if rail_id else Rail.slug == ref
    found = await session.scalar(select(Rail).where(wanted).with_for_update())
    if found is None:
        raise RailNotFound
    return found


async def rails(session: AsyncSession) -> Sequence[Rail]:
    return (await session.scalars(select(Rail).order_by(Rail.position, Rail.id))).all()


async def next_position(session: AsyncSession) -> int:
    found = await session.scalar(select(func.max(Rail.position)))
    return 0 if found is None else found + 1


async def picked(session: AsyncSession) -> dict[UUID, list[UUID]]:
    """Return the films chosen by hand, in order, by rail."""
    rows = await session.execute(select(RailFilm).order_by(RailFilm.rail_id, RailFilm.position))
    found: dict[UUID, list[UUID]] = {}
    for row in rows.scalars():
        found.setdefault(row.rail_id, []).append(row.film_id)
    return found


async def pick(session: AsyncSession, rail_id: UUID, film_ids: Sequence[UUID]) -> None:
    """Put exactly these films on a rail, in this order; raise FilmNotFound."""
    wanted = list(dict.fromkeys(film_ids))
    known = set(await session.scalars(select(Film.id).where(Film.id.in_(wanted))))
    missing = [str(each) for each in wanted if each not in known]
    if missing:
        raise FilmNotFound(missing=missing)
    await session.execute(delete(RailFilm).where(RailFilm.rail_id == rail_id))
    rows = [{"rail_id": rail_id, "film_id": f, "position": n} for n, f in enumerate(wanted)]
    if rows:
        await session.execute(insert(RailFilm), rows)


async def shown(session: AsyncSession, rail: Rail, max_age: int | None = None) -> Sequence[Any]:
    """Return (card, id) of the films on a rail that the public of that age sees."""
    if rail.kind in CHOSEN:
        given = {"rail": rail.id, "limit": rail.length, "max_age": max_age}
        return (await session.execute(PICKED, given)).all()
    asked = listing(
        _query(rail).model_copy(update={"max_age": max_age}), "newest", None, rail.length - 1
    )
    return (await session.execute(text(asked.sql), asked.given)).all()


def _query(rail: Rail) -> FilmQuery:
    """Return the filters of a rail that goes by a rule."""
    if rail.kind == RailKind.access_level:
        return FilmQuery(access_level=AccessLevel(rail.reference))
    if rail.kind == RailKind.latest:
        return FilmQuery()
    return FilmQuery.model_validate({rail.kind: rail.reference})
