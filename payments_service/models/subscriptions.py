"""Plans, subscriptions, and the periods they were given for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.contracts.payments.subscriptions import Interval, PeriodKind, SubscriptionState
from kit.db import Row
from payments_service.models.table import Table
from payments_service.models.words import OneOf


class Plan(Row, Table):
    """What one can subscribe to; prices of other countries are in country_price."""

    __tablename__ = "plan"
    __table_args__ = (
        CheckConstraint("amount > 0", "amount"),
        CheckConstraint("trial_days >= 0 AND grace_days >= 0", "days"),
    )

    title: Mapped[str]
    title_en: Mapped[str | None]
    description: Mapped[str]
    description_en: Mapped[str]
    tier: Mapped[str]
    interval: Mapped[Interval] = mapped_column(OneOf(Interval))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    trial_days: Mapped[int]
    grace_days: Mapped[int]
    max_devices: Mapped[int | None]
    position: Mapped[int]
    is_on_sale: Mapped[bool]
    created_at: Mapped[datetime]


class Subscription(Row, Table):
    """One per account as long as it lives; `anchor_at` is what its months are counted from.

    `amount`: what the next period costs, in `currency`, as it was promised. `credit_amount`: left
    from a dearer plan, taken off the next payments. `kept_days`: whole days that a pause keeps.
    `next_at`: when the clock has to look again. `token_key` and `token_number`, which grows with
    each token, name it at tokens_service.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("credit_amount >= 0", "credit_amount"),
        CheckConstraint("period_end >= period_start", "period"),
        CheckConstraint("(state = 'paused') = (kept_days IS NOT NULL)", "kept_days"),
        Index(
            "uq_subscription_alive",
            "account_id",
            unique=True,
            postgresql_where=text("state <> 'expired'"),
        ),
        Index(
            "ix_subscription_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")
        ),
        Index("ix_subscription_account_id", "account_id"),
        Index("ix_subscription_plan_id", "plan_id"),
    )  # fmt: skip

    account_id: Mapped[UUID]
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"))
    state: Mapped[SubscriptionState] = mapped_column(OneOf(SubscriptionState))
    interval: Mapped[Interval] = mapped_column(OneOf(Interval))
    is_trial: Mapped[bool]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    country: Mapped[str]
    locale: Mapped[str]
    started_at: Mapped[datetime]
    anchor_at: Mapped[datetime]
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    period_amount: Mapped[int] = mapped_column(BigInteger)
    grace_days: Mapped[int]
    kept_days: Mapped[int | None]
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    next_plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan.id"))
    credit_amount: Mapped[int] = mapped_column(BigInteger)
    renewal_order_id: Mapped[UUID | None]
    reminder_number: Mapped[int]
    provider: Mapped[str]
    saved: Mapped[str]
    charge_count: Mapped[int]
    next_at: Mapped[datetime | None]
    token_id: Mapped[UUID | None]
    token_until: Mapped[datetime | None]
    token_key: Mapped[str]
    token_number: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    plan: Mapped[Plan] = relationship(lazy="raise", foreign_keys=[plan_id])


class SubscriptionPeriod(Row, Table):
    """A stretch that was paid for by one order, or given as a trial: an order counts once."""

    __tablename__ = "subscription_period"
    __table_args__ = (
        UniqueConstraint("order_id"),
        Index("ix_subscription_period_subscription_id", "subscription_id", "id"),
    )

    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscription.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id"))
    kind: Mapped[PeriodKind] = mapped_column(OneOf(PeriodKind))
    order_id: Mapped[UUID | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    taken_back_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Trial(Table):
    """Who has had their trial: `person` is an account, or the digest of an e-mail address."""

    __tablename__ = "trial"

    person: Mapped[str] = mapped_column(primary_key=True)
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscription.id"))
    at: Mapped[datetime]
