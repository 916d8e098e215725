"""The tables of accounts_service; no other service reads them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import Text

from kit.contracts.accounts import AccountState
from kit.db import Row, new_registry


class Base(DeclarativeBase):
    registry = new_registry()


class Table(Row, Base):
    __abstract__ = True


class Account(Table):
    """A person. Ways to sign in other than a password will be tables that point here."""

    __tablename__ = "account"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[AccountState] = mapped_column(Text, default=AccountState.active)
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]


class UserSession(Table):
    """One sign-in on one device: a line of refresh tokens, of which only the last works."""

    __tablename__ = "user_session"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    seed: Mapped[bytes]
    generation: Mapped[int] = mapped_column(default=0)
    rotated_at: Mapped[datetime]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None]
    address: Mapped[str]
    device: Mapped[str]


class Attempt(Base):
    """How often signing in was tried of late, by whom or from where. Keys are hashes."""

    __tablename__ = "attempt"

    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)


class SetupLink(Table):
    """A one-time link; without an e-mail it makes the first owner."""

    __tablename__ = "setup_link"

    token_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiClient(Table):
    __tablename__ = "api_client"

    name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secret_hash: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


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
