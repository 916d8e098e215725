"""What was begun to be connected: a number waiting for its code, a chat for its link."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.contracts.publisher.notices import ChannelName
from publisher_service.models.table import Table


class Waiting(Table):
    """`digest` is of the code, which itself is kept nowhere. `address` is empty for a chat."""

    __tablename__ = "waiting"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[ChannelName] = mapped_column(Text, primary_key=True)
    address: Mapped[str]
    digest: Mapped[str] = mapped_column(index=True)
    failures: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
