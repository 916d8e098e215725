"""Orders, attempts to pay them, the inbox of webhooks; whoever waits for an order is told."""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())

# Told to those who follow an order (kit.hearing): its id, once the change is committed.
TELL = """
CREATE FUNCTION tell_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('orders', NEW.id::text);
    RETURN NULL;
END $$;

CREATE FUNCTION tell_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('orders', NEW.order_id::text);
    RETURN NULL;
END $$;

CREATE TRIGGER told AFTER UPDATE ON "order"
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION tell_order();
CREATE TRIGGER told_new AFTER INSERT ON attempt
    FOR EACH ROW EXECUTE FUNCTION tell_attempt();
CREATE TRIGGER told AFTER UPDATE ON attempt
    FOR EACH ROW WHEN (
        OLD.state <> NEW.state OR OLD.redirect_url <> NEW.redirect_url OR OLD.reason <> NEW.reason
    ) EXECUTE FUNCTION tell_attempt();
"""


def upgrade() -> None:
    _orders()
    _attempts()
    _webhooks()
    _sandbox()
    op.create_table(
        "provider_state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_provider_state")),
    )
    for statement in re.split(r"\n(?=CREATE )", TELL.strip()):  # one at a time, to asyncpg
        op.execute(statement)


def _orders() -> None:
    op.create_table(
        "order",
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("secret_hash", sa.String(), nullable=True),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("input_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("list_amount", sa.BigInteger(), nullable=False),
        sa.Column("discount_amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_amount", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("coupon_code", sa.String(), nullable=True),
        sa.Column("details", JSON, nullable=False),
        sa.Column("given", JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("refunded_amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", MOMENT, nullable=True),
        sa.Column("fulfilled_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "amount >= 0 AND refunded_amount BETWEEN 0 AND amount", name=op.f("ck_order_amount")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("payer", "key", name=op.f("uq_order_payer_key")),
    )
    op.create_index("ix_order_account_id_id", "order", ["account_id", "id"], unique=False)
    op.create_index("ix_order_state_id", "order", ["state", "id"], unique=False)
    op.create_index(
        "ix_order_open_expires_at",
        "order",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('created', 'pending')"),
    )
    op.create_index(
        "ix_order_paid_since",
        "order",
        ["paid_at"],
        unique=False,
        postgresql_where=sa.text("state = 'paid'"),
    )


def _attempts() -> None:
    op.create_table(
        "attempt",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("input_hash", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("rate", sa.String(), nullable=True),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("provider_ref", sa.String(), nullable=True),
        sa.Column("redirect_url", sa.String(), nullable=False),
        sa.Column("secrets", JSON, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("seen_amount", sa.BigInteger(), nullable=True),
        sa.Column("seen_currency", sa.String(), nullable=True),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("refunded_amount", sa.BigInteger(), nullable=False),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column("is_matched", sa.Boolean(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("next_check_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_attempt_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_attempt_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint(
            "provider", "provider_ref", name=op.f("uq_attempt_provider_provider_ref")
        ),
        sa.UniqueConstraint("order_id", "key", name=op.f("uq_attempt_order_id_key")),
    )
    op.create_index("ix_attempt_state_id", "attempt", ["state", "id"], unique=False)
    op.create_index(
        "ix_attempt_provider_created_at", "attempt", ["provider", "created_at"], unique=False
    )
    op.create_index(
        "ix_attempt_next_check_at",
        "attempt",
        ["next_check_at"],
        unique=False,
        postgresql_where=sa.text("next_check_at IS NOT NULL"),
    )
    op.create_index(
        "uq_attempt_matched",
        "attempt",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("is_matched"),
    )


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("provider_ref", sa.String(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("shows", JSON, nullable=False),
        sa.Column("headers", JSON, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("delivery_count", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("handled_at", MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("provider", "dedupe_key", name=op.f("uq_webhook_provider_dedupe_key")),
    )
    op.create_index("ix_webhook_state_id", "webhook", ["state", "id"], unique=False)
    op.create_index("ix_webhook_attempt_id", "webhook", ["attempt_id"], unique=False)
    op.create_index(
        "ix_webhook_provider_provider_ref", "webhook", ["provider", "provider_ref"], unique=False
    )


def _sandbox() -> None:
    op.create_table(
        "sandbox_charge",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("return_url", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("next_state", sa.String(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_sandbox_charge")),
        sa.UniqueConstraint("ref", name=op.f("uq_sandbox_charge_ref")),
    )
    op.create_index("ix_sandbox_charge_currency", "sandbox_charge", ["currency"], unique=False)
    op.create_table(
        "sandbox_giving",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_giving")),
    )
    op.create_index("ix_sandbox_giving_attempt_id", "sandbox_giving", ["attempt_id"], unique=False)


def downgrade() -> None:
    for table in (
        "sandbox_giving", "sandbox_charge", "provider_state", "webhook", "attempt", "order"
    ):  # fmt: skip
        op.drop_table(table)
    for name in ("tell_attempt", "tell_order"):
        op.execute(f"DROP FUNCTION {name}()")
