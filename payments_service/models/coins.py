"""Coins: the lots they came in, what they were spent on, gifts, and the packs that are sold."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Row
from payments_service.models.table import Table


class CoinKind(StrEnum):
    """Granted coins cost nobody anything, may expire and are spent first."""

    bought = "bought"
    granted = "granted"


class CoinLot(Row, Table):
    """Coins that came together. `value_amount` is the money still owed for those that remain.

    The last coin takes what is left of the value: a lot that is spent owes nothing.
    """

    __tablename__ = "coin_lot"
    __table_args__ = (
        CheckConstraint("remaining BETWEEN 0 AND amount AND amount > 0", "remaining"),
        CheckConstraint("value_amount >= 0 AND (remaining > 0 OR value_amount = 0)", "value"),
        # None of them names `remaining`: what is spent is then rewritten on its own page.
        Index("ix_coin_lot_account_id_id", "account_id", "id"),
        Index(
            "ix_coin_lot_expires_at",
            "expires_at",
            postgresql_where=text("expires_at IS NOT NULL"),
        ),
        Index("ix_coin_lot_order_id", "order_id", postgresql_where=text("order_id IS NOT NULL")),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    key: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[UUID]
    kind: Mapped[CoinKind] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    remaining: Mapped[int] = mapped_column(BigInteger)
    value_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    value_currency: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None]
    order_id: Mapped[UUID | None]
    warned_at: Mapped[datetime | None]
    """When its owner was told that it expires soon."""
    created_at: Mapped[datetime]


class CoinUse(Table):
    """What one movement took from one lot, and the money that was no longer owed for it."""

    __tablename__ = "coin_use"
    __table_args__ = (
        CheckConstraint("amount > 0 AND value >= 0", "amount"),
        Index("ix_coin_use_lot_id", "lot_id"),
    )

    journal_id: Mapped[UUID] = mapped_column(ForeignKey("journal.id"), primary_key=True)
    lot_id: Mapped[UUID] = mapped_column(ForeignKey("coin_lot.id"), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    value: Mapped[int] = mapped_column(BigInteger)


class CoinSpend(Row, Table):
    """Coins spent once; `id` is the journal's. `asked` tells whether a key asks for the same."""

    __tablename__ = "coin_spend"
    __table_args__ = (
        CheckConstraint("amount > 0", "amount"),
        Index("ix_coin_spend_account_id_id", "account_id", "id"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    asked: Mapped[str]
    account_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    granted_amount: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str]
    title: Mapped[str]
    created_at: Mapped[datetime]


class CoinGift(Row, Table):
    """Coins one account gave another; `id` is the journal's."""

    __tablename__ = "coin_gift"
    __table_args__ = (
        CheckConstraint("amount > 0 AND giver_id <> receiver_id", "amount"),
        Index("ix_coin_gift_giver_id", "giver_id"),
        Index("ix_coin_gift_receiver_id", "receiver_id"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    asked: Mapped[str]
    giver_id: Mapped[UUID]
    receiver_id: Mapped[UUID]
    amount: Mapped[int] = mapped_column(BigInteger)
    message: Mapped[str]
    created_at: Mapped[datetime]


class Pack(Row, Table):
    """Coins sold together, with what comes on top: always, at first, in a season, for a code.

    What it costs in one country is a CountryPrice of kind `coins`.
    """

    __tablename__ = "pack"
    __table_args__ = (
        CheckConstraint("amount > 0", "amount"),
        CheckConstraint("coins > 0 AND bonus_coins >= 0 AND first_coins >= 0", "coins"),
        CheckConstraint("season_coins >= 0 AND code_coins >= 0", "more_coins"),
        CheckConstraint("discount_percent BETWEEN 0 AND 100", "discount"),
    )

    name_fr: Mapped[str]
    name_en: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    coins: Mapped[int] = mapped_column(BigInteger)
    bonus_coins: Mapped[int] = mapped_column(BigInteger, default=0)
    first_coins: Mapped[int] = mapped_column(BigInteger, default=0)
    season_coins: Mapped[int] = mapped_column(BigInteger, default=0)
    season_from: Mapped[datetime | None]
    season_until: Mapped[datetime | None]
    code: Mapped[str] = mapped_column(default="")
    code_coins: Mapped[int] = mapped_column(BigInteger, default=0)
    bonus_days: Mapped[int | None]
    discount_percent: Mapped[int] = mapped_column(default=0)
    discount_until: Mapped[datetime | None]
    is_on_sale: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
