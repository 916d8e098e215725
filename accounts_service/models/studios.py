"""Invitations, studios and their members, acting as a viewer, and accounts that became one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from accounts_service.models.table import Base, Table
from kit.auth import Role, StudioRole


class Studio(Table):
    __tablename__ = "studio"

    name: Mapped[str]
    about: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class StudioMember(Base):
    __tablename__ = "studio_member"

    studio_id: Mapped[UUID] = mapped_column(
        ForeignKey("studio.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[StudioRole] = mapped_column(Text)
    joined_at: Mapped[datetime]


class Invitation(Table):
    """A role everywhere, a place in a studio, or both, for whoever holds the link."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("(studio_id IS NULL) = (studio_role IS NULL)", name="studio_with_role"),
        Index("ix_invitation_pending", "email", postgresql_where=text("ended_at IS NULL")),
    )

    token_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]
    role: Mapped[Role] = mapped_column(Text)
    studio_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("studio.id", ondelete="CASCADE"), index=True
    )
    studio_role: Mapped[StudioRole | None] = mapped_column(Text)
    inviter: Mapped[str]
    is_mailed: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class Acting(Table):
    """An admin sees what a viewer sees, in a session of the viewer's that never refreshes."""

    __tablename__ = "acting"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    admin_id: Mapped[UUID]
    admin_name: Mapped[str]
    why: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user_session.id", ondelete="SET NULL"), unique=True
    )


class Merge(Table):
    """The account `from_id` became part of `into_id`."""

    __tablename__ = "account_merge"

    from_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    into_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    why: Mapped[str]
    merged_at: Mapped[datetime]
