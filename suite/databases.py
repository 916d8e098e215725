"""Every service's database: made in our own PostgreSQL, and brought up to date."""

import asyncio
import logging
from collections.abc import Sequence
from urllib.parse import quote

import asyncpg

from kit.db import plain_url
from suite.engines.postgres import Postgres
from suite.engines.valkey import Valkey
from suite.environment import Place
from suite.errors import Stop
from suite.migrations import run as migrations
from suite.services import Service

logger = logging.getLogger(__name__)


def are_ours(place: Place, services: Sequence[Service]) -> bool:
    """Say whether one of these services needs the engines that come with us."""
    ours = str(Postgres(place.data).sockets), str(Valkey(place.data).socket)
    needed = [place.variables[f"{s.prefix}DATABASE_URL"] for s in services if s.database]
    return any(
        quote(mark) in url for mark in ours for url in [*needed, place.variables["VALKEY_URL"]]
    )


async def prepare(place: Place, services: Sequence[Service]) -> None:
    """Make the databases that are missing, and migrate all."""
    postgres = Postgres(place.data)
    await _create(
        postgres,
        [
            service.database
            for service in services
            if service.database
            and place.variables[f"{service.prefix}DATABASE_URL"] == postgres.url(service.database)
        ],
    )
    for service in services:
        if service.database and migrations.has_migrations(service.folder):
            await asyncio.to_thread(migrate, place, service)


def migrate(place: Place, service: Service) -> None:
    url = place.variables[f"{service.prefix}DATABASE_URL"]
    try:
        migrations.upgrade(service.folder, url)
    except (OSError, asyncpg.PostgresError, ValueError) as error:
        raise Stop(f"The database of {service.folder} could not be migrated: {error}") from error


async def _create(postgres: Postgres, names: Sequence[str]) -> None:
    if not names:
        return
    connection = await asyncpg.connect(plain_url(postgres.url("postgres")))
    try:
        rows = await connection.fetch("SELECT datname FROM pg_database")
        for name in set(names) - {row["datname"] for row in rows}:
            logger.info("making database %s", name)
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
