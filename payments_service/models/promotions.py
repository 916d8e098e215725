"""Coupons, who used them, and prices by country."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kit.contracts.payments.promotions import CouponKind
from kit.db import Row
from payments_service.models.table import Table
from payments_service.models.words import OneOf


class Coupon(Row, Table):
    """A code that makes orders cheaper. A trigger counts its uses: no more than `limit_total`."""

    __tablename__ = "coupon"
    __table_args__ = (
        CheckConstraint("limit_total IS NULL OR used_count <= limit_total", "limit_total"),
        CheckConstraint("used_count >= 0", "used_count"),
        CheckConstraint("(kind = 'percent') = (percent IS NOT NULL)", "percent"),
        CheckConstraint("(kind = 'amount') = (amount IS NOT NULL)", "amount"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    kind: Mapped[CouponKind] = mapped_column(OneOf(CouponKind))
    percent: Mapped[int | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    most_amount: Mapped[int | None] = mapped_column(BigInteger)
    least_order_amount: Mapped[int | None] = mapped_column(BigInteger)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    subjects: Mapped[list[str]] = mapped_column(ARRAY(Text))
    limit_total: Mapped[int | None]
    limit_per_person: Mapped[int | None]
    first_order_only: Mapped[bool]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    is_active: Mapped[bool]
    used_count: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class CouponUse(Row, Table):
    """A coupon in an order (whose details name it), from its making on; gone if it is never paid.

    `number` counts a person's uses from 1; a trigger keeps it within `limit_per_person`.
    """

    __tablename__ = "coupon_use"
    __table_args__ = (
        UniqueConstraint("coupon_id", "person", "number"),
        Index("ix_coupon_use_person", "person"),
    )

    coupon_id: Mapped[UUID] = mapped_column(ForeignKey("coupon.id"))
    person: Mapped[str]
    number: Mapped[int]
    discount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    created_at: Mapped[datetime]


class CountryPrice(Row, Table):
    """What one thing costs in one country, where that is not its usual price."""

    __tablename__ = "country_price"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "country"),
        CheckConstraint("amount > 0", "amount"),
    )

    kind: Mapped[str]
    subject: Mapped[str]
    country: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
