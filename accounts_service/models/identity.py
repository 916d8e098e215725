"""One-time links in mails, and the devices a person was seen with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from accounts_service.models.table import Base, Table
from kit.contracts.accounts.identity import LinkKind


class MailLink(Table):
    """A link that was mailed to `email`. Without an account: a mail that had nothing to use."""

    __tablename__ = "mail_link"
    __table_args__ = (Index("ix_mail_link_email_created_at", "email", "created_at"),)

    token_hash: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[LinkKind] = mapped_column(Text)
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class KnownDevice(Base):
    """A kind of device somebody signed in with: browser, system and country, hashed."""

    __tablename__ = "known_device"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    looks: Mapped[str] = mapped_column(primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
