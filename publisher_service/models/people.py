"""How people want to be told, where they can be reached, and whom they follow."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.contracts.publisher.notices import ChannelName
from kit.db import Row
from publisher_service.models.table import Table


class Preference(Table):
    """A choice that differs from what a kind does by itself."""

    __tablename__ = "preference"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[ChannelName] = mapped_column(Text, primary_key=True)
    is_on: Mapped[bool]


class Habits(Table):
    """When somebody wants to be left alone, and whether they want one mail rather than many."""

    __tablename__ = "habits"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    zone: Mapped[str]
    digest: Mapped[str]


class Unsubscribed(Table):
    """An address without an account that wants no more notices of a kind."""

    __tablename__ = "unsubscribed"

    email: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Address(Row, Table):
    """Where an account is reached by a channel other than e-mail, whose addresses accounts_service
    has. `details`: what else the channel needs, such as a push subscription's keys.
    """

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("channel", "address"),
        Index("ix_address_account_id_channel", "account_id", "channel"),
    )

    account_id: Mapped[UUID]
    channel: Mapped[ChannelName] = mapped_column(Text)
    address: Mapped[str]
    label: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]


class DeadAddress(Table):
    """An address that a channel refused for good, or from which mail came back."""

    __tablename__ = "dead_address"

    channel: Mapped[ChannelName] = mapped_column(Text, primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    at: Mapped[datetime]


class Follow(Table):
    __tablename__ = "follow"
    __table_args__ = (Index("ix_follow_topic_account_id", "topic", "account_id"),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class Announcement(Row, Table):
    """Something told to all followers of its topics; `reached` is the last of them told."""

    __tablename__ = "announcement"

    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    kind: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime]
    told: Mapped[int] = mapped_column(default=0)
    reached: Mapped[UUID | None]
    finished_at: Mapped[datetime | None]
