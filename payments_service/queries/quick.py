"""Statements that are asked for thousands of times a second: on the driver, in one transaction.

To SQLAlchemy a statement costs nine times what it costs asyncpg, and a session as much again.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from kit.db import Database

Rows = Sequence[Sequence[Any]]
BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)


class Line:
    """A connection without a session; where nobody began a transaction, each statement is one."""

    def __init__(self, connection: AsyncConnection, driver: Any) -> None:  # noqa: ANN401  (its)
        self.connection = connection
        self.driver = driver

    @property
    def is_broken(self) -> bool:
        return bool(self.driver.is_closed())


Writing = AsyncSession | Line


@asynccontextmanager
async def alone(database: Database) -> AsyncIterator[Line]:
    """Give a connection on which each statement is a transaction by itself."""
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        try:
            yield Line(connection, driver)
        finally:
            if driver.is_closed():  # nobody else would tell the pool
                await connection.invalidate()


@asynccontextmanager
async def transaction(line: Line) -> AsyncIterator[Line]:
    """Begin a transaction, and commit it in the end; raise what SQLAlchemy would."""
    try:
        async with line.driver.transaction():
            yield line
    except BROKEN as error:
        raise _told("COMMIT", error) from error


async def at_once(database: Database, statement: str, *given: Any) -> Rows:  # noqa: ANN401  (SQL)
    """Return the rows of a statement with `$1`, `$2` … that is a transaction by itself."""
    async with alone(database) as single:
        return await fetch(single, statement, *given)


async def fetch(writing: Writing, statement: str, *given: Any) -> Rows:  # noqa: ANN401  (SQL)
    """Return the rows of a statement with `$1`, `$2` …; raise what SQLAlchemy would."""
    driver: Any
    if isinstance(writing, Line):
        driver = writing.driver
    else:
        connection = await writing.connection()
        driver = (await connection.get_raw_connection()).driver_connection
        if not driver.is_in_transaction():  # SQLAlchemy begins one with the first of its own
            return (await connection.exec_driver_sql(statement, given)).all()
    try:
        found: Rows = await driver.fetch(statement, *given)
    except BROKEN as error:
        raise _told(statement, error) from error
    return found


@asynccontextmanager
async def session_of(writing: Writing) -> AsyncIterator[AsyncSession]:
    """Give a session that writes in the same transaction."""
    if isinstance(writing, AsyncSession):
        yield writing
    else:
        async with AsyncSession(writing.connection) as session, session.begin():
            yield session


def _told(statement: str, error: BaseException) -> DBAPIError:
    is_constraint = isinstance(error, asyncpg.IntegrityConstraintViolationError)
    return (IntegrityError if is_constraint else DBAPIError)(statement, None, error)
