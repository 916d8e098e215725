"""The tables of sentinel: what changed when, and when sentinel itself was away."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.db import Row, new_registry


class Base(DeclarativeBase):
    registry = new_registry()


class Table(Row, Base):
    __abstract__ = True


class Change(Table):
    """From `at` on, the condition `key` was in this state."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_key_at", "key", text("at DESC"), text("id DESC")),)

    key: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    detail: Mapped[str]


class Absence(Table):
    """Nobody looked from `since` to `until`."""

    __tablename__ = "absence"

    since: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)


class Heartbeat(Base):
    """When sentinel last looked. One row."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
