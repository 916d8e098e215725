"""Vouchers and gift cards, what became of their money, and orders paid in cash."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.contracts.payments.vouchers import Into, VoucherKind, VoucherState
from kit.db import Row
from payments_service.models.table import Table
from payments_service.models.words import OneOf


class VoucherBatch(Row, Table):
    """Vouchers that were made together, to print on sheets for one agency."""

    __tablename__ = "voucher_batch"
    __table_args__ = (CheckConstraint("amount > 0 AND count > 0", "amount"),)

    title: Mapped[str]
    agency: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    count: Mapped[int]
    days: Mapped[int]
    key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    revoked_at: Mapped[datetime | None]


class Voucher(Row, Table):
    """A code that is worth `remaining`; it is kept sealed, and found by the digest `lookup`.

    `sold_by`: the agent who took the cash. `order_id`: the order that bought a gift card.
    """

    __tablename__ = "voucher"
    __table_args__ = (
        UniqueConstraint("batch_id", "number"),
        CheckConstraint("remaining BETWEEN 0 AND amount", "remaining"),
        CheckConstraint("state <> 'made' OR remaining = 0", "made"),
        CheckConstraint("(kind = 'gift_card') = (order_id IS NOT NULL)", "kind"),
        Index("ix_voucher_state_expires_at", "state", "expires_at"),
    )

    kind: Mapped[VoucherKind] = mapped_column(OneOf(VoucherKind))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("voucher_batch.id"))
    order_id: Mapped[UUID | None] = mapped_column(unique=True)
    number: Mapped[int]
    lookup: Mapped[str] = mapped_column(unique=True)
    sealed: Mapped[str]
    state: Mapped[VoucherState] = mapped_column(OneOf(VoucherState))
    amount: Mapped[int] = mapped_column(BigInteger)
    remaining: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    days: Mapped[int]
    agency: Mapped[str]
    sold_at: Mapped[datetime | None]
    sold_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class VoucherUse(Row, Table):
    """Money that left a code: once per order, once per key for coins."""

    __tablename__ = "voucher_use"
    __table_args__ = (
        UniqueConstraint("order_id"),
        UniqueConstraint("voucher_id", "key"),
        CheckConstraint("amount > 0", "amount"),
        Index("ix_voucher_use_account_id", "account_id"),
    )

    voucher_id: Mapped[UUID] = mapped_column(ForeignKey("voucher.id"))
    key: Mapped[str]
    into: Mapped[Into] = mapped_column(OneOf(Into))
    account_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    coins: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


class CashCode(Table):
    """The code of an order that is to be paid in cash, and the agent who took the money."""

    __tablename__ = "cash_code"
    __table_args__ = (Index("ix_cash_code_agent_id_confirmed_at", "agent_id", "confirmed_at"),)

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    agent_id: Mapped[str]
    agent_name: Mapped[str]


class AgentTake(Row, Table):
    """Cash that an agent took (amount above zero) or handed over (below); the ledger has it too."""

    __tablename__ = "agent_take"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("amount <> 0", "amount"),
        Index("ix_agent_take_agent_id_currency", "agent_id", "currency"),
    )

    key: Mapped[str]
    agent_id: Mapped[str]
    agent_name: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    at: Mapped[datetime]
