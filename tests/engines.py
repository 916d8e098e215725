"""One PostgreSQL and one Valkey for all tests.

Workers of pytest-xdist share them; with KARANGOU_TEST_ENGINES=/some/folder so do separate runs,
and they are left running. What a test gets of them is in `tests/databases.py`.
"""

import atexit
import fcntl
from pathlib import Path
from typing import IO

from suite.engines.postgres import Postgres
from suite.engines.valkey import Valkey
from tests.databases import Databases

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
        self._claim, self._valkey_database = self._claim_valkey()
        self.databases = Databases(self.postgres.url, folder)
        atexit.register(self.close)

    def clean_valkey(self) -> str:
        """Return the address of this process's own Valkey database, emptied."""
        self.valkey.flush(self._valkey_database)
        return self.valkey.url(self._valkey_database)

    def close(self) -> None:
        """Drop what is left; the engines go on."""
        atexit.unregister(self.close)
        self.databases.close()
        self._claim.close()

    def stop(self) -> None:
        self.postgres.stop()
        self.valkey.stop()

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
