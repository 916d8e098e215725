"""Coins and their lots, packs, the terms of films, bundles, and who was given what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _coins()
    _packs()
    _films()
    _bundles()
    _grants()


def _coins() -> None:
    op.create_table(
        "coin_lot",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("value_amount", sa.BigInteger(), nullable=False),
        sa.Column("value_currency", sa.String(), nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "remaining BETWEEN 0 AND amount AND amount > 0", name=op.f("ck_coin_lot_remaining")
        ),
        sa.CheckConstraint(
            "value_amount >= 0 AND (remaining > 0 OR value_amount = 0)",
            name=op.f("ck_coin_lot_value"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coin_lot")),
        sa.UniqueConstraint("key", name=op.f("uq_coin_lot_key")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index("ix_coin_lot_account_id_id", "coin_lot", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_coin_lot_expires_at",
        "coin_lot",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_index(
        "ix_coin_lot_order_id",
        "coin_lot",
        ["order_id"],
        unique=False,
        postgresql_where=sa.text("order_id IS NOT NULL"),
    )
    op.create_table(
        "coin_use",
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0 AND value >= 0", name=op.f("ck_coin_use_amount")),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journal.id"], name=op.f("fk_coin_use_journal_id")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["coin_lot.id"], name=op.f("fk_coin_use_lot_id")),
        sa.PrimaryKeyConstraint("journal_id", "lot_id", name=op.f("pk_coin_use")),
    )
    op.create_index("ix_coin_use_lot_id", "coin_use", ["lot_id"], unique=False)
    op.create_table(
        "coin_spend",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("granted_amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_coin_spend_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coin_spend")),
        sa.UniqueConstraint("key", name=op.f("uq_coin_spend_key")),
    )
    op.create_index("ix_coin_spend_account_id_id", "coin_spend", ["account_id", "id"], unique=False)
    op.create_table(
        "coin_gift",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("giver_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "amount > 0 AND giver_id <> receiver_id", name=op.f("ck_coin_gift_amount")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coin_gift")),
        sa.UniqueConstraint("key", name=op.f("uq_coin_gift_key")),
    )
    op.create_index("ix_coin_gift_giver_id", "coin_gift", ["giver_id"], unique=False)
    op.create_index("ix_coin_gift_receiver_id", "coin_gift", ["receiver_id"], unique=False)


def _packs() -> None:
    op.create_table(
        "pack",
        sa.Column("name_fr", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("bonus_coins", sa.BigInteger(), nullable=False),
        sa.Column("first_coins", sa.BigInteger(), nullable=False),
        sa.Column("season_coins", sa.BigInteger(), nullable=False),
        sa.Column("season_from", TIME, nullable=True),
        sa.Column("season_until", TIME, nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("code_coins", sa.BigInteger(), nullable=False),
        sa.Column("bonus_days", sa.Integer(), nullable=True),
        sa.Column("discount_percent", sa.Integer(), nullable=False),
        sa.Column("discount_until", TIME, nullable=True),
        sa.Column("is_on_sale", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_pack_amount")),
        sa.CheckConstraint(
            "coins > 0 AND bonus_coins >= 0 AND first_coins >= 0", name=op.f("ck_pack_coins")
        ),
        sa.CheckConstraint("discount_percent BETWEEN 0 AND 100", name=op.f("ck_pack_discount")),
        sa.CheckConstraint(
            "season_coins >= 0 AND code_coins >= 0", name=op.f("ck_pack_more_coins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack")),
    )


def _films() -> None:
    op.create_table(
        "offer",
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=True),
        sa.Column("rental_coins", sa.BigInteger(), nullable=True),
        sa.Column("rental_amount", sa.BigInteger(), nullable=True),
        sa.Column("rental_currency", sa.String(), nullable=True),
        sa.Column("start_within_days", sa.Integer(), nullable=False),
        sa.Column("finish_within_hours", sa.Integer(), nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint(
            "(rental_amount IS NULL) = (rental_currency IS NULL)",
            name=op.f("ck_offer_rental_price"),
        ),
        sa.CheckConstraint(
            "coins > 0 AND rental_coins > 0 AND rental_amount > 0", name=op.f("ck_offer_prices")
        ),
        sa.CheckConstraint(
            "start_within_days > 0 AND finish_within_hours > 0", name=op.f("ck_offer_window")
        ),
        sa.PrimaryKeyConstraint("film_id", name=op.f("pk_offer")),
    )


def _bundles() -> None:
    op.create_table(
        "bundle",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title_fr", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("season", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("coins", sa.BigInteger(), nullable=True),
        sa.Column("is_on_sale", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'season') = (series_id IS NOT NULL)", name=op.f("ck_bundle_series")
        ),
        sa.CheckConstraint("(series_id IS NULL) = (season IS NULL)", name=op.f("ck_bundle_season")),
        sa.CheckConstraint("amount > 0 AND coins > 0", name=op.f("ck_bundle_prices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
    )
    op.create_index(
        "uq_bundle_season",
        "bundle",
        ["series_id", "season"],
        unique=True,
        postgresql_where=sa.text("kind = 'season'"),
    )
    op.create_table(
        "bundle_item",
        sa.Column("bundle_id", sa.Uuid(), nullable=False),
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundle.id"], name=op.f("fk_bundle_item_bundle_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bundle_id", "film_id", name=op.f("pk_bundle_item")),
    )
    op.create_index(op.f("ix_bundle_item_film_id"), "bundle_item", ["film_id"], unique=False)


def _grants() -> None:
    op.create_table(
        "access_grant",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("film_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("spend_id", sa.Uuid(), nullable=True),
        sa.Column("bundle_id", sa.Uuid(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("told_until", TIME, nullable=True),
        sa.Column("coins", sa.BigInteger(), nullable=False),
        sa.Column("finish_within_hours", sa.Integer(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("refunded_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'rental') = (expires_at IS NOT NULL)", name=op.f("ck_access_grant_expiry")
        ),
        sa.CheckConstraint(
            "(kind = 'rental') = (finish_within_hours IS NOT NULL)",
            name=op.f("ck_access_grant_rental"),
        ),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["bundle.id"], name=op.f("fk_access_grant_bundle_id")
        ),
        sa.ForeignKeyConstraint(
            ["spend_id"], ["coin_spend.id"], name=op.f("fk_access_grant_spend_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_grant")),
        sa.UniqueConstraint("key", name=op.f("uq_access_grant_key")),
    )
    op.create_index(
        "ix_access_grant_account_id_id", "access_grant", ["account_id", "id"], unique=False
    )
    op.create_index("ix_access_grant_bundle_id", "access_grant", ["bundle_id"], unique=False)
    op.create_index(
        "ix_access_grant_ending",
        "access_grant",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'ended' AND is_open"),
    )
    op.create_index(
        "ix_access_grant_given",
        "access_grant",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'given'"),
    )
    op.create_index("ix_access_grant_order_id", "access_grant", ["order_id"], unique=False)
    op.create_index(op.f("ix_access_grant_spend_id"), "access_grant", ["spend_id"], unique=False)
    op.create_index(
        "uq_access_grant_live",
        "access_grant",
        ["account_id", "film_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )


def downgrade() -> None:
    for name in (
        "access_grant",
        "bundle_item",
        "bundle",
        "offer",
        "pack",
        "coin_gift",
        "coin_spend",
        "coin_use",
        "coin_lot",
    ):
        op.drop_table(name)
