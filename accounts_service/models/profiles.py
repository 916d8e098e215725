"""Profiles, who watches on an account, consents, exports and planned deletions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column
from sqlalchemy.types import LargeBinary, SmallInteger, Text

from accounts_service.models.table import Base, Table


class Profile(Base):
    """What a person says of themselves; made when something is said for the first time."""

    __tablename__ = "profile"
    __table_args__ = (Index("ix_profile_public", "account_id", postgresql_where=text("is_public")),)

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str | None]
    country: Mapped[str | None]
    bio: Mapped[str] = mapped_column(Text, default="")
    links: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    avatar_id: Mapped[UUID | None]
    slug: Mapped[str | None] = mapped_column(unique=True)
    is_public: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]


class AvatarFile(Base):
    """An avatar in one width. Kept here: small, deleted with the account, and needs no disk."""

    __tablename__ = "avatar_file"

    avatar_id: Mapped[UUID] = mapped_column(primary_key=True)
    width: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ViewingProfile(Table):
    """Somebody who watches on an account."""

    __tablename__ = "viewing_profile"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    max_age: Mapped[int | None] = mapped_column(SmallInteger)
    colour: Mapped[str]
    created_at: Mapped[datetime]


class ViewingPin(Base):
    """What opens the way out of a profile with an age limit."""

    __tablename__ = "viewing_pin"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    pin_hash: Mapped[str]
    changed_at: Mapped[datetime]


class Watching(Base):
    """Who watches in a session; no row: the account itself."""

    __tablename__ = "watching"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_session.id", ondelete="CASCADE"), primary_key=True
    )
    profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("viewing_profile.id", ondelete="CASCADE"), index=True
    )


class Consent(Table):
    """One word of a person on one purpose; only ever added to."""

    __tablename__ = "consent"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[str]
    granted: Mapped[bool]
    version: Mapped[str]
    at: Mapped[datetime]


class Export(Table):
    """An archive of everything known of a person. It is kept here, since stores may be public."""

    __tablename__ = "export"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str]
    requested_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    size: Mapped[int | None]
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))


class Deletion(Base):
    """An account that is to be deleted, and what remains to be forgotten by others."""

    __tablename__ = "deletion"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    started_at: Mapped[datetime | None]
