"""What the sandbox's provider keeps: test money, as a provider would keep real money."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from payments_service.models.table import Table


class SandboxCharge(Table):
    """A charge of test money. It is `state` until `due_at`, and `next_state` from then on."""

    __tablename__ = "sandbox_charge"
    __table_args__ = (Index("ix_sandbox_charge_currency", "currency"),)

    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    method: Mapped[str]
    phone: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    description: Mapped[str]
    return_url: Mapped[str]
    locale: Mapped[str]
    state: Mapped[str]
    next_state: Mapped[str]
    due_at: Mapped[datetime | None]
    reason: Mapped[str]
    created_at: Mapped[datetime]


class SandboxGiving(Table):
    """Test money sent back (`attempt_id`) or out."""

    __tablename__ = "sandbox_giving"
    __table_args__ = (Index("ix_sandbox_giving_attempt_id", "attempt_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID | None]
    phone: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[datetime]
