"""The pool of a service's database."""

import asyncio

from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from kit.db import open_database
from tests.conftest import DatabaseUrl


async def test_who_ends_a_transaction_gives_the_connection_back_before_the_pool_is_closed(
    database_url: DatabaseUrl,
) -> None:
    database = open_database(database_url())
    begun = asyncio.Event()

    async def use() -> None:
        async with database.sessions() as session:
            await session.execute(text("SELECT 1"))
            begun.set()
            await session.execute(text("SELECT pg_sleep(0.2)"))

    task = asyncio.create_task(use())
    await begun.wait()
    pool = database.engine.pool
    await database.close()
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0
    await task
