"""Plans, subscriptions, coupons, prices by country, vouchers and cash."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The coupon's row is locked first, so who comes second counts the first one's use too.
FUNCTIONS = (
    """
CREATE FUNCTION count_coupon_use() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most integer;
BEGIN
    UPDATE coupon SET used_count = used_count + 1 WHERE id = NEW.coupon_id
    RETURNING limit_per_person INTO most;
    SELECT min(free) INTO NEW.number
    FROM generate_series(1, 1 + (
        SELECT count(*) FROM coupon_use WHERE coupon_id = NEW.coupon_id AND person = NEW.person
    )) AS free
    WHERE free NOT IN (
        SELECT number FROM coupon_use WHERE coupon_id = NEW.coupon_id AND person = NEW.person
    );
    IF NEW.number > most THEN
        RAISE EXCEPTION 'this person has used the coupon as often as they may'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'limit_per_person';
    END IF;
    RETURN NEW;
END $$
""",
    """
CREATE FUNCTION release_coupon_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE coupon SET used_count = used_count - 1 WHERE id = OLD.coupon_id;
    RETURN NULL;
END $$
""",
)
TRIGGERS = (
    """
CREATE TRIGGER counted BEFORE INSERT ON coupon_use
    FOR EACH ROW EXECUTE FUNCTION count_coupon_use()
""",
    """
CREATE TRIGGER released AFTER DELETE ON coupon_use
    FOR EACH ROW EXECUTE FUNCTION release_coupon_use()
