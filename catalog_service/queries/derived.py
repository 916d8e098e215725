"""What is derived from films, in SQL and in one place: cards, search rows, vocabulary.

Whoever writes something that a card or a search shows calls `derive` with the films concerned,
in the same transaction. `tests/catalog_service/test_derived.py` compares all rows after stories.
"""

# ruff: noqa: S608  (what is put into these statements are our own constants)

from collections.abc import Collection
from typing import get_args
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.rules.search import LEVELS, SLICE
from kit.contracts.catalog.words import AgeRating

AGES = get_args(AgeRating)
FRAME_WIDTHS = (320, 640, 1280)
MOMENT = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
NEVER = "'9999-12-31T00:00:00Z'::timestamptz"
ALWAYS = "'0001-01-01T00:00:00Z'::timestamptz"


def _picture(image: str) -> str:
    return f"""jsonb_build_object('path', '/images/' || {image}.id, 'widths', {image}.widths,
        'width', {image}.width, 'height', {image}.height)"""


_FRAME = f"""jsonb_build_object(
    'path', '/images/frames/' || f.id || '-' || left(md5(f.video_guid || f.video_frame), 8),
    'widths', '{list(FRAME_WIDTHS)}'::jsonb,
    'width', 1280,
    'height', CASE WHEN f.video_width > 0 THEN greatest(1, 1280 * f.video_height / f.video_width)
              ELSE 720 END)"""

_CARD = f"""jsonb_build_object(
    'id', f.id, 'slug', f.slug, 'title', f.title, 'year', f.year,
    'duration_seconds', coalesce(f.own_seconds, f.video_seconds),
    'access_level', f.access_level, 'price_amount', f.price_amount, 'currency', f.currency,
    'status', f.status, 'video_state', f.video_state, 'video_guid', f.video_guid,
    'poster', CASE WHEN p.id IS NOT NULL THEN {_picture("p")}
              WHEN f.video_frame IS NOT NULL THEN {_FRAME} END,
    'backdrop', CASE WHEN b.id IS NOT NULL THEN {_picture("b")} END,
    'categories', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('slug', c.slug, 'name_fr', c.name_fr,
            'name_en', c.name_en, 'colour', c.colour, 'icon', c.icon)
            ORDER BY c.position, c.slug), '[]'::jsonb)
        FROM film_category fc JOIN category c ON c.id = fc.category_id WHERE fc.film_id = f.id),
    'series', CASE WHEN s.id IS NOT NULL THEN jsonb_build_object('id', s.id, 'slug', s.slug,
        'title', s.title, 'season', f.season, 'episode', f.episode) END,
    'published_at', {MOMENT.format("f.published_at")}, 'age_rating', f.age_rating,
    'updated_at', {MOMENT.format("f.updated_at")})::text"""

CARDS = text(f"""
    UPDATE film SET
        sort_title = lower(unaccent(film.title)),
        shown_from = CASE WHEN film.status IN ('published', 'scheduled')
                     THEN coalesce(film.opens_at, {ALWAYS}) ELSE {NEVER} END,
        shown_until = coalesce(film.closes_at, {NEVER}),
        card = made.card
    FROM (
        SELECT f.id, {_CARD} AS card
        FROM film f
        LEFT JOIN image p ON p.id = f.poster_id
        LEFT JOIN image b ON b.id = f.backdrop_id
        LEFT JOIN series s ON s.id = f.series_id
        WHERE f.id = ANY(CAST(:ids AS uuid[]))
    ) made
    WHERE film.id = made.id
""")

_FACETS = f"""array_remove(
    ARRAY['a=' || f.access_level, 'st=' || f.status,
          'y=' || f.year, 's=' || s.slug,
          CASE WHEN coalesce(f.own_seconds, f.video_seconds) IS NULL THEN NULL
               WHEN coalesce(f.own_seconds, f.video_seconds) < 1200 THEN 'd=short'
               WHEN coalesce(f.own_seconds, f.video_seconds) <= 3600 THEN 'd=medium'
               ELSE 'd=long' END]
    || ARRAY(SELECT 'm=' || age FROM unnest(ARRAY{list(AGES)}) age WHERE age >= f.age_rating)
    || ARRAY(SELECT 'k=' || k FROM unnest(f.countries) k)
    || ARRAY(SELECT 'l=' || l FROM unnest(f.languages) l)
    || ARRAY(SELECT 'c=' || c.slug FROM film_category fc
             JOIN category c ON c.id = fc.category_id WHERE fc.film_id = f.id)
    || ARRAY(SELECT 't=' || t.slug FROM film_tag ft
             JOIN tag t ON t.id = ft.tag_id WHERE ft.film_id = f.id), NULL)"""

