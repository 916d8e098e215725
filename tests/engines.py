"""One PostgreSQL and one Valkey for all tests, and a fresh database for each.

Workers of pytest-xdist share them; with KARANGOU_TEST_ENGINES=/some/folder so do separate runs,
and they are left running. A service's migrations run once, into a template; a test's database is a
copy of it. Copies are dropped by a thread, so that no test waits for it.
"""

import asyncio
import atexit
import fcntl
import itertools
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import asyncpg
import psutil

from suite.engines.places import only_one
from suite.engines.postgres import Postgres
from suite.engines.valkey import Valkey
from suite.migrations import run as migrations

ROOT = Path(__file__).parent.parent
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "400",
    "shared_buffers": "128MB",
    "autovacuum_naptime": "10min",
    "checkpoint_timeout": "1h",
}
VALKEY_DATABASES = 256


class Engines:
    """The engines in `folder`, as one test process sees them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.postgres = Postgres(folder, **FAST)
        self.valkey = Valkey(folder, VALKEY_DATABASES)
        self.postgres.start()
        self.valkey.start()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._numbers = itertools.count()
        self._templates: dict[str | None, str] = {None: "template1"}
        self._dropping: list[Future[None]] = []
        self._claim, self._valkey_database = self._claim_valkey()
        self._admin = self._wait(asyncpg.connect(self.postgres.url("postgres")))
        self._wait(self._drop_leftovers())
        atexit.register(self.close)

    def new_database(self, service: str | None = None) -> str:
        """Return the name of a new database, as `service`'s migrations leave it."""
        name = f"t_{os.getpid()}_{next(self._numbers)}"
        template = self._templates.get(service) or self._template(str(service))
        copied = f'TEMPLATE "{template}" STRATEGY FILE_COPY'  # a third of the time of WAL_LOG
        self._execute(f'CREATE DATABASE "{name}" {copied}')
        return name

    def drop(self, name: str) -> None:
        """Drop that database, some time soon."""
        self._dropping.append(self._later(self._drop(name)))

    def clean_valkey(self) -> str:
        """Return the address of this process's own Valkey database, emptied."""
        self.valkey.flush(self._valkey_database)
        return self.valkey.url(self._valkey_database)

    def close(self) -> None:
        """Drop what is left; the engines go on."""
        atexit.unregister(self.close)
        for drop in self._dropping:
            drop.result()
        self._wait(self._admin.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._claim.close()

    def stop(self) -> None:
        self.postgres.stop()
        self.valkey.stop()

    def _template(self, service: str) -> str:
        """Return the template of `service`, made by its migrations unless somebody made it."""
        name = f"m_{service}_{_fingerprint(service)}"
        with only_one(self.folder / f"{service}.lock"):
            if not self._wait(self._exists(name)):
                self._execute(f'DROP DATABASE IF EXISTS "{name}_new" WITH (FORCE)')
                self._execute(f'CREATE DATABASE "{name}_new"')
                migrations.upgrade(service, self.postgres.url(f"{name}_new"))
                self._execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
        self._templates[service] = name
        return name

    async def _exists(self, name: str) -> bool:
        found = await self._admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name)
        return bool(found)

    async def _drop_leftovers(self) -> None:
        """Drop the databases of test processes that are no more."""
        rows = await self._admin.fetch(r"SELECT datname FROM pg_database WHERE datname LIKE 't\_%'")
        for (name,) in rows:
            if not psutil.pid_exists(int(name.split("_")[1])):
                await self._admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _drop(self, name: str) -> None:
        connection = await asyncpg.connect(self.postgres.url("postgres"))
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            await connection.close()

    def _claim_valkey(self) -> tuple[IO[str], int]:
        """Take a database number that no other test process holds."""
        for number in range(VALKEY_DATABASES):
            file = (self.folder / f"valkey-{number}.claim").open("w")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                continue
            return file, number
        raise RuntimeError("Every Valkey database is claimed by a test process")

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
