"""Coupons and prices by country, on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from kit.pages import Page
from kit.schema import Flag, Schema, Whole

Amount = Annotated[Whole, Field(ge=1, le=10**12)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Times = Annotated[Whole, Field(ge=1, le=10**7)]
KindOfOrder = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")]
Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
# What people choose for a coupon: letters and digits, dashes between them.
CouponCode = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9]+(-?[A-Za-z0-9]+)*$",
        min_length=3, max_length=40,
    ),
]  # fmt: skip


class CouponKind(StrEnum):
    percent = "percent"
    amount = "amount"


class CouponChange(Schema):
    """What is left out stays as it is. `most_amount`: a percentage takes off no more than this."""

    label: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit_total: Times | None = None
    limit_per_person: Times | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    is_active: Flag | None = None


class CouponNew(Schema):
    """`kinds`, `subjects`: which orders it is for; empty: any. `first_order_only`: for people who
    have never paid for anything. An `amount` counts in its `currency` only.
    """

    code: CouponCode
    label: Annotated[str, StringConstraints(max_length=200)] = ""
    kind: CouponKind
    percent: Annotated[Whole, Field(ge=1, le=100)] | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    most_amount: Amount | None = None
    least_order_amount: Amount | None = None
    kinds: Annotated[list[KindOfOrder], Field(max_length=20)] = Field(default_factory=list)
    subjects: Annotated[list[Subject], Field(max_length=200)] = Field(default_factory=list)
    limit_total: Times | None = None
    limit_per_person: Times | None = 1
    first_order_only: Flag = False
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    is_active: Flag = True

    @model_validator(mode="after")
    def make_sense(self) -> Self:
        if (self.kind is CouponKind.percent) != (self.percent is not None):
            raise ValueError("a coupon of kind percent has a percent, the other has none")
        if (self.kind is CouponKind.amount) != (self.amount is not None):
            raise ValueError("a coupon of kind amount has an amount, the other has none")
        limits = (self.amount, self.most_amount, self.least_order_amount)
        if (self.currency is None) != all(limit is None for limit in limits):
            raise ValueError("name the currency of the amounts; without amounts, name none")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("a coupon ends after it starts")
        return self


class Coupon(Schema):
    """`used_count`: orders it is in, those that were never paid not counted."""

    id: UUID
    code: str
    label: str
    kind: CouponKind
    percent: int | None
    amount: int | None
    currency: str | None
    most_amount: int | None
    least_order_amount: int | None
    kinds: list[str]
    subjects: list[str]
    limit_total: int | None
    limit_per_person: int | None
    first_order_only: bool
    starts_at: datetime | None
    ends_at: datetime | None
    is_active: bool
    used_count: int
    created_at: datetime


class CouponCheck(Schema):
    """Would this coupon count for an order? `amount` is the order's, before the coupon."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    kind: KindOfOrder
    subject: Subject
    amount: Amount
    currency: Currency


class CouponOffer(Schema):
    code: str
    discount: int
    amount: int
    currency: str


class CountryPriceNew(Schema):
    """What one thing costs in one country: `kind` and `subject` as those of an order."""

    kind: KindOfOrder
    subject: Subject
    country: Country
    amount: Amount
    currency: Currency


class CountryPrice(Schema):
    id: UUID
    kind: str
    subject: str
    country: str
    amount: int
    currency: str


class CountryPrices(Schema):
    items: list[CountryPrice]


Coupons = Page[Coupon]
