"""Videos, collections, captions, uploads, webhooks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit import jobs

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in jobs.INSTALL:
        op.execute(statement)
    op.create_table(
        "collection",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_delivered", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        "ix_webhook_delivery_waiting",
        "webhook_delivery",
        ["video_id", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "video",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("collection_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("original_hash", sa.String(), nullable=True),
        sa.Column("original_bytes", sa.BigInteger(), nullable=False),
        sa.Column("original_path", sa.String(), nullable=True),
        sa.Column("encode_job_id", sa.BigInteger(), nullable=True),
        sa.Column("length_seconds", sa.Integer(), nullable=False),
        sa.Column("framerate", sa.Double(), nullable=False),
        sa.Column("rotation", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("generation", sa.String(), nullable=False),
        sa.Column("encode_progress", sa.Integer(), nullable=False),
        sa.Column("enabled_resolutions", sa.String(), nullable=True),
        sa.Column("available_resolutions", sa.String(), nullable=True),
        sa.Column("output_codecs", sa.String(), nullable=False),
        sa.Column("storage_bytes", sa.BigInteger(), nullable=False),
        sa.Column("thumbnail_count", sa.Integer(), nullable=False),
        sa.Column("thumbnail_file_name", sa.String(), nullable=True),
        sa.Column("thumbnail_time_ms", sa.Integer(), nullable=True),
        sa.Column("thumbnail_blurhash", sa.String(), nullable=True),
        sa.Column(
            "messages",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column(
            "chapters",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column(
            "moments",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column(
            "meta_tags",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("encode_progress BETWEEN 0 AND 100", name=op.f("ck_video_progress")),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["collection.id"],
            name=op.f("fk_video_collection_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video")),
    )
    op.create_index(op.f("ix_video_collection_id"), "video", ["collection_id"], unique=False)
    op.create_index("ix_video_created_at_id", "video", ["created_at", "id"], unique=False)
    op.create_table(
        "caption",
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("srclang", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["video_id"], ["video.id"], name=op.f("fk_caption_video_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caption")),
    )
    op.create_index("uq_caption_video_id_srclang", "caption", ["video_id", "srclang"], unique=True)
    op.create_table(
        "upload",
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("length_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("is_resumable", sa.Boolean(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["video_id"], ["video.id"], name=op.f("fk_upload_video_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_expires_at"), "upload", ["expires_at"], unique=False)
    op.create_index(op.f("ix_upload_video_id"), "upload", ["video_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_upload_video_id"), table_name="upload")
    op.drop_index(op.f("ix_upload_expires_at"), table_name="upload")
    op.drop_table("upload")
    op.drop_index("uq_caption_video_id_srclang", table_name="caption")
    op.drop_table("caption")
    op.drop_index("ix_video_created_at_id", table_name="video")
    op.drop_index(op.f("ix_video_collection_id"), table_name="video")
    op.drop_table("video")
    op.drop_index(
        "ix_webhook_delivery_waiting",
        table_name="webhook_delivery",
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.drop_table("webhook_delivery")
    op.drop_table("collection")
    for statement in jobs.UNINSTALL:
        op.execute(statement)
