"""Hearing from the database which jobs changed, as soon as they did."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from gateway.queries.moves import CHANNEL
from kit.db import plain_url


@asynccontextmanager
async def listening(
    url: str, changed: Callable[[list[UUID]], None], lost: Callable[[], None]
) -> AsyncIterator[None]:
    """Call `changed` with the ids of jobs as they change, `lost` when the connection ends."""

    def told(connection: object, pid: int, channel: str, payload: object) -> None:
        changed([UUID(one) for one in str(payload).split(",") if one])

    connection = await asyncpg.connect(
        plain_url(url), timeout=5, server_settings={"application_name": "gateway streams"}
    )
    try:
        await connection.add_listener(CHANNEL, told)
        connection.add_termination_listener(lambda _: lost())
        yield
    finally:
        await connection.close(timeout=2)
