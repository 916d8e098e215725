"""A PostgreSQL for one benchmark: the suite's own settings, durable, in a temporary folder."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from suite.engines.postgres import Postgres


class Ground:
    def __init__(self, postgres: Postgres) -> None:
        self.postgres = postgres
        self.made = 0

    async def database(self) -> str:
        """Return the address of a new, empty database."""
        self.made += 1
        name = f"bench_{self.made}"
        connection = await asyncpg.connect(self.postgres.url("postgres"))
        await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()
        return self.postgres.url(name)

    async def settle(self) -> None:
        """Write everything out, so that one side does not pay for the other's checkpoint."""
        connection = await asyncpg.connect(self.postgres.url("postgres"))
        await connection.execute("CHECKPOINT")
        await connection.close()
        await asyncio.sleep(0.5)


@contextmanager
def a_postgres() -> Iterator[Ground]:
    folder = Path(tempfile.mkdtemp(prefix="kb-", dir="/tmp"))
    folder.chmod(0o711)
    postgres = Postgres(folder)
    postgres.start()
    try:
        yield Ground(postgres)
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
