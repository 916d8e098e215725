"""payments_service in a process of its own, which may be killed, and whose time may pass."""

import asyncio
import json
import sys
from datetime import timedelta
from typing import Any, TypeVar

import httpx
from sqlalchemy import text

from kit.client import ServiceClient, Signer, open_http
from kit.db import open_database
from kit.jobs import enqueue
from kit.settings import WEAK
from tests.fakes.rail import Post, Rail, to_address
from tests.faults.test_payments_killed import SILENT
from tests.kit.queueing import until

PATIENCE_SECONDS = 60
Client = TypeVar("Client", bound=ServiceClient)
MOMENTS = text("""
    SELECT table_name, array_agg(column_name::text) FROM information_schema.columns
    WHERE table_schema = 'public' AND data_type LIKE 'timestamp%'
      AND table_name NOT LIKE 'pgqueuer%'
      AND column_name NOT IN ('token_until', 'told_until')  -- what tokens_service has been told
    GROUP BY table_name
""")
AT_WORK = """
    SELECT count(*) FROM pgqueuer
    WHERE status IN ('queued', 'picked') AND execute_after <= now()
"""


class Till:
    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self.url = f"http://127.0.0.1:{settings['port']}"
        self.database = open_database(settings["database_url"], 2)
        self.lines: list[httpx.AsyncClient] = []
        self.worker: asyncio.subprocess.Process | None = None

    async def warm_up(self) -> None:
        """Start the process that services are forked from; it imports meanwhile."""
        words = ("-m", "tests.journeys.till_worker", json.dumps(self.settings))
        pipe = asyncio.subprocess.PIPE
        self.worker = await asyncio.create_subprocess_exec(
            sys.executable, *words, stdin=pipe, stdout=pipe
        )

    async def open(self) -> None:
        """Begin, also after having been killed: what a dead worker held is free at once."""
        await self.run(SILENT)
        await self._tell("open")
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as line:
            await until(lambda: _answers(line), PATIENCE_SECONDS)

    async def kill(self) -> None:
        await self._tell("kill")

    async def close(self) -> None:
        if self.worker is not None:
            await self.worker.communicate(b"")  # its end of the line: it kills what it forked
        for line in self.lines:
            await line.aclose()
        await self.database.close()

    def client(self, kind: type[Client]) -> Client:
        """Return a client that speaks as a service of the suite."""
        self.lines.append(open_http(self.url))
        return kind(self.lines[-1], Signer(WEAK, "public_interface", kind.SERVICE))

    def inbox(self, rail: Rail) -> Post:
        return to_address(self.url, rail.provider)

    async def does(self, task: str) -> None:
        """Have it do now what it does by itself when the time comes."""
        async with self.database.sessions.begin() as session:
            job = await enqueue(session, task)
        waits = "SELECT count(*) FROM pgqueuer WHERE id = :job"

        async def is_done() -> bool:
            return not await self.value(waits, job=job)

        await until(is_done, PATIENCE_SECONDS)

    async def rests(self) -> None:
        """Wait until it has done all that is to be done now."""

        async def is_idle() -> bool:
            return not await self.value(AT_WORK)

        await until(is_idle, PATIENCE_SECONDS)

    async def time_passes(self, by: timedelta) -> None:
        """Let all that it knows have happened so much earlier, once its work is done."""
        await self.does("find_unpapered")
        await self.rests()
        async with self.database.sessions.begin() as session:
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            for table, columns in (await session.execute(MOMENTS)).all():
                earlier = ", ".join(f"{name} = {name} - CAST(:by AS interval)" for name in columns)
                await session.execute(text(f'UPDATE "{table}" SET {earlier}'), {"by": by})  # noqa: S608  (names from the catalogue)
            days = text("UPDATE view SET day = day - CAST(:days AS integer)")
            await session.execute(days, {"days": by.days})

    async def run(self, statement: str, **values: Any) -> None:
        async with self.database.sessions.begin() as session:
            await session.execute(text(statement), values)

    async def value(self, statement: str, **values: Any) -> Any:
        async with self.database.reads() as session:
            return await session.scalar(text(statement), values)

    async def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self.database.reads() as session:
            return [tuple(row) for row in await session.execute(text(statement), values)]

    async def _tell(self, word: str) -> None:
        assert self.worker is not None
        assert self.worker.stdin is not None
        assert self.worker.stdout is not None
        self.worker.stdin.write(f"{word}\n".encode())
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await self.worker.stdout.readline() == b"done\n"


async def _answers(line: httpx.AsyncClient) -> bool:
    try:
        return (await line.get("/health")).is_success
    except httpx.HTTPError:
        return False
