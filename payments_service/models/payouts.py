"""Money on its way out: payout accounts, payouts, and each try to give money."""

from datetime import datetime
from enum import StrEnum
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

from kit.contracts.payments.payouts import HolderCheck, PayoutState
from kit.db import Row
from payments_service.models.table import Table


class GivingState(StrEnum):
    """One try to give money; `unknown` was sent, and no answer told what became of it."""

    new = "new"
    pending = "pending"
    unknown = "unknown"
    approved = "approved"
    declined = "declined"


class PayoutAccount(Row, Table):
    """Where a film-maker is paid; a changed number is a new row, the old one stays for the story.

    `flags` tell staff what to look at: `name` (not the account's), `duplicate` (others' number),
    `holder` (not who the operator says). `holder_found` is for staff alone.
    """

    __tablename__ = "payout_account"
    __table_args__ = (
        Index(
            "uq_payout_account_current",
            "account_id",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
        Index("ix_payout_account_phone", "phone"),
    )

    account_id: Mapped[UUID]
    phone: Mapped[str]
    country: Mapped[str]
    method: Mapped[str]
    holder_name: Mapped[str]
    account_name: Mapped[str]
    flags: Mapped[list[str]] = mapped_column(JSONB)
    checked_by: Mapped[str] = mapped_column(server_default="")
    """Who looked at the flags and the name, and found them well."""
    holder_check: Mapped[HolderCheck] = mapped_column(Text, server_default="unknown")
    holder_found: Mapped[str] = mapped_column(server_default="")
    """The name that `holder_checked_with` told."""
    holder_checked_with: Mapped[str] = mapped_column(server_default="")
    holder_checked_at: Mapped[datetime | None]
    usable_at: Mapped[datetime]
    created_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Payout(Row, Table):
    """Money that a film-maker asked for. It is held back in the ledger from that moment."""

    __tablename__ = "payout"
    __table_args__ = (
        Index("ix_payout_account_id_id", "account_id", "id"),
        Index("ix_payout_state_id", "state", "id"),
        CheckConstraint("amount > 0", "amount"),
        CheckConstraint("approved_by IS DISTINCT FROM account_id::text", "not_by_oneself"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[UUID]
    payout_account_id: Mapped[UUID] = mapped_column(ForeignKey("payout_account.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[PayoutState] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(server_default="")
    """Why it is held or failed; a word of `reasons` in the contract."""
    note: Mapped[str] = mapped_column(server_default="")
    provider: Mapped[str] = mapped_column(server_default="")
    hold_id: Mapped[UUID]
    approved_by: Mapped[str | None]
    requested_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class GivingAttempt(Row, Table):
    """One call to a provider to send money; its id is the provider's idempotency key.

    Written and committed before the provider hears of it, and asked about until it is final.
    """

    __tablename__ = "giving_attempt"
    __table_args__ = (
        CheckConstraint("num_nonnulls(refund_id, payout_id) = 1", "of_one"),
        CheckConstraint("amount > 0", "amount"),
        UniqueConstraint("refund_id", "number"),
        UniqueConstraint("payout_id", "number"),
        Index(
            "uq_giving_attempt_refund",
            "refund_id",
            unique=True,
            postgresql_where=text("state <> 'declined'"),
        ),
        Index(
            "uq_giving_attempt_payout",
            "payout_id",
            unique=True,
            postgresql_where=text("state <> 'declined'"),
        ),
        Index(
            "ix_giving_attempt_next_check_at",
            "next_check_at",
            postgresql_where=text("state NOT IN ('approved', 'declined')"),
        ),
    )

    refund_id: Mapped[UUID | None] = mapped_column(ForeignKey("refund.id"))
    payout_id: Mapped[UUID | None] = mapped_column(ForeignKey("payout.id"))
    number: Mapped[int]
    provider: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What the provider is told: phone, method, country, name."""
    state: Mapped[GivingState] = mapped_column(Text)
    provider_ref: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    trouble: Mapped[str] = mapped_column(server_default="")
    checks: Mapped[int] = mapped_column(server_default=text("0"))
    next_check_at: Mapped[datetime]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
