"""The rows of tokens_service, and what it asks of a store; no other service reads them.

Times are stored as whole milliseconds since 1970, ids and codes' lookups as text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from kit.contracts.tokens import AccessLevel

Value = str | int | None
Row = Mapping[str, Value]
Migration = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of SQL with its `:named` values."""

    sql: str
    values: Mapping[str, Value]


class Store(Protocol):
    """SQLite, here or behind libSQL's HTTP; raises TokenStoreUnavailable without an answer."""

    async def open(self, migrations: Sequence[Migration]) -> None:
        """Open the store and apply each numbered migration that was not applied yet, once."""

    async def read(self, statement: Statement) -> list[Row]:
        """Return the rows of one SELECT."""

    async def write(self, *steps: Statement) -> list[list[Row]]:
        """Run all steps in one transaction, or none; return the rows of each.

        The answer of a remote store may be lost after it did its work, and then the steps are sent
        again: doing them twice must come to the same as doing them once. Raises StoreConflict when
        something unique exists already.
        """

    def stamp(self) -> object:
        """Return what changes, at the latest a second later, when anybody wrote to the store."""

    async def close(self) -> None: ...


class StoreConflict(Exception):
    """Something that must be unique exists already; nothing was written."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    id: UUID
    lookup: str
    key_id: str
    sealed: str
    access_level: AccessLevel
    video_id: str | None
    title: str
    label: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    max_devices: int | None
    batch_id: UUID | None
    request: str
    devices: int = 0
    account_id: UUID | None = None
    linked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BatchRow:
    id: UUID
    title: str
    label: str
    access_level: AccessLevel
    video_id: str | None
    max_devices: int | None
    count: int
    created_at: datetime
    expires_at: datetime
    request: str
    revoked: int = 0


@dataclass(frozen=True, slots=True)
class DeviceRow:
    id: str
    first_seen_at: datetime


def stored(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
