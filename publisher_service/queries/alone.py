"""Being the only process that does something, for as long as a connection lasts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from kit.db import plain_url


@asynccontextmanager
async def holding(url: str, what: str) -> AsyncIterator[bool]:
    """Say whether this is the one; another may be, once the connection has ended."""
    connection = await asyncpg.connect(
        plain_url(url), timeout=5, server_settings={"application_name": f"publisher {what}"}
    )
    try:
        statement = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
        yield await connection.fetchval(statement, what)
    finally:
        await connection.close(timeout=2)
