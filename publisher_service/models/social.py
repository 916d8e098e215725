"""Social publication: connected accounts, pictures and clips, and what goes out where."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kit.contracts.publisher.social import MediaKind, MediaState, NetworkName, TargetState
from kit.db import Row
from publisher_service.models.table import Table


class SocialAccount(Row, Table):
    """A connected account; `sealed` holds its credentials, empty once it was disconnected.

    `handle` is what the network calls it for ever. `version` grows with the credentials.
    """

    __tablename__ = "social_account"
    __table_args__ = (UniqueConstraint("network", "handle"),)

    network: Mapped[NetworkName] = mapped_column(Text)
    handle: Mapped[str]
    name: Mapped[str]
    url: Mapped[str | None]
    sealed: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    needs_reconnection: Mapped[bool] = mapped_column(default=False)
    trouble: Mapped[str | None]
    connected_at: Mapped[datetime]
    connected_by: Mapped[str]
    disconnected_at: Mapped[datetime | None]


class Media(Row, Table):
    """A picture or clip; `path` is its file in the store. `cut` says what a clip is cut from."""

    __tablename__ = "media"

    kind: Mapped[MediaKind] = mapped_column(Text)
    state: Mapped[MediaState] = mapped_column(Text)
    trouble: Mapped[str | None]
    cut: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    path: Mapped[str | None]
    media_type: Mapped[str]
    byte_count: Mapped[int] = mapped_column(BigInteger, default=0)
    width: Mapped[int | None]
    height: Mapped[int | None]
    seconds: Mapped[float | None] = mapped_column(Float)
    created_at: Mapped[datetime]


class Publication(Row, Table):
    """Something to say to the world; its id is the sender's."""

    __tablename__ = "publication"
    __table_args__ = (Index("ix_publication_publish_at_id", "publish_at", "id"),)

    title: Mapped[str]
    text: Mapped[str]
    url: Mapped[str | None]
    film_id: Mapped[UUID | None] = mapped_column(index=True)
    media_id: Mapped[UUID | None] = mapped_column(ForeignKey("media.id"))
    publish_at: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    media: Mapped[Media | None] = relationship(lazy="raise")
    targets: Mapped[list["Target"]] = relationship(
        lazy="raise", order_by="Target.id", back_populates="publication"
    )


class Target(Row, Table):
    """A publication on one account. `marks`: what the network named so far (upload, container,
    session), written at once so that no second one is begun. `begun_at`: since when it is tried,
    this time. `posting_at`: when the call that makes the post was first about to be sent;
    `is_in_doubt` while its answer is not known: then it is looked up, and never repeated blindly.
    `version` grows with every write: of two runs only one goes on.
    """

    __tablename__ = "target"
    __table_args__ = (
        UniqueConstraint("publication_id", "account_id"),
        Index("ix_target_account_id", "account_id"),
    )

    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publication.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("social_account.id"))
    network: Mapped[NetworkName] = mapped_column(Text)
    text: Mapped[str | None]
    state: Mapped[TargetState] = mapped_column(Text, default=TargetState.queued)
    phase: Mapped[str] = mapped_column(default="preparing")
    percent: Mapped[int] = mapped_column(default=0)
    marks: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    posting_at: Mapped[datetime | None]
    begun_at: Mapped[datetime]
    is_in_doubt: Mapped[bool] = mapped_column(default=False)
    looks: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    remote_id: Mapped[str | None]
    remote_url: Mapped[str | None]
    error: Mapped[str | None]
    needs_reconnection: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    publication: Mapped[Publication] = relationship(lazy="raise", back_populates="targets")
    account: Mapped[SocialAccount] = relationship(lazy="raise")
