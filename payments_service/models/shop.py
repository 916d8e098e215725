"""What is sold besides coins: a film's terms, bundles and season passes, and who was given what."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.contracts.payments.shop import BundleKind, GrantKind, GrantState
from kit.db import Row
from payments_service.models.table import Table


class Offer(Table):
    """A film's terms beside its price, which the catalogue has: one row a film, so one price each.

    A term that is null is not offered.
    """

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("coins > 0 AND rental_coins > 0 AND rental_amount > 0", "prices"),
        CheckConstraint("(rental_amount IS NULL) = (rental_currency IS NULL)", "rental_price"),
        CheckConstraint("start_within_days > 0 AND finish_within_hours > 0", "window"),
    )

    film_id: Mapped[UUID] = mapped_column(primary_key=True)
    coins: Mapped[int | None] = mapped_column(BigInteger)
    rental_coins: Mapped[int | None] = mapped_column(BigInteger)
    rental_amount: Mapped[int | None] = mapped_column(BigInteger)
    rental_currency: Mapped[str | None]
    start_within_days: Mapped[int]
    finish_within_hours: Mapped[int]
    updated_at: Mapped[datetime]


class Bundle(Row, Table):
    """Films sold together; a season pass is one that grows with the season's episodes."""

    __tablename__ = "bundle"
    __table_args__ = (
        CheckConstraint("amount > 0 AND coins > 0", "prices"),
        CheckConstraint("(kind = 'season') = (series_id IS NOT NULL)", "series"),
        CheckConstraint("(series_id IS NULL) = (season IS NULL)", "season"),
        Index(
            "uq_bundle_season",
            "series_id",
            "season",
            unique=True,
            postgresql_where=text("kind = 'season'"),
        ),
    )

    kind: Mapped[BundleKind] = mapped_column(Text)
    title_fr: Mapped[str]
    title_en: Mapped[str]
    series_id: Mapped[UUID | None]
    season: Mapped[int | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    coins: Mapped[int | None] = mapped_column(BigInteger)
    is_on_sale: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    items: Mapped[list["BundleItem"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="BundleItem.position"
    )


class BundleItem(Table):
    __tablename__ = "bundle_item"

    bundle_id: Mapped[UUID] = mapped_column(
        ForeignKey("bundle.id", ondelete="CASCADE"), primary_key=True
    )
    film_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    title: Mapped[str]
    position: Mapped[int]


class Grant(Row, Table):
    """One film somebody paid for, or owns: a token opens it. One of a kind per account at a time.

    `order_id` or `spend_id`: how it was paid; `bundle_id`: what it came with. `expires_at` is set
    for rentals, and brought forward by the first play. `is_open`: tokens_service has
    a good token for it, or may have; `told_until`: that token's end.
    """

    __tablename__ = "access_grant"
    __table_args__ = (
        CheckConstraint("(kind = 'rental') = (finish_within_hours IS NOT NULL)", "rental"),
        CheckConstraint("(kind = 'rental') = (expires_at IS NOT NULL)", "expiry"),
        Index(
            "uq_access_grant_live",
            "account_id",
            "film_id",
            "kind",
            unique=True,
            postgresql_where=text("state <> 'ended'"),
        ),
        Index("ix_access_grant_account_id_id", "account_id", "id"),
        Index("ix_access_grant_given", "id", postgresql_where=text("state = 'given'")),
        Index("ix_access_grant_ending", "id", postgresql_where=text("state = 'ended' AND is_open")),
        Index("ix_access_grant_order_id", "order_id"),
        Index("ix_access_grant_bundle_id", "bundle_id"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[UUID | None]
    film_id: Mapped[UUID]
    title: Mapped[str]
    kind: Mapped[GrantKind] = mapped_column(Text)
    state: Mapped[GrantState] = mapped_column(Text, default=GrantState.given)
    order_id: Mapped[UUID | None]
    spend_id: Mapped[UUID | None] = mapped_column(ForeignKey("coin_spend.id"), index=True)
    bundle_id: Mapped[UUID | None] = mapped_column(ForeignKey("bundle.id"))
    token_id: Mapped[UUID | None]
    code: Mapped[str] = mapped_column(default="")
    is_open: Mapped[bool] = mapped_column(default=False)
    told_until: Mapped[datetime | None]
    coins: Mapped[int] = mapped_column(BigInteger, default=0)
    finish_within_hours: Mapped[int | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    refunded_at: Mapped[datetime | None]
