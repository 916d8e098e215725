"""Notices, what became of them on each channel, and mails kept while there is no mail server."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.contracts.publisher.notices import ChannelName, DeliveryState
from kit.db import Row
from publisher_service.models.table import Table


class Notice(Row, Table):
    """What somebody was told; its id is the sender's. `sealed` is emptied once it was sent."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_account_id_id", "account_id", "id", postgresql_where=text("is_in_app")),
        Index(
            "ix_notice_unread", "account_id", postgresql_where=text("is_in_app AND read_at IS NULL")
        ),
        Index("ix_notice_received_at", "received_at"),
    )

    at: Mapped[datetime]
    received_at: Mapped[datetime]
    kind: Mapped[str]
    account_id: Mapped[UUID | None]
    email: Mapped[str | None] = mapped_column(index=True)
    locale: Mapped[str | None]
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed: Mapped[str | None]
    is_in_app: Mapped[bool]
    read_at: Mapped[datetime | None]


class Delivery(Row, Table):
    """One notice to one address by one channel."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notice_id", "channel", "address"),
        Index("ix_delivery_state_id", "state", "id"),
        Index("ix_delivery_account_id_id", "account_id", "id"),
        Index("ix_delivery_address", "address"),
        Index(
            "ix_delivery_digest",
            "due_at",
            postgresql_where=text("is_for_digest AND state = 'waiting'"),
        ),
        Index(
            "ix_delivery_paid",
            "account_id",
            "created_at",
            postgresql_where=text("channel IN ('sms', 'whatsapp')"),
        ),
    )

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    kind: Mapped[str]
    channel: Mapped[ChannelName] = mapped_column(Text)
    account_id: Mapped[UUID | None]
    address: Mapped[str]
    locale: Mapped[str]
    state: Mapped[DeliveryState] = mapped_column(Text, default=DeliveryState.queued)
    attempt_count: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    provider_id: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    is_for_digest: Mapped[bool] = mapped_column(default=False)
    notice: Mapped[Notice] = relationship(lazy="raise")
    attempts: Mapped[list["Attempt"]] = relationship(lazy="raise", order_by="Attempt.id")


class Attempt(Table):
    """One try to send a delivery; rows are only ever added."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_delivery_id_id", "delivery_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("delivery.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime]
    outcome: Mapped[str]
    detail: Mapped[str]
    provider_id: Mapped[str | None]
    duration_ms: Mapped[int]


class Mail(Row, Table):
    """A mail as it would have been sent; its id is the delivery's."""

    __tablename__ = "mail"

    to: Mapped[str]
    subject: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    text: Mapped[str]
    html: Mapped[str]


class Template(Table):
    """What an administrator changed in the words of one kind and language."""

    __tablename__ = "template"

    kind: Mapped[str] = mapped_column(primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    body: Mapped[str]
    brief: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
