"""Sync of 10 000 videos from a library (goal ≥ 500 videos/s, flat memory; again: no writes).

Run it as `./karangou bench catalog_sync [videos]`. The library is a real transcoder_service,
served by uvicorn on the other core; the comparison is what the job `sync_library` does.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from sqlalchemy import insert

from benchmarks._catalog_films import FOLDER, engines
from benchmarks._serving import served
from catalog_service.actions import sync
from catalog_service.queries import library as queries
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import VideoStatus
from kit.db import Database, new_id, open_database
from suite.engines.postgres import Postgres
from suite.migrations import run as migrations
from transcoder_service.models import Video

KEY = "the-key-of-a-library-that-is-measured"
START = datetime(2024, 1, 1, tzinfo=UTC)
TABLES = ("film", "film_search", "word", "series", "season", "deletion")


async def database(postgres: Postgres, service: str) -> str:
    """Return the URL of a new database of that service."""
    name = f"sync_{service}"
    admin = await asyncpg.connect(postgres.url("postgres"))
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.execute(f'CREATE DATABASE "{name}"')
    await admin.close()
    migrations.upgrade(service, postgres.url(name))
    return postgres.url(name)


async def fill(url: str, count: int) -> None:
    library = open_database(url)
    for start in range(0, count, 1000):
        rows: list[dict[str, Any]] = [
            {
                "id": new_id(),
                "title": f"Nuit de Lomé, prise {number}",
                "status": VideoStatus.finished,
                "available_resolutions": "240p,720p",
                "length_seconds": 60 + number % 5000,
                "created_at": START + timedelta(seconds=number),
            }
            for number in range(start, start + 1000)
        ]
        async with library.sessions.begin() as session:
            await session.execute(insert(Video), rows)
    await library.close()


async def compare(catalogue: Database, client: VideoLibraryClient) -> tuple[float, list[float]]:
    """Compare with the whole library; return the seconds, and the memory after each page."""
    memory = []
    process = psutil.Process()
    started = time.perf_counter()
    async with catalogue.sessions.begin() as session:
        await queries.begin_run(session)
    reader = sync.Reader(client, 100)
    while await sync.next_page(catalogue.sessions.begin, reader):
        memory.append(process.memory_info().rss / 1e6)
    return time.perf_counter() - started, memory


async def written_since(catalogue_url: str, transaction: int) -> int:
    """Return how many rows were made or changed since that transaction."""
    connection = await asyncpg.connect(catalogue_url)
    count = 0
    for table in TABLES:
        statement = f"SELECT count(*) FROM {table} WHERE xmin::text::bigint >= $1"
        count += await connection.fetchval(statement, transaction)
    await connection.close()
    return count


async def this_transaction(catalogue_url: str) -> int:
    connection = await asyncpg.connect(catalogue_url)
    found: int = await connection.fetchval("SELECT txid_current()")
    await connection.close()
    return found


async def measure(catalogue_url: str, library_url: str, count: int) -> None:
    catalogue = open_database(catalogue_url, 5)
    client = VideoLibraryClient.of(library_url, 1, KEY)
    seconds, memory = await compare(catalogue, client)
    between = await this_transaction(catalogue_url)
    again, _ = await compare(catalogue, client)
    more = await written_since(catalogue_url, between)
    early = memory[len(memory) // 10]
    print(f"first run: {seconds:.1f} s, {count / seconds:.0f} videos/s  (goal ≥ 500)")
    print(f"memory: {early:.0f} MB after a tenth, {memory[-1]:.0f} MB at the end"
          f" ({memory[-1] - early:+.1f} MB)")  # fmt: skip
    print(f"second run: {again:.1f} s, {count / again:.0f} videos/s, {more} rows written (goal 0)")
    await client.close()
    await catalogue.close()


def main(count: int) -> None:
    postgres, valkey = engines()
    library_url = asyncio.run(database(postgres, "transcoder_service"))
    catalogue_url = asyncio.run(database(postgres, "catalog_service"))
    asyncio.run(fill(library_url, count))
    env = {
        "TRANSCODER_DATABASE_URL": library_url,
        "TRANSCODER_API_KEY": KEY,
        "TRANSCODER_LIBRARY_ID": "1",
        "TRANSCODER_WEBHOOK_URL": "",
        "TRANSCODER_UPLOADS_PATH": str(FOLDER / "uploads"),
        "MEDIA_URL": str(FOLDER / "media"),
        "VALKEY_URL": valkey.url(0),
        "LOG_LEVEL": "ERROR",
    }
    print(f"{count} videos; load {Path('/proc/loadavg').read_text().split()[0]}")
    with served("transcoder_service.app:create_app", env) as library:
        asyncio.run(measure(catalogue_url, library.url, count))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
