"""Papers, refunds, disputes, earnings, payouts."""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Papers, accruals, earnings and statements are like the ledger: written once.
WRITTEN_ONCE = ("invoice", "accrual", "earning", "statement")
FUNCTIONS = """
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is written once: correct it by another', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION check_numbered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM invoice_series WHERE series = NEW.series AND year = NEW.year
                   AND last_number = NEW.number) THEN
        RAISE EXCEPTION 'paper % is not the next of its series', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_next_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.last_number <> OLD.last_number + 1 THEN
        RAISE EXCEPTION 'the numbers of a series have no gaps'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_number_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM invoice WHERE series = NEW.series AND year = NEW.year
                   AND number = NEW.last_number) THEN
        RAISE EXCEPTION 'number % of a series was taken for nothing: no gaps', NEW.last_number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION carry_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE capture SET refunded_amount = refunded_amount + NEW.source_amount
        WHERE attempt_id = NEW.attempt_id;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state AND OLD.state <> 'pending' OR
       (NEW.amount, NEW.source_amount, NEW.attempt_id)
       IS DISTINCT FROM (OLD.amount, OLD.source_amount, OLD.attempt_id) THEN
        RAISE EXCEPTION 'refund % is settled', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'failed' AND OLD.state = 'pending' THEN
        UPDATE capture SET refunded_amount = refunded_amount - NEW.source_amount
        WHERE attempt_id = NEW.attempt_id;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION check_shares() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    film uuid := coalesce(NEW.film_id, OLD.film_id);
BEGIN
    IF EXISTS (SELECT FROM maker_share WHERE film_id = film HAVING sum(per_mille) <> 1000) THEN
        RAISE EXCEPTION 'the shares of film % are not 1000 together', film
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGERS = """
CREATE TRIGGER numbered BEFORE INSERT ON invoice
    FOR EACH ROW EXECUTE FUNCTION check_numbered();
CREATE TRIGGER first_number BEFORE INSERT ON invoice_series
    FOR EACH ROW WHEN (NEW.last_number <> 0) EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER next_number BEFORE UPDATE ON invoice_series
    FOR EACH ROW EXECUTE FUNCTION check_next_number();
CREATE CONSTRAINT TRIGGER number_used AFTER UPDATE ON invoice_series
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_number_used();
CREATE TRIGGER never_deleted BEFORE DELETE ON invoice_series
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER carried AFTER INSERT OR UPDATE ON refund
    FOR EACH ROW EXECUTE FUNCTION carry_refund();
