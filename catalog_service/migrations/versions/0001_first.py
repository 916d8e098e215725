"""Films and their shelves, search, and what the sync with the video library remembers."""

# ruff: noqa: PLR0915  (a list of tables)

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit import jobs

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LANGUAGES = {"plain": "simple", "french": "french", "english": "english"}


def _text_search(name: str, parent: str) -> tuple[str, ...]:
    """Return the statements that make a configuration deaf to accents."""
    stem = "simple" if parent == "simple" else f"{parent}_stem"
    return (
        f"CREATE TEXT SEARCH CONFIGURATION catalog_{name} (COPY = pg_catalog.{parent})",
        f"ALTER TEXT SEARCH CONFIGURATION catalog_{name} "
        f"ALTER MAPPING FOR hword, hword_part, word WITH unaccent, {stem}",
    )


def upgrade() -> None:
    for statement in jobs.INSTALL:
        op.execute(statement)
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for name, parent in LANGUAGES.items():
        for statement in _text_search(name, parent):
            op.execute(statement)
    op.execute("CREATE SEQUENCE film_ordinal MINVALUE 0 START 0")
    op.create_table(
        "category",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name_fr", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("icon", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("slug", name=op.f("uq_category_slug")),
    )
    op.create_table(
        "image",
        sa.Column("widths", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image")),
    )
    op.create_table(
        "rail",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title_fr", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rail")),
        sa.UniqueConstraint("slug", name=op.f("uq_rail_slug")),
    )
    op.create_table(
        "sync_run",
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_page", sa.Integer(), nullable=False),
        sa.Column("edge_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total_videos", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("deletions", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_run")),
    )
    op.create_index(
        "uq_sync_run_open",
        "sync_run",
        [sa.literal_column("(true)")],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "tag",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("slug", name=op.f("uq_tag_slug")),
    )
    op.create_table(
        "webhook_seen",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_seen")),
    )
    op.create_table(
        "word",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("films", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_word")),
    )
    op.create_index(
        "ix_word_prefix",
        "word",
        ["word"],
        unique=False,
        postgresql_ops={"word": "text_pattern_ops"},
    )
    op.create_index(
        "ix_word_trigrams",
        "word",
        ["word"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
    op.create_table(
        "series",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("synopsis", sa.Text(), nullable=False),
        sa.Column("poster_id", sa.Uuid(), nullable=True),
        sa.Column("backdrop_id", sa.Uuid(), nullable=True),
        sa.Column("collection_guid", sa.Text(), nullable=True),
        sa.Column("collection_name", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["backdrop_id"], ["image.id"], name=op.f("fk_series_backdrop_id")),
        sa.ForeignKeyConstraint(["poster_id"], ["image.id"], name=op.f("fk_series_poster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("collection_guid", name=op.f("uq_series_collection_guid")),
        sa.UniqueConstraint("slug", name=op.f("uq_series_slug")),
    )
    op.create_table(
        "season",
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_season_series_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season")),
        sa.UniqueConstraint("series_id", "number", name=op.f("uq_season_series_id_number")),
    )
    op.create_table(
        "film",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("synopsis", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("own_seconds", sa.Integer(), nullable=True),
        sa.Column("countries", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("credits", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("chapters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("poster_id", sa.Uuid(), nullable=True),
        sa.Column("backdrop_id", sa.Uuid(), nullable=True),
        sa.Column("trailer_guid", sa.Text(), nullable=True),
        sa.Column("access_level", sa.Text(), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("season", sa.Integer(), nullable=True),
        sa.Column("episode", sa.Integer(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("video_guid", sa.Text(), nullable=True),
        sa.Column("video_state", sa.Text(), nullable=False),
        sa.Column("video_progress", sa.Integer(), nullable=False),
        sa.Column("video_trouble", sa.Text(), nullable=True),
        sa.Column("video_seconds", sa.Integer(), nullable=True),
        sa.Column("video_width", sa.Integer(), nullable=True),
        sa.Column("video_height", sa.Integer(), nullable=True),
        sa.Column("video_frame", sa.Text(), nullable=True),
        sa.Column("video_uploaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("video_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("video_mark", sa.Text(), nullable=True),
        sa.Column("captions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("agreed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sort_title", sa.Text(), nullable=False),
        sa.Column("shown_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(series_id IS NULL) = (episode IS NULL)", name=op.f("ck_film_series_has_episode")
        ),
        sa.CheckConstraint(
            "(series_id IS NULL) = (season IS NULL)", name=op.f("ck_film_series_has_season")
        ),
        sa.ForeignKeyConstraint(["backdrop_id"], ["image.id"], name=op.f("fk_film_backdrop_id")),
        sa.ForeignKeyConstraint(["poster_id"], ["image.id"], name=op.f("fk_film_poster_id")),
        sa.ForeignKeyConstraint(
            ["series_id", "season"], ["season.series_id", "season.number"], name="fk_film_season"
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_film_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_film")),
        sa.UniqueConstraint("key", name=op.f("uq_film_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_film_slug")),
        sa.UniqueConstraint("video_guid", name=op.f("uq_film_video_guid")),
    )
    op.create_index(
        "ix_film_closing",
        "film",
        ["closes_at"],
        unique=False,
        postgresql_where=sa.text("status = 'published'"),
    )
    op.create_index(
        "ix_film_opening",
        "film",
        ["opens_at"],
        unique=False,
        postgresql_where=sa.text("status = 'scheduled'"),
    )
    op.create_index(op.f("ix_film_series_id"), "film", ["series_id"], unique=False)
    op.create_index(
        "ix_film_shown",
        "film",
        [sa.literal_column("published_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("status IN ('published', 'scheduled')"),
    )
    op.create_index(
        "ix_film_shown_title",
        "film",
        ["sort_title", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('published', 'scheduled')"),
    )
    op.create_index(
        "ix_film_shown_year",
        "film",
        [sa.literal_column("coalesce(year, 0) DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("status IN ('published', 'scheduled')"),
    )
    op.create_index(
        "ix_film_shown_seconds",
        "film",
        [
            sa.literal_column("coalesce(own_seconds, video_seconds, 0) DESC"),
            sa.literal_column("id DESC"),
        ],
        unique=False,
        postgresql_where=sa.text("status IN ('published', 'scheduled')"),
    )
    op.create_index("ix_film_title", "film", ["sort_title", "id"], unique=False)
    op.create_index(op.f("ix_film_trailer_guid"), "film", ["trailer_guid"], unique=False)
    op.create_index(
        "ix_film_unfinished",
        "film",
        ["video_read_at"],
        unique=False,
        postgresql_where=sa.text("video_state IN ('waiting', 'processing', 'playable')"),
    )
    op.create_index(
        "ix_film_updated",
        "film",
        [sa.literal_column("updated_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_film_uploaded",
        "film",
        ["video_uploaded_at"],
        unique=False,
        postgresql_where=sa.text("video_guid <> ''"),
    )
    op.create_index("uq_film_episode", "film", ["series_id", "season", "episode"], unique=True)
    op.create_table(
        "deletion",
        sa.Column("video_guid", sa.Text(), nullable=False),
        sa.Column("film_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["film_id"], ["film.id"], name=op.f("fk_deletion_film_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion")),
    )
    op.create_index(op.f("ix_deletion_film_id"), "deletion", ["film_id"], unique=False)
    op.create_index(
        "uq_deletion_open",
        "deletion",
        ["video_guid"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "film_category",
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["category.id"],
            name=op.f("fk_film_category_category_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["film_id"], ["film.id"], name=op.f("fk_film_category_film_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("film_id", "category_id", name=op.f("pk_film_category")),
    )
    op.create_index(
        op.f("ix_film_category_category_id"), "film_category", ["category_id"], unique=False
    )
    op.create_table(
        "film_search",
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("facets", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sort_title", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["film_id"], ["film.id"], name=op.f("fk_film_search_film_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("film_id", name=op.f("pk_film_search")),
    )
    # The words stay in the row, so that ranking a thousand films reads no second table.
    op.execute("ALTER TABLE film_search ALTER COLUMN words SET STORAGE MAIN")
    op.execute("ALTER TABLE film_search SET (toast_tuple_target = 8160)")
    op.create_index(
        "ix_film_search_facets", "film_search", ["facets"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_film_search_words", "film_search", ["words"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "film_tag",
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("tag_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["film_id"], ["film.id"], name=op.f("fk_film_tag_film_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tag.id"], name=op.f("fk_film_tag_tag_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("film_id", "tag_id", name=op.f("pk_film_tag")),
    )
    op.create_index(op.f("ix_film_tag_tag_id"), "film_tag", ["tag_id"], unique=False)
    op.create_table(
        "rail_film",
        sa.Column("rail_id", sa.Uuid(), nullable=False),
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["film_id"], ["film.id"], name=op.f("fk_rail_film_film_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rail_id"], ["rail.id"], name=op.f("fk_rail_film_rail_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("rail_id", "film_id", name=op.f("pk_rail_film")),
    )
    op.create_index("ix_rail_film_film_id", "rail_film", ["film_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_rail_film_film_id", table_name="rail_film")
    op.drop_table("rail_film")
    op.drop_index(op.f("ix_film_tag_tag_id"), table_name="film_tag")
    op.drop_table("film_tag")
    op.drop_index("ix_film_search_words", table_name="film_search")
    op.drop_index("ix_film_search_facets", table_name="film_search")
    op.drop_table("film_search")
    op.drop_index(op.f("ix_film_category_category_id"), table_name="film_category")
    op.drop_table("film_category")
    op.drop_index("uq_deletion_open", table_name="deletion")
    op.drop_index(op.f("ix_deletion_film_id"), table_name="deletion")
    op.drop_table("deletion")
    op.drop_index("uq_film_episode", table_name="film")
    op.drop_index("ix_film_uploaded", table_name="film")
    op.drop_index("ix_film_updated", table_name="film")
    op.drop_index("ix_film_unfinished", table_name="film")
    op.drop_index(op.f("ix_film_trailer_guid"), table_name="film")
    op.drop_index("ix_film_title", table_name="film")
    op.drop_index("ix_film_shown_year", table_name="film")
    op.drop_index("ix_film_shown_title", table_name="film")
    op.drop_index("ix_film_shown", table_name="film")
    op.drop_index(op.f("ix_film_series_id"), table_name="film")
    op.drop_index("ix_film_opening", table_name="film")
    op.drop_index("ix_film_closing", table_name="film")
    op.drop_table("film")
    op.drop_table("season")
    op.drop_table("series")
    op.drop_index("ix_word_trigrams", table_name="word")
    op.drop_index("ix_word_prefix", table_name="word")
    op.drop_table("word")
    op.drop_table("webhook_seen")
    op.drop_table("tag")
    op.drop_index("uq_sync_run_open", table_name="sync_run")
    op.drop_table("sync_run")
    op.drop_table("rail")
    op.drop_table("image")
    op.drop_table("category")
    op.execute("DROP SEQUENCE film_ordinal")
    for name in LANGUAGES:
        op.execute(f"DROP TEXT SEARCH CONFIGURATION catalog_{name}")
    for statement in jobs.UNINSTALL:
        op.execute(statement)
