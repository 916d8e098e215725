"""Invoices and what corrects them: series without gaps, refunds, disputes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.contracts.payments.papers import PaperKind
from kit.contracts.payments.refunds import DisputeState, RefundState
from kit.db import Row
from payments_service.models.table import Table


class InvoiceSeries(Table):
    """The last number given in a series and year; its row is locked until the paper is there."""

    __tablename__ = "invoice_series"
    __table_args__ = (CheckConstraint("last_number >= 0", "last_number"),)

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class Invoice(Row, Table):
    """A numbered paper; never changed. `facts` is all that is written on it."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("series", "year", "number"),
        UniqueConstraint("source", "kind"),
        Index("ix_invoice_account_id_id", "account_id", "id"),
        Index("ix_invoice_order_id", "order_id"),
        CheckConstraint("number > 0", "number"),
        CheckConstraint("net_amount + tax_amount = total_amount", "sums"),
        CheckConstraint("(kind = 'credit_note') = (credits_id IS NOT NULL)", "credits"),
    )

    kind: Mapped[PaperKind] = mapped_column(Text)
    series: Mapped[str]
    year: Mapped[int]
    number: Mapped[int]
    source: Mapped[str]
    """What it is for, `order/{id}` or `refund/{id}`: one paper of a kind each."""
    order_id: Mapped[UUID]
    credits_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoice.id"))
    account_id: Mapped[UUID | None]
    currency: Mapped[str]
    net_amount: Mapped[int] = mapped_column(BigInteger)
    tax_amount: Mapped[int] = mapped_column(BigInteger)
    total_amount: Mapped[int] = mapped_column(BigInteger)
    locale: Mapped[str]
    issued_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Capture(Table):
    """What came in by one attempt, and how much of it went back or is on its way back.

    No refund is written that does not fit: the database refuses it, whoever asks.
    """

    __tablename__ = "capture"
    __table_args__ = (CheckConstraint("refunded_amount BETWEEN 0 AND amount", "never_more"),)

    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    refunded_amount: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class Refund(Row, Table):
    """Money that goes back: to where it came from, or as coins.

    `amount` is in the order's currency, `source_amount` in the one that was captured.
    """

    __tablename__ = "refund"
    __table_args__ = (
        Index("ix_refund_order_id", "order_id"),
        Index("ix_refund_state_id", "state", "id"),
        CheckConstraint("amount > 0 AND source_amount > 0", "amount"),
        CheckConstraint("coins >= 0 AND bonus_coins >= 0", "coins"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[UUID]
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("capture.attempt_id"))
    account_id: Mapped[UUID | None]
    way: Mapped[str]
    """`source` or `coins`."""
    rule: Mapped[str]
    """Why it was allowed: `window`, `admin`, `unmatched`."""
    reason: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    source_amount: Mapped[int] = mapped_column(BigInteger)
    source_currency: Mapped[str]
    coins: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    bonus_coins: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    state: Mapped[RefundState] = mapped_column(Text)
    trouble: Mapped[str] = mapped_column(server_default="")
    asked_by: Mapped[str]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Dispute(Row, Table):
    """A payer asked their bank for the money: it is gone from the provider until decided.

    What is booked of it: `held` (argued about) and `lost`, in the captured currency; `undone`: what
    of the order that is. `moves`: by how many journals.
    """

    __tablename__ = "dispute"
    __table_args__ = (
        Index("ix_dispute_order_id", "order_id"),
        Index("ix_dispute_state_id", "state", "id"),
        CheckConstraint("amount > 0", "amount"),
        CheckConstraint("held >= 0 AND lost >= 0 AND undone >= 0", "taken"),
    )

    order_id: Mapped[UUID]
    attempt_id: Mapped[UUID] = mapped_column(unique=True)
    provider: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[DisputeState] = mapped_column(Text)
    order_state: Mapped[str]
    """What the order was before; a dispute that is won leads back there."""
    fee: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """What the provider kept for it, as far as it is booked."""
    held: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    lost: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    undone: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    moves: Mapped[int] = mapped_column(server_default=text("0"))
    is_by_hand: Mapped[bool] = mapped_column(server_default=text("false"))
    """Staff decided it: that it is argued about again, the provider has to say by deciding it."""
    seen_at: Mapped[datetime | None]
    """When the provider last told of it: what it told before that is old."""
    note: Mapped[str] = mapped_column(server_default="")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
