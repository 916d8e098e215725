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

COMPLETIONS = 8

LEXEMES = text("""
    SELECT DISTINCT asked.place, lexeme
    FROM unnest(CAST(:places AS int[]), CAST(:words AS text[])) AS asked (place, word),
         unnest(tsvector_to_array(
            to_tsvector('catalog_plain', asked.word) || to_tsvector('catalog_french', asked.word)
            || to_tsvector('catalog_english', asked.word))) lexeme
""")
COMPLETE = text("""
    SELECT word FROM word WHERE word LIKE :prefix AND word <> :whole
    ORDER BY films DESC, word LIMIT :limit
""")
# Trigrams know a word with a letter more or less; two letters swapped leave few of them alike, so
# words that begin alike are looked at as well.
NEAR = text("""
    (SELECT word, films FROM word WHERE word % :term
     ORDER BY similarity(word, :term) DESC, films DESC LIMIT 20)
    UNION
    (SELECT word, films FROM word
     WHERE word LIKE :start AND length(word) BETWEEN :length - 2 AND :length + 2
     ORDER BY films DESC, word LIMIT 150)
""")
LAST = text("SELECT last_value FROM film_ordinal")

# What each order sorts candidates by; the newest and the highest id go first among equals.
ORDERS: dict[str, tuple[str, str, type]] = {
    "relevance": ("score", "DESC", float),
    "newest": ("published_at", "DESC", datetime),
    "title": ("sort_title", "ASC", str),
    "year": ("year", "DESC", int),
    "duration": ("seconds", "DESC", int),
}

FACETS = """(SELECT coalesce(jsonb_agg(jsonb_build_array(f.facet, f.count)), '[]'::jsonb) FROM (
    SELECT facet, count(*) AS count FROM candidate, unnest(candidate.facets) facet
    WHERE facet NOT LIKE 'st=%' AND facet NOT LIKE 'm=%'
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
    given = {"term": term, "start": f"{term[:2]}%", "length": len(term)}
    return [(word, films) for word, films in await session.execute(NEAR, given)]


async def text_query(session: AsyncSession, terms: Sequence[str], endings: Sequence[str]) -> str:
    """Return the `tsquery` for all the terms, the last one also as any of its `endings`."""
    words = [*terms, *endings]
    places = [min(place, len(terms) - 1) for place in range(len(words))]
    groups: dict[int, list[str]] = {place: [] for place in places}
    for place, lexeme in await session.execute(LEXEMES, {"places": places, "words": words}):
        groups[place].append(quoted(lexeme))
    return " & ".join(f"({' | '.join(sorted(ways))})" for ways in groups.values() if ways)


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
    wanted = [quoted(each) for each in facets(filters)]
    if query:
        wanted.insert(0, f"({query})")
    given: dict[str, Any] = {
        "queries": [" & ".join([*wanted, quoted(block)]) for block in blocks(int(last or 0))],
        "rank": query,
        "most": CANDIDATES + 1,
        "everything": filters.status is not None,
        "first_year": filters.year_from,
        "last_year": filters.year_to,
        "limit": limit + 1,
    }
    where = ""
    if cursor:
        where, position = _position(cursor, sort)
        given |= position
    row = (await session.execute(text(_statement(sort, where, counted=counted)), given)).one()
    return _found(row, sort, limit)


def _statement(sort: str, where: str, *, counted: bool) -> str:
    column, direction, _ = ORDERS[sort]
    order = f"ORDER BY page.value {direction}, page.film_id {direction}"
    return f"""
        WITH candidate AS MATERIALIZED (
            SELECT * FROM film_candidates(
                CAST(CAST(:queries AS text[]) AS tsquery[]), CAST(:rank AS tsquery), :most,
                :everything, :first_year, :last_year)
        ), page AS MATERIALIZED (
            SELECT film_id, {column} AS value FROM candidate
            {where} ORDER BY {column} {direction}, film_id {direction} LIMIT :limit
        )
        SELECT (SELECT count(*) FROM candidate),
               {FACETS if counted else "NULL"},
               array(SELECT film.card FROM page JOIN film ON film.id = page.film_id {order}),
               array(SELECT page.film_id::text FROM page {order}),
               array(SELECT page.value FROM page {order})
    """


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
