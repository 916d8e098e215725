"""Rows, registries and sessions."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, TypeVar
from uuid import UUID

from sqlalchemy import DateTime, MetaData, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Mapped, mapped_column, registry
from sqlalchemy.pool import QueuePool
from uuid_utils.compat import uuid7

from kit.errors import AppError

PATIENCE = 100  # hundredths of a second
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Sessions = async_sessionmaker[AsyncSession]
# mypy refuses to hand a read session to a function that writes.
ReadOnlySession = NewType("ReadOnlySession", AsyncSession)


def new_id() -> UUID:
    """Return a UUIDv7: unique, and later ones sort after earlier ones."""
    return uuid7()


class Row:
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


AnyRow = TypeVar("AnyRow", bound=Row)


def new_registry() -> registry:
    """Return an empty registry: each service has its own, so names never meet."""
    return registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: DateTime(timezone=True)},
    )


@dataclass(frozen=True)
class Database:
    """One service's database: its pool, and the sessions made from it."""

    engine: AsyncEngine
    sessions: Sessions
    reads: Sessions  # each statement on its own: no BEGIN and ROLLBACK around a read

    async def ping(self) -> None:
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close the pool, once those who are ending have given back theirs: nobody else would."""
        pool = self.engine.pool
        for _ in range(PATIENCE):
            if not (isinstance(pool, QueuePool) and pool.checkedout()):
                break
            await asyncio.sleep(0.01)
        await self.engine.dispose()


def open_database(url: str, pool_size: int = 5, name: str = "karangou") -> Database:
    """Open a pool on `url`; nothing connects before the first statement."""
    engine = create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        connect_args={
            "timeout": 5,
            "command_timeout": 60,
            "server_settings": {"application_name": name, "jit": "off", "lock_timeout": "10s"},
        },
    )
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Database(
        engine,
        async_sessionmaker(engine, expire_on_commit=False),
        async_sessionmaker(reading, expire_on_commit=False),
    )


def async_url(url: str) -> str:
    """Return the URL for SQLAlchemy's asyncpg dialect, whatever common form it came in."""
    scheme, _, rest = url.partition("://")
    if scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        raise ValueError(f"{scheme}:// is not PostgreSQL; use postgresql://user:password@host/name")
    return f"postgresql+asyncpg://{rest}"


def plain_url(url: str) -> str:
    """Return the URL for asyncpg itself."""
    return async_url(url).replace("postgresql+asyncpg://", "postgresql://", 1)


async def find(
    session: AsyncSession,
    kind: type[AnyRow],
    row_id: UUID,
    missing: type[AppError],
    *,
    lock: bool = False,
) -> AnyRow:
    """Return the row of that id, or raise `missing`."""
    row = await session.get(kind, row_id, with_for_update=lock)
    if row is None:
        raise missing
    return row
