"""Statements that are asked for thousands of times a second, in the transaction of a session.

SQLAlchemy's way to a statement costs nine times what asyncpg's does.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

Rows = Sequence[Sequence[Any]]


async def fetch(session: AsyncSession, statement: str, *given: Any) -> Rows:  # noqa: ANN401  (SQL)
    """Return the rows of a statement with `$1`, `$2` …; raise what SQLAlchemy would."""
    connection = await session.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    if not driver.is_in_transaction():  # SQLAlchemy begins one with the first of its own
        return (await connection.exec_driver_sql(statement, given)).all()
    try:
        found: Rows = await driver.fetch(statement, *given)
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(statement, None, error) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise DBAPIError(statement, None, error) from error
    return found