CREATE TRIGGER never_deleted BEFORE DELETE ON refund
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE CONSTRAINT TRIGGER whole AFTER INSERT OR UPDATE OR DELETE ON maker_share
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_shares();
"""


def upgrade() -> None:
    _papers()
    _earnings()
    _payouts()
    for script in (FUNCTIONS, TRIGGERS):
        for statement in re.split(r"\n(?=CREATE )", script.strip()):  # one at a time, to asyncpg
            op.execute(statement)
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        )


def _papers() -> None:
    op.create_table(
        "invoice_series",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_invoice_series_last_number")),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_invoice_series")),
    )
    op.create_table(
        "invoice",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("credits_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net_amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_amount", sa.BigInteger(), nullable=False),
        sa.Column("total_amount", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'credit_note') = (credits_id IS NOT NULL)", name=op.f("ck_invoice_credits")
        ),
        sa.CheckConstraint("net_amount + tax_amount = total_amount", name=op.f("ck_invoice_sums")),
        sa.CheckConstraint("number > 0", name=op.f("ck_invoice_number")),
        sa.ForeignKeyConstraint(["credits_id"], ["invoice.id"], name=op.f("fk_invoice_credits_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("series", "year", "number", name=op.f("uq_invoice_series_year_number")),
        sa.UniqueConstraint("source", "kind", name=op.f("uq_invoice_source_kind")),
    )
    op.create_index("ix_invoice_account_id_id", "invoice", ["account_id", "id"], unique=False)
    op.create_index("ix_invoice_order_id", "invoice", ["order_id"], unique=False)
    op.create_table(
        "capture",
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("refunded_amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "refunded_amount BETWEEN 0 AND amount", name=op.f("ck_capture_never_more")
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_capture")),
    )
    op.create_index(op.f("ix_capture_order_id"), "capture", ["order_id"], unique=False)
    op.create_table(
        "refund",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("source_amount", sa.BigInteger(), nullable=False),
        sa.Column("source_currency", sa.String(), nullable=False),
        sa.Column("coins", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("bonus_coins", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("trouble", sa.String(), server_default="", nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0 AND source_amount > 0", name=op.f("ck_refund_amount")),
        sa.CheckConstraint("coins >= 0 AND bonus_coins >= 0", name=op.f("ck_refund_coins")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["capture.attempt_id"], name=op.f("fk_refund_attempt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("key", name=op.f("uq_refund_key")),
    )
    op.create_index("ix_refund_order_id", "refund", ["order_id"], unique=False)
    op.create_index("ix_refund_state_id", "refund", ["state", "id"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("order_state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_dispute_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_dispute_attempt_id")),
    )
    op.create_index("ix_dispute_order_id", "dispute", ["order_id"], unique=False)
    op.create_index("ix_dispute_state_id", "dispute", ["state", "id"], unique=False)


def _earnings() -> None:
    op.create_table(
        "view",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("viewer", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", "film_id", "viewer", name=op.f("pk_view")),
    )
    op.create_table(
        "maker_share",
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("per_mille", sa.Integer(), nullable=False),
        sa.Column("film_title", sa.String(), server_default="", nullable=False),
        sa.Column(
            "carry",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("per_mille BETWEEN 0 AND 1000", name=op.f("ck_maker_share_per_mille")),
        sa.PrimaryKeyConstraint("film_id", "account_id", name=op.f("pk_maker_share")),
    )
    op.create_index("ix_maker_share_account_id", "maker_share", ["account_id"], unique=False)
    op.create_table(
        "earning_terms",
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("per_view_millionths", sa.BigInteger(), nullable=True),
        sa.Column("sale_per_mille", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("of IN ('film', 'maker')", name=op.f("ck_earning_terms_of")),
        sa.CheckConstraint(
            "per_view_millionths BETWEEN 0 AND 1000000000", name=op.f("ck_earning_terms_per_view")
        ),
        sa.CheckConstraint("sale_per_mille BETWEEN 0 AND 1000", name=op.f("ck_earning_terms_sale")),
        sa.PrimaryKeyConstraint("of", "id", name=op.f("pk_earning_terms")),
    )
    op.create_table(
        "accrual",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("earned_amount", sa.BigInteger(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("journal_id", sa.Uuid(), nullable=True),
        sa.Column("accrued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accrual")),
        sa.UniqueConstraint("key", name=op.f("uq_accrual_key")),
        sa.UniqueConstraint("number", name=op.f("uq_accrual_number")),
    )
    op.create_index("ix_accrual_day", "accrual", ["day"], unique=False)
    op.create_index("ix_accrual_film_id_number", "accrual", ["film_id", "number"], unique=False)
    op.create_table(
        "earning",
        sa.Column("accrual_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("forgiven_amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("matures_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["accrual_id"], ["accrual.id"], name=op.f("fk_earning_accrual_id")),
        sa.PrimaryKeyConstraint("accrual_id", "account_id", name=op.f("pk_earning")),
    )
    op.create_index("ix_earning_account_id_day", "earning", ["account_id", "day"], unique=False)
    op.create_table(
        "statement",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("opening_amount", sa.BigInteger(), nullable=False),
        sa.Column("views_count", sa.BigInteger(), nullable=False),
        sa.Column("views_amount", sa.BigInteger(), nullable=False),
        sa.Column("sales_count", sa.BigInteger(), nullable=False),
        sa.Column("sales_amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_amount", sa.BigInteger(), nullable=False),
        sa.Column("returned_amount", sa.BigInteger(), nullable=False),
        sa.Column("closing_amount", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "opening_amount + views_amount + sales_amount - paid_amount + returned_amount"
            " = closing_amount",
            name=op.f("ck_statement_sums"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint(
            "account_id", "month", "currency", name=op.f("uq_statement_account_id_month_currency")
        ),
    )


def _payouts() -> None:
    op.create_table(
        "payout_account",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("holder_name", sa.String(), nullable=False),
        sa.Column("account_name", sa.String(), nullable=False),
        sa.Column("flags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checked_by", sa.String(), server_default="", nullable=False),
        sa.Column("usable_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_account")),
    )
    op.create_index("ix_payout_account_phone", "payout_account", ["phone"], unique=False)
    op.create_index(
        "uq_payout_account_current",
        "payout_account",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "payout",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("payout_account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("provider", sa.String(), server_default="", nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payout_amount")),
        sa.CheckConstraint(
            "approved_by IS DISTINCT FROM account_id::text", name=op.f("ck_payout_not_by_oneself")
        ),
        sa.ForeignKeyConstraint(
            ["payout_account_id"], ["payout_account.id"], name=op.f("fk_payout_payout_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("key", name=op.f("uq_payout_key")),
    )
    op.create_index("ix_payout_account_id_id", "payout", ["account_id", "id"], unique=False)
    op.create_index("ix_payout_state_id", "payout", ["state", "id"], unique=False)
    op.create_table(
        "giving_attempt",
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("payout_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("provider_ref", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("trouble", sa.String(), server_default="", nullable=False),
        sa.Column("checks", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_giving_attempt_amount")),
        sa.CheckConstraint(
            "num_nonnulls(refund_id, payout_id) = 1", name=op.f("ck_giving_attempt_of_one")
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["payout.id"], name=op.f("fk_giving_attempt_payout_id")
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refund.id"], name=op.f("fk_giving_attempt_refund_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_giving_attempt")),
        sa.UniqueConstraint("payout_id", "number", name=op.f("uq_giving_attempt_payout_id_number")),
        sa.UniqueConstraint("refund_id", "number", name=op.f("uq_giving_attempt_refund_id_number")),
    )
    op.create_index(
        "ix_giving_attempt_next_check_at",
        "giving_attempt",
        ["next_check_at"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('approved', 'declined')"),
    )
    op.create_index(
        "uq_giving_attempt_payout",
        "giving_attempt",
        ["payout_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'declined'"),
    )
    op.create_index(
        "uq_giving_attempt_refund",
        "giving_attempt",
        ["refund_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'declined'"),
    )


def downgrade() -> None:
    for table in (
        "giving_attempt",
        "payout",
        "payout_account",
        "statement",
        "earning",
        "accrual",
        "earning_terms",
        "maker_share",
        "view",
        "dispute",
        "refund",
        "capture",
        "invoice",
        "invoice_series",
    ):
        op.drop_table(table)
    for name in (
        "check_shares",
        "carry_refund",
        "check_number_used",
        "check_next_number",
        "check_numbered",
        "refuse_rewriting",
    ):
        op.execute(f"DROP FUNCTION {name}()")
