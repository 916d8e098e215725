"""Search: what was typed, forgiven its accents and typos."""

from collections.abc import Iterable

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.queries import derived, shelves
from catalog_service.queries import search as queries
from catalog_service.rules import search as rules
from kit.contracts.catalog.films import FilmQuery
from kit.contracts.catalog.search import FacetCount, Facets
from kit.pages import BadCursor, decode_cursor, encode_cursor

MOST_PER_FACET = 30
LEVELS = {
    "public": ("Gratuit", "Free"),
    "vip": ("VIP", "VIP"),
    "ppv": ("À la carte", "Pay per view"),
}
DURATIONS = {
    "short": ("Moins de 20 minutes", "Under 20 minutes"),
    "medium": ("20 à 60 minutes", "20 to 60 minutes"),
    "long": ("Plus d’une heure", "Over an hour"),
}
NAMES = {
    "c": "category", "t": "tag", "s": "series", "a": "access_level", "y": "year",
    "k": "country", "l": "language", "d": "duration",
}  # fmt: skip


async def search(
    session: AsyncSession,
    typed: str,
    filters: FilmQuery,
    *,
    sort: str,
    cursor: str | None,
    limit: int,
    counted: bool,
) -> bytes:
    """Return a page of what was searched for, encoded; raise BadCursor.

    What matches nothing is searched for again as what was probably meant; the cursor remembers.
    """
    corrected, inner = _position(cursor)
    terms = rules.terms(typed if corrected is None else corrected)
    query = await _text_query(session, terms)
    found = await queries.search(
        session, query, filters, sort=sort, cursor=inner, limit=limit, counted=counted
    )
    if typed and not found.total and cursor is None:
        better = await _meant(session, terms)
        if better:
            corrected = " ".join(better)
            query = await _text_query(session, better)
            found = await queries.search(
                session, query, filters, sort=sort, cursor=None, limit=limit, counted=counted
            )
    last = encode_cursor(corrected, found.next_cursor) if found.next_cursor else None
    more = found.total > rules.CANDIDATES
    tail = {
        "next_cursor": last,
        "facets": await _facets(session, found.facets),
        "total": min(found.total, rules.CANDIDATES),
        "is_more": more,
        "corrected": corrected,
    }
    return b'{"items":[%s],%s' % (",".join(found.cards).encode(), orjson.dumps(tail)[1:])


async def count_words(session: AsyncSession) -> None:
    """Learn again which words are frequent."""
    await derived.count_words(session)


def _position(cursor: str | None) -> tuple[str | None, str | None]:
    """Return what was searched for instead of what was typed, and the place in its matches."""
    if cursor is None:
        return None, None
    corrected, inner = decode_cursor(cursor, 2)
    if not isinstance(inner, str) or not isinstance(corrected, str | None):
        raise BadCursor
    return corrected, inner


async def _text_query(session: AsyncSession, terms: list[str]) -> str:
    if not terms:
        return ""
    endings = await queries.completions(session, terms[-1]) if len(terms[-1]) > 1 else []
    return await queries.text_query(session, terms, endings)


async def _meant(session: AsyncSession, terms: list[str]) -> list[str] | None:
    """Return the words that were probably meant; None when they are those that were typed."""
    better = []
    for term in terms:
        candidates = await queries.near(session, term)
        known = any(word == term for word, _ in candidates)
        better.append(term if known else rules.meant(term, candidates) or term)
    return better if better != terms else None


async def _facets(
    session: AsyncSession, counted: list[tuple[str, int]] | None
) -> dict[str, object] | None:
    if counted is None:
        return None
    labels = await shelves.labels(session, [name for name, _ in counted if name[0] in "cts"])
    return _grouped(counted, labels).model_dump()


def _grouped(counted: Iterable[tuple[str, int]], labels: dict[str, tuple[str, str]]) -> Facets:
    groups: dict[str, list[FacetCount]] = {name: [] for name in NAMES.values()}
    for facet, count in counted:
        kind, _, value = facet.partition("=")
        group = groups[NAMES[kind]]
        if len(group) < MOST_PER_FACET:
            words = LEVELS.get(value) or DURATIONS.get(value) if kind in "ad" else None
            french, english = words or labels.get(facet, (value, value))
            group.append(FacetCount(value=value, label_fr=french, label_en=english, count=count))
    return Facets(**groups)
