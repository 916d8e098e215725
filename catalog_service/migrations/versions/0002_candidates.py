"""What search ranks: the newest matches, found block by block until there are enough.

A function, because a plan must neither read the whole table nor take the blocks all at once.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CANDIDATES = """
CREATE FUNCTION film_candidates(
    queries tsquery[], rank tsquery, most int, everything bool, first_year int, last_year int
) RETURNS TABLE (
    film_id uuid, score float8, facets text[], sort_title text, year int, seconds int,
    published_at timestamptz
) LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
    query tsquery;
    found int := 0;
    got int;
BEGIN
    FOREACH query IN ARRAY queries LOOP
        RETURN QUERY
        SELECT s.film_id,
               CASE WHEN numnode(rank) = 0
                    THEN extract(epoch FROM coalesce(s.published_at, 'epoch'))::float8
                    ELSE ts_rank('{0.05, 0.2, 0.4, 1.0}', s.words, rank, 1)::float8 END,
               s.facets, s.sort_title, coalesce(s.year, 0), coalesce(s.seconds, 0),
               coalesce(s.published_at, 'epoch'::timestamptz)
        FROM film_search s
        WHERE s.words @@ query
          AND (everything OR (s.shown_from <= now() AND s.shown_until > now()))
          AND (first_year IS NULL OR s.year >= first_year)
          AND (last_year IS NULL OR s.year <= last_year)
        LIMIT most - found;
        GET DIAGNOSTICS got = ROW_COUNT;
        found := found + got;
        EXIT WHEN found >= most;
    END LOOP;
END $$
"""


INDEXES = ("ix_film_search_words", "ix_film_search_facets")


def upgrade() -> None:
    op.execute(CANDIDATES)
    # Every search would read through the list of entries that are still pending.
    for index in INDEXES:
        op.execute(f"ALTER INDEX {index} SET (fastupdate = off)")


def downgrade() -> None:
    for index in INDEXES:
        op.execute(f"ALTER INDEX {index} RESET (fastupdate)")
    op.execute("DROP FUNCTION film_candidates(tsquery[], tsquery, int, bool, int, int)")
