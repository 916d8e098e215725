"""Programs of integrators, the keys that sign, and the audit log."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, false, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from accounts_service.models.table import Base, Table


class ApiClient(Table):
    __tablename__ = "api_client"

    name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secret_hash: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    owner_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    # Made by its owner, it holds no more than its owner does at that moment.
    is_bounded: Mapped[bool] = mapped_column(default=False, server_default=false())


class ClientSecret(Table):
    """Two may work at once while an integrator changes over."""

    __tablename__ = "client_secret"

    client_id: Mapped[UUID] = mapped_column(
        ForeignKey("api_client.id", ondelete="CASCADE"), index=True
    )
    secret_hash: Mapped[str]
    hint: Mapped[str]
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class ClientCalls(Base):
    """How often one process of a service was called; a day's processes become one row later."""

    __tablename__ = "client_calls"

    client_id: Mapped[UUID] = mapped_column(
        ForeignKey("api_client.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    process: Mapped[UUID] = mapped_column(primary_key=True)
    calls: Mapped[int] = mapped_column(BigInteger)


class SigningKey(Table):
    """An Ed25519 key. It is published from its creation on, and signs from `signs_from` on."""

    __tablename__ = "signing_key"

    public: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed_private: Mapped[bytes]
    created_at: Mapped[datetime]
    signs_from: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class AuditEntry(Table):
    """A trigger refuses to change or delete these rows."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", text("at DESC"), text("id DESC")),
        Index("ix_audit_entry_actor_id_at", "actor_id", text("at DESC")),
        Index("ix_audit_entry_action_at", "action", text("at DESC")),
        Index("ix_audit_entry_target_at", "target", text("at DESC")),
    )

    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    service: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_id: Mapped[str | None]
