"""Second factors, passkeys, linked providers, and how a session was opened."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from accounts_service.models.table import Base, Table


class SessionProof(Base):
    """What was shown to open a session, and when it was last shown anew. A session without it is
    older than this table.
    """

    __tablename__ = "session_proof"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_session.id", ondelete="CASCADE"), primary_key=True
    )
    methods: Mapped[list[str]] = mapped_column(ARRAY(Text))
    confirmed_at: Mapped[datetime]


class Totp(Base):
    """An authenticator app. `last_step` is the 30-second step of the last code taken: no code of
    that step or an earlier one works again. The pending secret waits for its first code.
    """

    __tablename__ = "totp"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    sealed_secret: Mapped[str | None]
    sealed_pending: Mapped[str | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    enabled_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Table):
    """Found by its first signs, `selector`; the rest is hashed like a password."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "selector"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    selector: Mapped[str]
    code_hash: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Table):
    __tablename__ = "passkey"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(ARRAY(Text))
    name: Mapped[str]
    is_synced: Mapped[bool]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class ProviderLink(Table):
    """An account of a provider that opens this one; `subject` is its name over there for good."""

    __tablename__ = "provider_link"
    __table_args__ = (
        UniqueConstraint("provider", "subject"),
        UniqueConstraint("account_id", "provider"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    provider: Mapped[str]
    subject: Mapped[str]
    email: Mapped[str | None]
    linked_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class SpentCeremony(Base):
    """A challenge that was answered. They travel sealed, and only those used are written down."""

    __tablename__ = "spent_ceremony"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
