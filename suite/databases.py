"""Every service's database: made in our own PostgreSQL, and brought up to date."""

import asyncio
import logging
from collections.abc import Sequence

import asyncpg

from kit.db import plain_url
from suite.engines.postgres import Postgres
from suite.environment import Place
from suite.errors import Stop
from suite.migrations import run as migrations
from suite.services import Service

logger = logging.getLogger(__name__)


async def prepare(place: Place, services: Sequence[Service]) -> None:
    """Make the databases that are missing, and migrate all."""
    await _create(place, [service.database for service in services if service.database])
    for service in services:
        if service.database and migrations.has_migrations(service.folder):
            await asyncio.to_thread(migrate, place, service)


def migrate(place: Place, service: Service) -> None:
    url = place.variables[f"{service.prefix}DATABASE_URL"]
    try:
        migrations.upgrade(service.folder, url)
    except (OSError, asyncpg.PostgresError, ValueError) as error:
        raise Stop(f"The database of {service.folder} could not be migrated: {error}") from error


async def _create(place: Place, names: Sequence[str]) -> None:
    postgres = Postgres(place.data)
    connection = await asyncpg.connect(plain_url(postgres.url("postgres")))
    try:
        rows = await connection.fetch("SELECT datname FROM pg_database")
        for name in set(names) - {row["datname"] for row in rows}:
            logger.info("making database %s", name)
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
