"""Orders, the attempts to pay them, the inbox of webhooks, and what staff said of providers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.contracts.payments.orders import AttemptState, OrderKind, OrderState, WebhookState
from kit.db import Row
from payments_service.models.table import Table

OPEN_ORDER = "state IN ('created', 'pending')"
UNPAPERED_ORDER = "paid_at IS NOT NULL AND amount > 0 AND NOT is_papered"


class Order(Row, Table):
    """What somebody buys. `payer` is who may use `key` again: `account:…`, or `anyone`.

    `details` is the seller's own; `given` is what the owner is shown once they have it.
    `amount` = `list_amount` − `discount_amount`; `tax_amount` is the part of it that is tax.
    `held_at`: since when what it gave is closed, because all of its money is on its way back.
    """

    __tablename__ = "order"
    __table_args__ = (
        UniqueConstraint("payer", "key"),
        CheckConstraint("amount >= 0 AND refunded_amount BETWEEN 0 AND amount", "amount"),
        Index("ix_order_account_id_id", "account_id", "id"),
        Index("ix_order_state_id", "state", "id"),
        Index("ix_order_open_expires_at", "expires_at", postgresql_where=text(OPEN_ORDER)),
        Index("ix_order_paid_since", "paid_at", postgresql_where=text("state = 'paid'")),
        Index("ix_order_unpapered", "paid_at", postgresql_where=text(UNPAPERED_ORDER)),
    )

    account_id: Mapped[UUID | None]
    secret_hash: Mapped[str | None]
    payer: Mapped[str]
    key: Mapped[str]
    input_hash: Mapped[str]
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="fr")
    country: Mapped[str | None]
    kind: Mapped[OrderKind] = mapped_column(Text)
    subject: Mapped[str]
    title: Mapped[str]
    quantity: Mapped[int] = mapped_column(default=1)
    list_amount: Mapped[int] = mapped_column(BigInteger)
    discount_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    tax_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    coupon_code: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    given: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    state: Mapped[OrderState] = mapped_column(Text)
    is_test: Mapped[bool] = mapped_column(default=False)
    refunded_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_at: Mapped[datetime | None]
    fulfilled_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    is_papered: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """Whether its invoice is written."""
    turn: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    """How often what it gave was to be given again, after it had been taken back."""
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    attempts: Mapped[list["Attempt"]] = relationship(
        lazy="raise", order_by="Attempt.id", back_populates="order"
    )


class Attempt(Row, Table):
    """One try to pay an order; its id is our idempotency key at the provider.

    `rate`: units of the order's currency for one of `currency`, as it was quoted. `seen_…`: what
    the provider says it charged. `is_matched`: its money paid the order; money that came and is
    not matched is in `unmatched`, and goes back.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("provider", "provider_ref"),
        UniqueConstraint("order_id", "key"),
        CheckConstraint("amount > 0", "amount"),
        Index("ix_attempt_state_id", "state", "id"),
        Index("ix_attempt_provider_created_at", "provider", "created_at"),
        Index(
            "ix_attempt_next_check_at",
            "next_check_at",
            postgresql_where=text("next_check_at IS NOT NULL"),
        ),
        Index(
            "uq_attempt_matched",
            "order_id",
            unique=True,
            postgresql_where=text("is_matched"),
        ),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("order.id"))
    key: Mapped[str]
    input_hash: Mapped[str]
    provider: Mapped[str]
    method: Mapped[str]
    country: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    rate: Mapped[str | None]
    is_test: Mapped[bool] = mapped_column(default=False)
    state: Mapped[AttemptState] = mapped_column(Text)
    provider_ref: Mapped[str | None]
    redirect_url: Mapped[str] = mapped_column(default="")
    secrets: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    reason: Mapped[str] = mapped_column(default="")
    trouble: Mapped[str] = mapped_column(default="")
    seen_amount: Mapped[int | None] = mapped_column(BigInteger)
    seen_currency: Mapped[str | None]
    fee: Mapped[int] = mapped_column(BigInteger, default=0)
    refunded_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    is_disputed: Mapped[bool] = mapped_column(default=False)
    is_matched: Mapped[bool] = mapped_column(default=False)
    checks: Mapped[int] = mapped_column(default=0)
    next_check_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    order: Mapped[Order] = relationship(lazy="raise", back_populates="attempts")


class Webhook(Row, Table):
    """The inbox: each webhook once, as it came."""

    __tablename__ = "webhook"
    __table_args__ = (
        UniqueConstraint("provider", "dedupe_key"),
        Index("ix_webhook_state_id", "state", "id"),
        Index("ix_webhook_attempt_id", "attempt_id"),
        Index("ix_webhook_provider_provider_ref", "provider", "provider_ref"),
    )

    provider: Mapped[str]
    dedupe_key: Mapped[str]
    kind: Mapped[str]
    provider_ref: Mapped[str]
    attempt_id: Mapped[UUID | None]  # as it says: it may be no attempt of ours
    shows: Mapped[dict[str, str]] = mapped_column(JSONB)  # its only proof, where there is no other
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[WebhookState] = mapped_column(Text, server_default="waiting")
    outcome: Mapped[str] = mapped_column(server_default="")
    delivery_count: Mapped[int] = mapped_column(server_default=text("1"))
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class ProviderState(Table):
    """What staff said of a provider."""

    __tablename__ = "provider_state"

    name: Mapped[str] = mapped_column(primary_key=True)
    is_paused: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    changed_by: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime]
