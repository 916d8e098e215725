"""The ledger: accounts, journals, their postings, and what holds keep back."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.db import Row
from payments_service.models.table import Table


class Kind(StrEnum):
    """What an account is in the books; assets and expenses grow by debits, the rest by credits."""

    asset = "asset"
    liability = "liability"
    equity = "equity"
    income = "income"
    expense = "expense"


class Guard(StrEnum):
    """What the database keeps an account from: `debit` balances, `credit` balances, or nothing."""

    none = "none"
    no_debit = "no_debit"
    no_credit = "no_credit"


class Phase(StrEnum):
    """A journal moves money at once, holds it back, or ends a hold by posting or voiding it."""

    posted = "posted"
    hold = "hold"
    post = "post"
    void = "void"


NEVER_NEGATIVE = """
    CASE guard
        WHEN 'no_debit' THEN posted + held_debit <= 0
        WHEN 'no_credit' THEN posted - held_credit >= 0
        ELSE true
    END
"""


class Account(Table):
    """One account in one currency. Balances are signed: debits are positive, credits negative.

    Only triggers change the balances, when a posting or a hold is written.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("id", "currency"),
        CheckConstraint(NEVER_NEGATIVE, "never_negative"),
        CheckConstraint("held_debit >= 0 AND held_credit >= 0", "held"),
        {"postgresql_with": {"fillfactor": "50"}},  # a hot row is rewritten on its own page
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind] = mapped_column(Text)
    currency: Mapped[str]
    guard: Mapped[Guard] = mapped_column(Text)
    posted: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    held_debit: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    held_credit: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    posting_count: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Journal(Row, Table):
    """One movement, whole or not at all; never changed. `source` is what caused it, `order/…`."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_source", "source"),
        Index("ix_journal_at_id", "at", "id"),
        Index("ix_journal_kind_at_id", "kind", "at", "id"),
        Index(
            "uq_journal_resolves_id",
            "resolves_id",
            unique=True,
            postgresql_where=text("resolves_id IS NOT NULL"),
        ),
        Index(
            "uq_journal_reverses_id",
            "reverses_id",
            unique=True,
            postgresql_where=text("reverses_id IS NOT NULL"),
        ),
        Index(
            "ix_journal_expires_at",
            "expires_at",
            postgresql_where=text("phase = 'hold'"),
        ),
        CheckConstraint("(phase IN ('post', 'void')) = (resolves_id IS NOT NULL)", "resolves"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    input_hash: Mapped[str]
    phase: Mapped[Phase] = mapped_column(Text)
    kind: Mapped[str]
    at: Mapped[datetime]
    source: Mapped[str]
    description: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal.id"))
    resolves_id: Mapped[UUID | None] = mapped_column(ForeignKey("journal.id"))
    expires_at: Mapped[datetime | None]
    postings: Mapped[list["Posting"]] = relationship(
        lazy="raise",
        order_by="Posting.id",
        primaryjoin="Journal.id == foreign(Posting.journal_id)",
        back_populates="journal",
    )


class Posting(Table):
    """One leg of a journal. `number` and `balance` are the account's after it.

    A trigger checks them, and that journal and account are there: a statement at a time.
    """

    __tablename__ = "posting"
    __table_args__ = (
        UniqueConstraint("account_id", "number"),
        UniqueConstraint("journal_id", "account_id"),
        CheckConstraint("amount <> 0", "amount"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    journal_id: Mapped[UUID]
    account_id: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int] = mapped_column(BigInteger)
    journal: Mapped[Journal] = relationship(
        lazy="raise",
        primaryjoin="Journal.id == foreign(Posting.journal_id)",
        back_populates="postings",
    )


class Held(Table):
    """One leg of a hold: kept back from what is available, moved only once the hold is posted."""

    __tablename__ = "held"
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "currency"], ["account.id", "account.currency"]),
        CheckConstraint("amount <> 0", "amount"),
        Index("ix_held_account_id", "account_id"),
    )

    journal_id: Mapped[UUID] = mapped_column(ForeignKey("journal.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    currency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
