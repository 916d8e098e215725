"""A queue of one's own for a test: a fresh database, and workers on it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from kit.db import Database, open_database
from kit.jobs import INSTALL, Tasks, dead_letters, enqueue
from kit.jobs.worker import Limits, Worker

NOTES = "CREATE TABLE note (text text UNIQUE)"
WRITE = text("INSERT INTO note VALUES (:text)")
QUICK = Limits(heartbeat_seconds=0.2, grace_seconds=5)


class Queue:
    def __init__(self, url: str, database: Database) -> None:
        self.url = url
        self.database = database
        self.outcomes: list[tuple[str, str]] = []

    @asynccontextmanager
    async def worker(
        self, tasks: Tasks, limits: Limits = QUICK, state: Any = None
    ) -> AsyncIterator[Worker]:
        state = state or SimpleNamespace(settings=None, clients={})
        worker = Worker(tasks, state, self.database, self.url, limits=limits, note=self._note)
        loop = asyncio.create_task(worker.work())
        try:
            yield worker
        finally:
            await worker.stop()
            await loop

    def _note(self, task: str, outcome: str, seconds: float) -> None:
        self.outcomes.append((task, outcome))

    async def rows(self, statement: str = "SELECT status::text, * FROM pgqueuer") -> list[Any]:
        async with self.database.reads() as session:
            return list((await session.execute(text(statement))).mappings())

    async def run(self, statement: str) -> None:
        async with self.database.sessions.begin() as session:
            await session.execute(text(statement))

    async def is_empty(self) -> bool:
        return not await self.rows()


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    """Wait until `condition` (which may be async) holds; fail when it does not in time."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.005)


@pytest.fixture
async def queue(database_url: Callable[..., str]) -> AsyncIterator[Queue]:
    url = database_url()
    database = open_database(url, 5)
    async with database.sessions.begin() as session:
        for statement in INSTALL:
            await session.execute(text(statement))
    yield Queue(url, database)
    await database.close()


async def ask(
    queue: Queue, name: str, arguments: dict[str, object] | None = None, **more
) -> int | None:
    async with queue.database.sessions.begin() as session:
        return await enqueue(session, name, arguments, **more)


async def notes(queue: Queue) -> list[str]:
    return [row["text"] for row in await queue.rows("SELECT text FROM note ORDER BY 1")]


async def held(queue: Queue):
    async with queue.database.sessions.begin() as session:
        return await dead_letters(session)
