"""The worker's own connection: it listens on it, and asks and answers over it, one at a time."""

from collections.abc import Callable
from typing import Any

import asyncpg

from kit.db import plain_url
from kit.jobs.letters import CANCEL_CHANNEL
from kit.jobs.tables import CHANNEL

GONE = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError, TimeoutError)


class Link:
    """A connection that is opened when it is needed and forgotten when it fails."""

    def __init__(
        self, url: str, name: str, waiting: Callable[[], None], cancelled: Callable[[int], None]
    ) -> None:
        """Call `waiting` when there may be work, `cancelled` with the id of a job called off."""
        self.url = plain_url(url)
        self.name = name
        self.waiting = waiting
        self.cancelled = cancelled
        self.connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def fetch(self, statement: str, *given: Any) -> list[asyncpg.Record]:  # noqa: ANN401  (SQL)
        connection = self.connection or await self._open()
        try:
            return await connection.fetch(statement, *given)
        except GONE:
            self.drop()
            raise

    def drop(self) -> None:
        if self.connection is not None:
            self.connection.terminate()
        self.connection = None

    async def close(self) -> None:
        if self.connection is not None:
            await self.connection.close(timeout=2)
        self.connection = None

    async def _open(self) -> "asyncpg.Connection[asyncpg.Record]":
        connection = await asyncpg.connect(
            self.url,
            timeout=5,
            command_timeout=30,
            server_settings={"application_name": self.name, "jit": "off", "lock_timeout": "10s"},
        )
        try:
            connection.add_termination_listener(self._lost)
            await connection.add_listener(CHANNEL, self._notified)
            await connection.add_listener(CANCEL_CHANNEL, self._called_off)
        except BaseException:  # a worker that is stopped at this moment as well
            connection.terminate()
            raise
        self.connection = connection
        self.waiting()  # whatever was told while nobody listened
        return connection

    def _lost(self, connection: object) -> None:
        if connection is self.connection:
            self.connection = None
            self.waiting()

    def _notified(self, connection: object, pid: int, channel: str, payload: object) -> None:
        self.waiting()

    def _called_off(self, connection: object, pid: int, channel: str, payload: object) -> None:
        self.cancelled(int(str(payload)))
