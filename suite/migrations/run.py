"""Bring one service's database up, down, or check it against the models.

Two processes that start at once take turns: an advisory lock is held while migrations run.
"""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from kit.db import async_url
from suite.migrations.tables import metadata_of

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LOCK = 5_055_2026  # any number, as long as nothing else in these databases locks it


def versions(service: str) -> Path:
    return ROOT / service / "migrations" / "versions"


def has_migrations(service: str) -> bool:
    return any(versions(service).glob("[0-9]*.py"))


def upgrade(service: str, url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`."""
    _run(service, url, lambda config: command.upgrade(config, revision))


def downgrade(service: str, url: str, revision: str = "base") -> None:
    """Take the database at `url` down to `revision`."""
    _run(service, url, lambda config: command.downgrade(config, revision))


def check(service: str, url: str) -> None:
    """Raise alembic's error when the models say more, or less, than the migrations."""
    _run(service, url, command.check)


def revise(service: str, url: str, message: str) -> Path:
    """Write the next version, with what the models have and the database at `url` has not."""
    versions(service).mkdir(parents=True, exist_ok=True)
    number = f"{len(list(versions(service).glob('[0-9]*.py'))) + 1:04}"
    _run(service, url, lambda c: command.revision(c, message, autogenerate=True, rev_id=number))
    return next(versions(service).glob(f"{number}_*.py"))


def _run(service: str, url: str, work: Callable[[Config], object]) -> None:
    """Run `work` in a thread of its own, since the caller may have a loop running."""
    failures: list[BaseException] = []

    def in_thread() -> None:
        try:
            asyncio.run(_locked(service, url, work))
        except BaseException as error:  # noqa: BLE001  (handed to the caller below)
            failures.append(error)

    thread = threading.Thread(target=in_thread, name=f"migrate {service}")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


async def _locked(service: str, url: str, work: Callable[[Config], object]) -> None:
    config = _config(service)

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        work(config)

    engine = create_async_engine(async_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as guard, engine.connect() as connection:
            await guard.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
            await connection.run_sync(run)
    finally:
        await engine.dispose()


def _config(service: str) -> Config:
    config = Config(attributes={"metadata": metadata_of(service)})
    options = {
        "script_location": str(HERE),
        "version_locations": str(versions(service)),
        "path_separator": "newline",
        "file_template": "%%(rev)s_%%(slug)s",
    }
    for name, value in options.items():
        config.set_main_option(name, value.replace("%", "%%") if "location" in name else value)
    return config
