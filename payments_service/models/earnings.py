"""What film-makers earn: views, shares, terms, earnings, statements."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Row
from payments_service.models.table import Table


class EarningKind(StrEnum):
    """`sale` is negative when a sale was taken back."""

    views = "views"
    sale = "sale"


class View(Table):
    """Somebody watched a film on a day: once, however often. `viewer` is a hash, not a name."""

    __tablename__ = "view"

    day: Mapped[date] = mapped_column(primary_key=True)
    film_id: Mapped[UUID] = mapped_column(primary_key=True)
    viewer: Mapped[str] = mapped_column(primary_key=True)


class MakerShare(Table):
    """Who made a film, and how much of what its makers get is theirs; together 1000.

    `carry` is what rounding still owes them, in billionths of a minor unit.
    """

    __tablename__ = "maker_share"
    __table_args__ = (
        CheckConstraint("per_mille BETWEEN 0 AND 1000", "per_mille"),
        Index("ix_maker_share_account_id", "account_id"),
    )

    film_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    per_mille: Mapped[int]
    film_title: Mapped[str] = mapped_column(server_default="")
    carry: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))
    """By currency."""
    given_by: Mapped[str]
    given_at: Mapped[datetime]


class EarningTerms(Table):
    """Terms other than the house's, of one film or one maker; the film's come first."""

    __tablename__ = "earning_terms"
    __table_args__ = (
        CheckConstraint("of IN ('film', 'maker')", "of"),
        CheckConstraint("per_view_millionths BETWEEN 0 AND 1000000000", "per_view"),
        CheckConstraint("sale_per_mille BETWEEN 0 AND 1000", "sale"),
    )

    of: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    per_view_millionths: Mapped[int | None] = mapped_column(BigInteger)
    sale_per_mille: Mapped[int | None]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class Accrual(Row, Table):
    """One event that makers earned from: a film's views of a day, or one sale. Never changed."""

    __tablename__ = "accrual"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_accrual_film_id_number", "film_id", "number"),
        Index("ix_accrual_day", "day"),
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity())
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[EarningKind] = mapped_column(Text)
    film_id: Mapped[UUID]
    day: Mapped[date]
    quantity: Mapped[int] = mapped_column(BigInteger)
    """How many views; of a sale 1, or -1 when it was taken back."""
    amount: Mapped[int] = mapped_column(BigInteger)
    """What the sale came to; of views 0."""
    currency: Mapped[str]
    earned_amount: Mapped[int] = mapped_column(BigInteger)
    terms: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """The makers, their shares and terms as they were: enough to reckon it again."""
    journal_id: Mapped[UUID | None]
    accrued_at: Mapped[datetime]


class Earning(Table):
    """What one maker got of one event. `due` is exact, in billionths of a minor unit.

    `day` is when it counts for a statement: the event's own, or a later one once that month is
    stated. `forgiven_amount`: of a sale taken back, what the maker had been paid already;
    below zero when that sale stands again.
    """

    __tablename__ = "earning"
    __table_args__ = (Index("ix_earning_account_id_day", "account_id", "day"),)

    accrual_id: Mapped[UUID] = mapped_column(ForeignKey("accrual.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    film_id: Mapped[UUID]
    day: Mapped[date]
    kind: Mapped[EarningKind] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(BigInteger)
    due: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    forgiven_amount: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    currency: Mapped[str]
    matures_at: Mapped[datetime]


class Statement(Row, Table):
    """A maker's month in one currency; never changed. `lines` are by film."""

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("account_id", "month", "currency"),
        CheckConstraint(
            "opening_amount + views_amount + sales_amount - paid_amount + returned_amount"
            " = closing_amount",
            "sums",
        ),
    )

    account_id: Mapped[UUID]
    month: Mapped[date]
    currency: Mapped[str]
    opening_amount: Mapped[int] = mapped_column(BigInteger)
    views_count: Mapped[int] = mapped_column(BigInteger)
    views_amount: Mapped[int] = mapped_column(BigInteger)
    sales_count: Mapped[int] = mapped_column(BigInteger)
    sales_amount: Mapped[int] = mapped_column(BigInteger)
    paid_amount: Mapped[int] = mapped_column(BigInteger)
    returned_amount: Mapped[int] = mapped_column(BigInteger)
    closing_amount: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    made_at: Mapped[datetime]