_BLOCKS = f"""ARRAY(SELECT 'b' || l || '=' || (made.ordinal / ({SLICE}::bigint << l))
             FROM generate_series(0, {LEVELS - 1}) l)"""


def _lexemes(column: str, weight: str) -> str:
    languages = " || ".join(
        f"to_tsvector('catalog_{name}', {column})" for name in ("plain", "french", "english")
    )
    return f"setweight({languages}, '{weight}')"


# What surrounds a film's title: who made it, where it belongs.
_AROUND = """concat_ws(' . ', s.title,
    (SELECT string_agg(c ->> 'name', ' . ') FROM jsonb_array_elements(f.credits) c),
    (SELECT string_agg(concat_ws(' . ', c.name_fr, c.name_en), ' . ') FROM film_category fc
     JOIN category c ON c.id = fc.category_id WHERE fc.film_id = f.id),
    (SELECT string_agg(t.name, ' . ') FROM film_tag ft
     JOIN tag t ON t.id = ft.tag_id WHERE ft.film_id = f.id))"""

SEARCH = text(f"""
    INSERT INTO film_search (film_id, ordinal, words, facets, sort_title, year, seconds,
                             published_at, shown_from, shown_until)
    SELECT made.id, made.ordinal,
           {_lexemes("made.title", "A")} || {_lexemes("made.around", "B")}
           || {_lexemes("made.synopsis", "D")}
           || array_to_tsvector(made.facets) || array_to_tsvector({_BLOCKS}),
           made.facets, made.sort_title, made.year, made.seconds,
           made.published_at, made.shown_from, made.shown_until
    FROM (
        SELECT f.id, coalesce(known.ordinal, nextval('film_ordinal')) AS ordinal, f.title,
               f.synopsis, {_AROUND} AS around, {_FACETS} AS facets, f.sort_title, f.year,
               coalesce(f.own_seconds, f.video_seconds) AS seconds,
               f.published_at, f.shown_from, f.shown_until
        FROM film f
        LEFT JOIN film_search known ON known.film_id = f.id
        LEFT JOIN series s ON s.id = f.series_id
        WHERE f.id = ANY(CAST(:ids AS uuid[]))
    ) made
    ON CONFLICT (film_id) DO UPDATE SET
        words = excluded.words, facets = excluded.facets, sort_title = excluded.sort_title,
        year = excluded.year, seconds = excluded.seconds, published_at = excluded.published_at,
        shown_from = excluded.shown_from, shown_until = excluded.shown_until
""")

WORDS = text(f"""
    INSERT INTO word (word, films)
    SELECT found.word, 1 FROM (
        SELECT DISTINCT unnest(tsvector_to_array(
            to_tsvector('catalog_plain', concat_ws(' . ', f.title, {_AROUND}, f.synopsis)))) AS word
        FROM film f LEFT JOIN series s ON s.id = f.series_id
        WHERE f.id = ANY(CAST(:ids AS uuid[]))
    ) found
    WHERE length(found.word) BETWEEN 2 AND 40
      AND NOT EXISTS (SELECT 1 FROM word WHERE word.word = found.word)
    ORDER BY found.word
    ON CONFLICT (word) DO NOTHING
""")

COUNT_WORDS = text("""
    UPDATE word SET films = coalesce(counted.ndoc, 0)
    FROM word known
    LEFT JOIN ts_stat('SELECT words FROM film_search', 'abd') counted ON counted.word = known.word
    WHERE known.word = word.word AND word.films <> coalesce(counted.ndoc, 0)
""")
FORGET_WORDS = text("DELETE FROM word WHERE films = 0")


async def derive(session: AsyncSession, film_ids: Collection[UUID]) -> None:
    """Bring the cards, the search rows and the vocabulary of these films up to date."""
    if not film_ids:
        return
    await session.flush()
    given = {"ids": sorted(set(film_ids))}
    for statement in (CARDS, SEARCH, WORDS):
        await session.execute(statement, given)


async def count_words(session: AsyncSession) -> None:
    """Count again in how many films each word occurs; rare enough to be a schedule."""
    await session.execute(COUNT_WORDS)
    await session.execute(FORGET_WORDS)