""",
)


def upgrade() -> None:
    _plans()
    _subscriptions()
    _periods()
    _coupons()
    _vouchers()
    _uses()
    for statement in (*FUNCTIONS, *TRIGGERS):
        op.execute(statement)


def _plans() -> None:
    op.create_table(
        "plan",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("description_en", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("interval", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("trial_days", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("max_devices", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_on_sale", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_plan_amount")),
        sa.CheckConstraint("trial_days >= 0 AND grace_days >= 0", name=op.f("ck_plan_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscription",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("interval", sa.Text(), nullable=False),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("anchor_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_amount", sa.BigInteger(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("kept_days", sa.Integer(), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_plan_id", sa.Uuid(), nullable=True),
        sa.Column("credit_amount", sa.BigInteger(), nullable=False),
        sa.Column("renewal_order_id", sa.Uuid(), nullable=True),
        sa.Column("reminder_number", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("saved", sa.String(), nullable=False),
        sa.Column("charge_count", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("token_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_key", sa.String(), nullable=False),
        sa.Column("token_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'paused') = (kept_days IS NOT NULL)", name=op.f("ck_subscription_kept_days")
        ),
        sa.CheckConstraint("credit_amount >= 0", name=op.f("ck_subscription_credit_amount")),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_subscription_period")),
        sa.ForeignKeyConstraint(
            ["next_plan_id"], ["plan.id"], name=op.f("fk_subscription_next_plan_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_subscription_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index("ix_subscription_account_id", "subscription", ["account_id"], unique=False)
    op.create_index(
        "ix_subscription_next_at",
        "subscription",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_subscription_plan_id", "subscription", ["plan_id"], unique=False)
    op.create_index(
        "uq_subscription_alive",
        "subscription",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'expired'"),
    )


def _periods() -> None:
    op.create_table(
        "subscription_period",
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_subscription_period_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_subscription_period_subscription_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_period")),
        sa.UniqueConstraint("order_id", name=op.f("uq_subscription_period_order_id")),
    )
    op.create_index(
        "ix_subscription_period_subscription_id",
        "subscription_period",
        ["subscription_id", "id"],
        unique=False,
    )
    op.create_table(
        "trial",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("fk_trial_subscription_id")
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_trial")),
    )


def _coupons() -> None:
    op.create_table(
        "coupon",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("most_amount", sa.BigInteger(), nullable=True),
        sa.Column("least_order_amount", sa.BigInteger(), nullable=True),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("subjects", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("limit_total", sa.Integer(), nullable=True),
        sa.Column("limit_per_person", sa.Integer(), nullable=True),
        sa.Column("first_order_only", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("used_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'amount') = (amount IS NOT NULL)", name=op.f("ck_coupon_amount")
        ),
        sa.CheckConstraint(
            "(kind = 'percent') = (percent IS NOT NULL)", name=op.f("ck_coupon_percent")
        ),
        sa.CheckConstraint(
            "limit_total IS NULL OR used_count <= limit_total", name=op.f("ck_coupon_limit_total")
        ),
        sa.CheckConstraint("used_count >= 0", name=op.f("ck_coupon_used_count")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon")),
        sa.UniqueConstraint("code", name=op.f("uq_coupon_code")),
    )
    op.create_table(
        "coupon_use",
        sa.Column("coupon_id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupon.id"], name=op.f("fk_coupon_use_coupon_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_use")),
        sa.UniqueConstraint(
            "coupon_id", "person", "number", name=op.f("uq_coupon_use_coupon_id_person_number")
        ),
    )
    op.create_index("ix_coupon_use_person", "coupon_use", ["person"], unique=False)
    op.create_table(
        "country_price",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_country_price_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_country_price")),
        sa.UniqueConstraint(
            "kind", "subject", "country", name=op.f("uq_country_price_kind_subject_country")
        ),
    )


def _vouchers() -> None:
    op.create_table(
        "voucher_batch",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0 AND count > 0", name=op.f("ck_voucher_batch_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_batch")),
        sa.UniqueConstraint("key", name=op.f("uq_voucher_batch_key")),
    )
    op.create_table(
        "voucher",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lookup", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sold_by", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'gift_card') = (order_id IS NOT NULL)", name=op.f("ck_voucher_kind")
        ),
        sa.CheckConstraint("state <> 'made' OR remaining = 0", name=op.f("ck_voucher_made")),
        sa.CheckConstraint("remaining BETWEEN 0 AND amount", name=op.f("ck_voucher_remaining")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["voucher_batch.id"], name=op.f("fk_voucher_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("batch_id", "number", name=op.f("uq_voucher_batch_id_number")),
        sa.UniqueConstraint("lookup", name=op.f("uq_voucher_lookup")),
        sa.UniqueConstraint("order_id", name=op.f("uq_voucher_order_id")),
    )
    op.create_index("ix_voucher_state_expires_at", "voucher", ["state", "expires_at"], unique=False)


def _uses() -> None:
    op.create_table(
        "voucher_use",
        sa.Column("voucher_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("into", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_voucher_use_amount")),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_voucher_use_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_use")),
        sa.UniqueConstraint("order_id", name=op.f("uq_voucher_use_order_id")),
        sa.UniqueConstraint("voucher_id", "key", name=op.f("uq_voucher_use_voucher_id_key")),
    )
    op.create_index("ix_voucher_use_account_id", "voucher_use", ["account_id"], unique=False)
    op.create_table(
        "cash_code",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_cash_code")),
        sa.UniqueConstraint("code", name=op.f("uq_cash_code_code")),
    )
    op.create_index(
        "ix_cash_code_agent_id_confirmed_at",
        "cash_code",
        ["agent_id", "confirmed_at"],
        unique=False,
    )
    op.create_table(
        "agent_take",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_agent_take_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_take")),
        sa.UniqueConstraint("key", name=op.f("uq_agent_take_key")),
    )
    op.create_index(
        "ix_agent_take_agent_id_currency", "agent_take", ["agent_id", "currency"], unique=False
    )


def downgrade() -> None:
    for table in (
        "agent_take",
        "cash_code",
        "voucher_use",
        "voucher",
        "voucher_batch",
        "country_price",
        "coupon_use",
        "coupon",
        "trial",
        "subscription_period",
        "subscription",
        "plan",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION count_coupon_use()")
    op.execute("DROP FUNCTION release_coupon_use()")
