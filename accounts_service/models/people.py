"""People, their sessions, their attempts to sign in, and the links that begin them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from accounts_service.models.table import Base, Table
from kit.contracts.accounts import AccountState


class Account(Table):
    """A person. Ways to sign in other than a password are tables that point here.

    An address belongs to one account, the one that was shown to read its mail; any number of
    unverified accounts may name it, so that nobody can keep another from it, or learn of them.
    """

    __tablename__ = "account"
    __table_args__ = (
        Index(
            "uq_account_verified_email",
            "email",
            unique=True,
            postgresql_where=text("email_verified_at IS NOT NULL"),
        ),
        Index("ix_account_email", "email"),
    )

    email: Mapped[str]
    email_verified_at: Mapped[datetime | None]
    locale: Mapped[str] = mapped_column(Text, default="fr", server_default="fr")
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
