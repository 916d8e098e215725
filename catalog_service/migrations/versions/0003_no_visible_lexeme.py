"""Search rows no longer carry a lexeme for being visible.

Nearly every film had it, so asking for it meant reading the index's longest list, at the cost of
all the rest of a search; `shown_from` and `shown_until` are compared anyway.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        UPDATE film_search SET facets = array_remove(facets, 'v=1'), words = ts_delete(words, 'v=1')
        WHERE facets @> ARRAY['v=1']
    """)


def downgrade() -> None:
    op.execute("""
        UPDATE film_search s
        SET facets = s.facets || 'v=1'::text, words = s.words || array_to_tsvector(ARRAY['v=1'])
        FROM film f WHERE f.id = s.film_id AND f.status IN ('published', 'scheduled')
    """)
