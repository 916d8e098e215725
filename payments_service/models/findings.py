"""What watching over the books leaves: how far they were checked, and what was found."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import Row
from payments_service.models.table import Table


class FindingKind(StrEnum):
    """Which promise of the books is broken."""

    trial_balance = "trial_balance"
    account_balance = "account_balance"
    account_history = "account_history"
    held_amount = "held_amount"
    overdue_hold = "overdue_hold"
    bare_journal = "bare_journal"
    open_item = "open_item"
    provider_balance = "provider_balance"
    coin_lots = "coin_lots"
    earnings = "earnings"
    missing_paper = "missing_paper"


class AccountCheck(Table):
    """An account is known to be right up to this posting; `whole_at`: last summed up from none."""

    __tablename__ = "account_check"

    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("account.id"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int] = mapped_column(BigInteger)
    whole_at: Mapped[datetime] = mapped_column(index=True)


class OpenItem(Table):
    """What is left on a clearing account of one thing: zero once it is cleared, then no row."""

    __tablename__ = "open_item"

    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("account.id"), primary_key=True, autoincrement=False
    )
    item: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime]


class Finding(Row, Table):
    """Something in the books that should not be; closed by the check that finds it gone."""

    __tablename__ = "finding"
    __table_args__ = (
        Index(
            "uq_finding_open",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    kind: Mapped[FindingKind] = mapped_column(Text)
    subject: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Reconciliation(Row, Table):
    """What a provider said it holds for us, beside what our books say."""

    __tablename__ = "reconciliation"
    __table_args__ = (
        Index("ix_reconciliation_provider_currency_at", "provider", "currency", "at"),
    )

    provider: Mapped[str]
    currency: Mapped[str]
    at: Mapped[datetime]
    ours: Mapped[int] = mapped_column(BigInteger)
    theirs: Mapped[int] = mapped_column(BigInteger)
    differs_since: Mapped[datetime | None]
