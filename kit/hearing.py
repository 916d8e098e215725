"""Hearing from the database of what changed, as soon as it did (PostgreSQL's LISTEN)."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from kit.db import plain_url


@asynccontextmanager
async def hearing(
    url: str, channel: str, changed: Callable[[list[UUID]], None], lost: Callable[[], None]
) -> AsyncIterator[None]:
    """Call `changed` with the ids told on `channel`, and `lost` when the connection ends.

    What is told is ids with commas between them.
    """

    def told(connection: object, pid: int, channel: str, payload: object) -> None:
        changed([UUID(one) for one in str(payload).split(",") if one])

    connection = await asyncpg.connect(
        plain_url(url), timeout=5, server_settings={"application_name": f"hears {channel}"}
    )
    try:
        await connection.add_listener(channel, told)
        connection.add_termination_listener(lambda _: lost())
        yield
    finally:
        await connection.close(timeout=2)
