"""A database for each test: a copy of a template, used again by a later test once it is empty.

A service's migrations run once, into the template. Copying one costs a tenth of a second and as
much again to drop it, so what a test leaves is emptied while the next one begins, and dropped only
when it is not what the migrations made any more. Empty databases are for one test each.
"""

import asyncio
import itertools
import os
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from suite.engines.places import only_one
from suite.migrations import run as migrations

ROOT = Path(__file__).parent.parent
URL = Callable[[str], str]

END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
FULL = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
"""
COUNTED = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
SHAPE = """
    SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute),
           (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_db_role_setting),
           (SELECT string_agg(tgname || tgenabled::text, ' ' ORDER BY oid) FROM pg_trigger)
"""


class Databases:
    """The databases of one test process. `folder` is where processes agree on templates."""

    def __init__(self, url: URL, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._numbers = itertools.count()
        self._templates: dict[str | None, str] = {None: "template1"}
        self._service: dict[str, str | None] = {}
        self._shape: dict[str, asyncpg.Record] = {}
        self._lines: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        self._emptied: dict[str, deque[Future[str | None]]] = defaultdict(deque)
        self._dropping: list[Future[None]] = []
        self._admin = self._wait(asyncpg.connect(url("postgres")))
        self._wait(self._drop_leftovers())

    def new(self, service: str | None = None) -> str:
        """Return the name of a database as `service`'s migrations leave it; without one, empty."""
        while service and self._emptied[service]:
            if name := self._emptied[service].popleft().result(timeout=60):
                return name
        name = f"t_{os.getpid()}_{next(self._numbers)}"
        template = self._templates.get(service) or self._template(str(service))
        copied = f'TEMPLATE "{template}" STRATEGY FILE_COPY'  # a third of the time of WAL_LOG
        self._execute(f'CREATE DATABASE "{name}" {copied}')
        self._service[name] = service
        return name

    def give_back(self, name: str) -> None:
        """Empty that database for another test, or drop it, some time soon."""
        if service := self._service[name]:
            self._emptied[service].append(self._later(self._empty(name, service)))
        else:
            self._dropping.append(self._later(self._drop(name)))

    def close(self) -> None:
        """Drop all of them."""
        waiting = [one for each in self._emptied.values() for one in each]
        for name in filter(None, [one.result(timeout=60) for one in waiting]):
            self._dropping.append(self._later(self._drop(name)))
        for drop in self._dropping:
            drop.result(timeout=60)
        self._wait(self._admin.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _empty(self, name: str, service: str) -> str | None:
        """Return the name once it is as new, or None: then it is gone."""
        try:
            line = self._lines.get(name) or await asyncpg.connect(self.url(name))
            self._lines[name] = line
            await line.execute("SET session_replication_role = replica; SET lock_timeout = '20s'")
            await line.execute(END_OTHERS)
            if tables := [table for (table,) in await line.fetch(FULL)]:
                await line.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
            for (sequence,) in await line.fetch(COUNTED):
                await line.execute(f'ALTER SEQUENCE "{sequence}" RESTART')
            if await line.fetchrow(SHAPE) == self._shape[service]:
                return name
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            pass  # a database that cannot be emptied is not used again
        await self._drop(name)
        return None

    async def _drop(self, name: str) -> None:
        line = self._lines.pop(name, None)
        if line is not None:
            line.terminate()
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            await connection.close()

    def _template(self, service: str) -> str:
        """Return the template of `service`, made by its migrations unless somebody made it."""
        name = f"m_{service}_{_fingerprint(service)}"
        with only_one(self.folder / f"{service}.lock"):
            if not self._wait(self._exists(name)):
                self._execute(f'DROP DATABASE IF EXISTS "{name}_new" WITH (FORCE)')
                self._execute(f'CREATE DATABASE "{name}_new"')
                migrations.upgrade(service, self.url(f"{name}_new"))
                self._execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
            self._shape[service] = self._wait(self._shape_of(name))
        self._templates[service] = name
        return name

    async def _shape_of(self, name: str) -> asyncpg.Record:
        """Return what tells a changed database. Rows of migrations would be lost, so none is."""
        connection = await asyncpg.connect(self.url(name))
        try:
            if filled := await connection.fetch(FULL):
                raise RuntimeError(f"migrations fill {filled}: databases cannot be used again")
            found = await connection.fetchrow(SHAPE)
            assert found is not None
            return found
        finally:
            await connection.close()

    async def _exists(self, name: str) -> bool:
        found = await self._admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name)
        return bool(found)

    async def _drop_leftovers(self) -> None:
        """Drop the databases of test processes that are no more."""
        rows = await self._admin.fetch(r"SELECT datname FROM pg_database WHERE datname LIKE 't\_%'")
        for (name,) in rows:
            if not psutil.pid_exists(int(name.split("_")[1])):
                await self._admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        self._wait(self._admin.execute(statement))

    def _later(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._later(work).result(timeout=60)


def _fingerprint(service: str) -> str:
    """Return a mark of everything that decides what a migrated database looks like."""
    files = [*sorted(migrations.versions(service).glob("*.py")), ROOT / "kit/jobs/tables.py"]
    files += sorted((ROOT / "suite" / "migrations").glob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files if file.exists())).hexdigest()[:12]
