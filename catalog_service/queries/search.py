"""Full-text search whose cost follows the page, not the matches (rules/search.py says how)."""

# ruff: noqa: S608  (what is put into these statements are our own constants)

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.queries.films import as_id, as_kind
from catalog_service.rules.search import CANDIDATES, blocks, facets, quoted
from kit.contracts.catalog.films import FilmQuery
from kit.pages import BadCursor, decode_cursor, encode_cursor

COMPLETIONS = 12
LANGUAGES = ("plain", "french", "english")

COMPLETE = text("""
    SELECT word FROM word WHERE word LIKE :prefix AND word <> :whole
    ORDER BY films DESC, word LIMIT :limit
""")
NEAR = text("""
    SELECT word, films FROM word WHERE word % :term
    ORDER BY similarity(word, :term) DESC, films DESC LIMIT 20
""")
TOP = text("SELECT coalesce(max(ordinal), 0) FROM film_search")
LAST = text("SELECT last_value FROM film_ordinal")

# What each order sorts candidates by; the newest and the highest id go first among equals.
ORDERS: dict[str, tuple[str, str, type]] = {
    "relevance": ("score", "DESC", float),
    "newest": ("published_at", "DESC", datetime),
    "title": ("sort_title", "ASC", str),
    "year": ("coalesce(year, 0)", "DESC", int),
    "duration": ("coalesce(seconds, 0)", "DESC", int),
}

FACETS = """(SELECT coalesce(jsonb_agg(jsonb_build_array(f.facet, f.count)), '[]'::jsonb) FROM (
    SELECT facet, count(*) AS count FROM candidate, unnest(candidate.facets) facet
    WHERE facet NOT LIKE 'st=%' AND facet <> 'v=1'
    GROUP BY facet ORDER BY count(*) DESC, facet LIMIT 200) f)"""


@dataclass(frozen=True)
class Found:
    """`facets` are (lexeme, count) pairs, None when nobody asked."""

    cards: list[str]
    next_cursor: str | None
    total: int
    facets: list[tuple[str, int]] | None


async def completions(session: AsyncSession, prefix: str) -> list[str]:
    """Return the most frequent words that begin so."""
    given = {"prefix": f"{prefix}%", "whole": prefix, "limit": COMPLETIONS}
    return list(await session.scalars(COMPLETE, given))


async def near(session: AsyncSession, term: str) -> list[tuple[str, int]]:
    """Return words that look like this one, with the number of films they occur in."""
    return [(word, films) for word, films in await session.execute(NEAR, {"term": term})]


async def text_query(session: AsyncSession, terms: Sequence[str], endings: Sequence[str]) -> str:
    """Return the `tsquery` for all the terms, the last one also as any of its `endings`."""
    given: dict[str, str] = {}
    groups = []
    for place, term in enumerate(terms):
        words = [term, *(endings if place == len(terms) - 1 else ())]
        ways = []
        for number, word in enumerate(words):
            name = f"w{place}_{number}"
            given[name] = word
            ways += [f"plainto_tsquery('catalog_{each}', :{name})" for each in LANGUAGES]
        groups.append(f"({' || '.join(ways)})")
    return str(await session.scalar(text(f"SELECT ({' && '.join(groups)})::text"), given))


async def search(
    session: AsyncSession,
    query: str,
    filters: FilmQuery,
    *,
    sort: str,
    cursor: str | None,
    limit: int,
    counted: bool,
) -> Found:
    """Return a page of the candidates for a `tsquery` (empty: everything) and filters."""
    last = await session.scalar(LAST)
    must = " & ".join(quoted(each) for each in facets(filters))
    given: dict[str, Any] = {"rank": query, "limit": limit + 1}
    branches = []
    for number, block in enumerate(blocks(int(last or 0))):
        parts = [f"({query})"] if query else []
        given[f"q{number}"] = " & ".join([*parts, *([must] if must else []), quoted(block)])
        branches.append(_branch(number, filters))
    for name in ("year_from", "year_to"):
        if (year := getattr(filters, name)) is not None:
            given[name] = year
    where = ""
    if cursor:
        where, position = _position(cursor, sort)
        given |= position
    row = (await session.execute(text(_statement(branches, sort, where, counted)), given)).one()
    return _found(row, sort, limit)


def _branch(number: int, filters: FilmQuery) -> str:
    wheres = [f"words @@ CAST(:q{number} AS tsquery)"]
    if not filters.status:
        wheres.append("shown_from <= now() AND shown_until > now()")
    if filters.year_from is not None:
        wheres.append("year >= :year_from")
    if filters.year_to is not None:
        wheres.append("year <= :year_to")
    return f"(SELECT * FROM film_search WHERE {' AND '.join(wheres)})"


def _statement(branches: Sequence[str], sort: str, where: str, counted: bool) -> str:
    column, direction, _ = ORDERS[sort]
    return f"""
        WITH candidate AS MATERIALIZED (
            SELECT film_id, words, facets, sort_title, year, seconds,
                   coalesce(published_at, 'epoch'::timestamptz) AS published_at
            FROM ({" UNION ALL ".join(branches)}) every LIMIT {CANDIDATES + 1}
        ), page AS (
            SELECT film_id, {column} AS value
            FROM (SELECT *, {_score(sort)} AS score FROM candidate) c
            {where} ORDER BY {column} {direction}, film_id {direction} LIMIT :limit
        )
        SELECT (SELECT count(*) FROM candidate),
               {FACETS if counted else "NULL"},
               array(SELECT film.card FROM page JOIN film ON film.id = page.film_id
                     ORDER BY page.value {direction}, page.film_id {direction}),
               array(SELECT page.film_id::text FROM page
                     ORDER BY page.value {direction}, page.film_id {direction}),
               array(SELECT page.value FROM page
                     ORDER BY page.value {direction}, page.film_id {direction})
    """


def _score(sort: str) -> str:
    """Return the rank of a candidate; without words to rank by, newer is better."""
    if sort != "relevance":
        return "0"
    return """CASE WHEN CAST(:rank AS text) = '' THEN extract(epoch FROM published_at)::float8
        ELSE ts_rank('{0.05, 0.2, 0.4, 1.0}', words, CAST(:rank AS tsquery), 1)::float8 END"""


def _found(row: Any, sort: str, limit: int) -> Found:  # noqa: ANN401  (a row of that statement)
    total, counted, cards, ids, values = row
    cursor = None
    if len(cards) > limit:
        value: Any = values[limit - 1]
        if isinstance(value, datetime):
            value = value.isoformat()
        cursor = encode_cursor(sort, value, ids[limit - 1])
    pairs = None if counted is None else [(name, count) for name, count in counted]
    return Found(cards[:limit], cursor, total, pairs)


def _position(cursor: str, sort: str) -> tuple[str, dict[str, Any]]:
    named, value, film_id = decode_cursor(cursor, 3)
    if named != sort or as_id(str(film_id)) is None:
        raise BadCursor
    column, direction, kind = ORDERS[sort]
    if kind is float and isinstance(value, int):
        value = float(value)
    sign = "<" if direction == "DESC" else ">"
    where = f"WHERE ({column}, film_id) {sign} (:after, CAST(:after_id AS uuid))"
    return where, {"after": as_kind(value, kind), "after_id": str(film_id)}
