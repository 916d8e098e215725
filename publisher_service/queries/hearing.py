"""Hearing from the database whose notices changed, as soon as they did."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from kit.db import plain_url
from publisher_service.queries.notices import CHANNEL


@asynccontextmanager
async def listening(
    url: str, changed: Callable[[list[UUID]], None], lost: Callable[[], None]
) -> AsyncIterator[None]:
    """Call `changed` with the accounts whose notices changed, `lost` when the connection ends."""

    def told(connection: object, pid: int, channel: str, payload: object) -> None:
        changed([UUID(one) for one in str(payload).split(",") if one])

    connection = await asyncpg.connect(
        plain_url(url), timeout=5, server_settings={"application_name": "publisher streams"}
    )
    try:
        await connection.add_listener(CHANNEL, told)
        connection.add_termination_listener(lambda _: lost())
        yield
    finally:
        await connection.close(timeout=2)
