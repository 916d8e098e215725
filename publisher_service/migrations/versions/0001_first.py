"""Notices, deliveries and their attempts, how people want to be told, follows, the queue."""

# ruff: noqa: PLR0915  (a list of tables)

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit import jobs

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("channel", "address", name=op.f("uq_address_channel_address")),
    )
    op.create_index(
        "ix_address_account_id_channel", "address", ["account_id", "channel"], unique=False
    )
    op.create_table(
        "announcement",
        sa.Column("topics", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_table(
        "dead_address",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pk_dead_address")),
    )
    op.create_table(
        "follow",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "topic", name=op.f("pk_follow")),
    )
    op.create_index("ix_follow_topic_account_id", "follow", ["topic", "account_id"], unique=False)
    op.create_table(
        "habits",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_habits")),
    )
    op.create_table(
        "mail",
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index(op.f("ix_mail_at"), "mail", ["at"], unique=False)
    op.create_table(
        "notice",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed", sa.String(), nullable=True),
        sa.Column("is_in_app", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(
        "ix_notice_account_id_id",
        "notice",
        ["account_id", "id"],
        unique=False,
        postgresql_where=sa.text("is_in_app"),
    )
    op.create_index(op.f("ix_notice_email"), "notice", ["email"], unique=False)
    op.create_index("ix_notice_received_at", "notice", ["received_at"], unique=False)
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("is_in_app AND read_at IS NULL"),
    )
    op.create_table(
        "preference",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "kind", "channel", name=op.f("pk_preference")),
    )
    op.create_table(
        "template",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("brief", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "locale", name=op.f("pk_template")),
    )
    op.create_table(
        "unsubscribed",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("email", "kind", name=op.f("pk_unsubscribed")),
    )
    op.create_table(
        "delivery",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt_count", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_for_digest", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_delivery_notice_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "notice_id", "channel", "address", name=op.f("uq_delivery_notice_id_channel_address")
        ),
    )
    op.create_index("ix_delivery_account_id_id", "delivery", ["account_id", "id"], unique=False)
    op.create_index("ix_delivery_address", "delivery", ["address"], unique=False)
    op.create_index(
        "ix_delivery_digest",
        "delivery",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("is_for_digest AND state = 'waiting'"),
    )
    op.create_index(op.f("ix_delivery_provider_id"), "delivery", ["provider_id"], unique=False)
    op.create_index("ix_delivery_state_id", "delivery", ["state", "id"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_attempt_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_delivery_id_id", "attempt", ["delivery_id", "id"], unique=False)
    for statement in jobs.INSTALL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_attempt_delivery_id_id", table_name="attempt")
    op.drop_table("attempt")
    op.drop_index("ix_delivery_state_id", table_name="delivery")
    op.drop_index(op.f("ix_delivery_provider_id"), table_name="delivery")
    op.drop_index(
        "ix_delivery_digest",
        table_name="delivery",
        postgresql_where=sa.text("is_for_digest AND state = 'waiting'"),
    )
    op.drop_index("ix_delivery_address", table_name="delivery")
    op.drop_index("ix_delivery_account_id_id", table_name="delivery")
    op.drop_table("delivery")
    op.drop_table("unsubscribed")
    op.drop_table("template")
    op.drop_table("preference")
    op.drop_index(
        "ix_notice_unread",
        table_name="notice",
        postgresql_where=sa.text("is_in_app AND read_at IS NULL"),
    )
    op.drop_index("ix_notice_received_at", table_name="notice")
    op.drop_index(op.f("ix_notice_email"), table_name="notice")
    op.drop_index(
        "ix_notice_account_id_id", table_name="notice", postgresql_where=sa.text("is_in_app")
    )
    op.drop_table("notice")
    op.drop_index(op.f("ix_mail_at"), table_name="mail")
    op.drop_table("mail")
    op.drop_table("habits")
    op.drop_index("ix_follow_topic_account_id", table_name="follow")
    op.drop_table("follow")
    op.drop_table("dead_address")
    op.drop_table("announcement")
    op.drop_index("ix_address_account_id_channel", table_name="address")
    op.drop_table("address")
    for statement in jobs.UNINSTALL:
        op.execute(statement)
