"""A store in a SQLite file: one writer, several readers, none of them on the event loop."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from typing_extensions import override

from kit.contracts.tokens import TokenStoreUnavailable
from tokens_service.models import Migration, Row, Statement, Store, StoreConflict

READERS = 2
BUSY_SECONDS = 5
FRESH_SECONDS = 0.02
Result = TypeVar("Result")
NUMBERS = "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY) STRICT"


class SqliteStore(Store):
    _writer: sqlite3.Connection
    _watch: sqlite3.Connection

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: list[sqlite3.Connection] = []
        self._own = threading.local()
        self._writes = 0
        self._version = 0
        self._looked_until = 0.0
        self._writing = ThreadPoolExecutor(1, "tokens-writer")
        self._reading = ThreadPoolExecutor(READERS, "tokens-reader")

    @override
    async def open(self, migrations: Sequence[Migration]) -> None:
        await self._in(self._writing, lambda: self._apply(migrations))

    @override
    async def read(self, statement: Statement) -> list[Row]:
        return await self._in(self._reading, lambda: _rows(self._reader(), statement))

    @override
    async def write(self, *steps: Statement) -> list[list[Row]]:
        try:
            return await self._in(self._writing, lambda: self._transact(steps))
        finally:
            self._writes += 1

    @override
    def stamp(self) -> object:
        now = time.monotonic()
        if now > self._looked_until:  # at other processes' writes; ours are counted as they end
            self._looked_until = now + FRESH_SECONDS
            self._version = self._watch.execute("PRAGMA data_version").fetchone()[0]
        return self._writes, self._version

    @override
    async def close(self) -> None:
        for pool in (self._writing, self._reading):
            await asyncio.to_thread(pool.shutdown)
        for connection in self._opened:
            connection.close()

    def _transact(self, steps: Sequence[Statement]) -> list[list[Row]]:
        with _transaction(self._writer):
            return [_rows(self._writer, step) for step in steps]

    def _apply(self, migrations: Sequence[Migration]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._writer, self._watch = self._connect(), self._connect()
        self._writer.execute("PRAGMA journal_mode = WAL")
        with _transaction(self._writer):
            self._writer.execute(NUMBERS)
            done = {number for (number,) in self._writer.execute("SELECT number FROM migration")}
            for number, statements in migrations:
                if number in done:
                    continue
                for statement in statements:
                    self._writer.execute(statement)
                self._writer.execute("INSERT INTO migration VALUES (?)", (number,))

    def _reader(self) -> sqlite3.Connection:
        """Return the connection of this reading thread."""
        found: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if found is None:
            found = self._own.connection = self._connect()
            found.execute("PRAGMA query_only = ON")
        return found

    def _connect(self) -> sqlite3.Connection:
        # Closed by another thread than the one that used it, hence check_same_thread.
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = FULL")
        self._opened.append(connection)
        return connection

    @staticmethod
    async def _in(pool: ThreadPoolExecutor, work: Callable[[], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        except sqlite3.IntegrityError as error:
            raise StoreConflict(str(error)) from error
        except sqlite3.OperationalError as error:
            raise TokenStoreUnavailable(f"The store of tokens says: {error}.") from error


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    # IMMEDIATE: a deferred BEGIN that turns into a write fails under load, whatever the timeout.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _rows(connection: sqlite3.Connection, statement: Statement) -> list[Row]:
    return [dict(row) for row in connection.execute(statement.sql, statement.values)]
