"""A database full of films, made by COPY: titles and synopses from a Zipf-like vocabulary.

The databases stay in `var/benchmarks/catalog` for the next run.
"""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text

from catalog_service.queries import derived
from kit.db import new_id, open_database, plain_url
from suite.engines.postgres import Postgres
from suite.engines.valkey import Valkey
from suite.migrations import run as migrations

FOLDER = Path(__file__).resolve().parent.parent / "var" / "benchmarks" / "catalog"
WORDS = 30_000
BATCH = 2000
START = datetime(2020, 1, 1, tzinfo=UTC)
COUNTRIES = ["TG", "SN", "CI", "BJ", "ML", "BF", "NG", "GH", "FR", "CM"]
LEVELS = ["public"] * 7 + ["vip"] * 2 + ["ppv"]
COLUMNS = (
    "id", "slug", "title", "synopsis", "year", "countries", "languages", "credits", "chapters",
    "access_level", "price_amount", "currency", "status", "published_at", "origin", "created_at",
    "updated_at", "video_guid", "video_state", "video_progress", "video_seconds", "video_width",
    "video_height", "video_frame", "video_uploaded_at", "captions", "agreed", "sort_title", "card",
)  # fmt: skip


def vocabulary() -> list[str]:
    """Return made-up words, the most frequent first; always the same ones."""
    chance = random.Random(11)
    syllables = [c + v for c in "bcdfgklmnprstvz" for v in ["a", "e", "i", "o", "u", "ou", "on"]]
    found: dict[str, None] = {}
    while len(found) < WORDS:
        found["".join(chance.choices(syllables, k=chance.choice([2, 2, 3, 3, 4])))] = None
    return list(found)


def engines(**settings: str) -> tuple[Postgres, Valkey]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    postgres, valkey = Postgres(FOLDER, **settings), Valkey(FOLDER)
    postgres.start()
    valkey.start()
    return postgres, valkey


def seeded(postgres: Postgres, count: int) -> str:
    """Return the URL of a database with so many published films, made if it is not there."""
    name = f"films_{count}"
    asyncio.run(_make(postgres, name, count))
    migrations.upgrade("catalog_service", postgres.url(name))
    return postgres.url(name)


async def _make(postgres: Postgres, name: str, count: int) -> None:
    admin = await asyncpg.connect(postgres.url("postgres"))
    try:
        if await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            return
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}_new" WITH (FORCE)')
        await admin.execute(f'CREATE DATABASE "{name}_new"')
        url = postgres.url(f"{name}_new")
        migrations.upgrade("catalog_service", url)
        await _fill(url, count)
        await admin.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
    finally:
        await admin.close()


async def _fill(url: str, count: int) -> None:
    connection = await asyncpg.connect(plain_url(url))
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda written: b"\x01" + written.encode(),
        decoder=bytes.decode,
    )
    rows = _films(count)
    database = open_database(url)
    categories = [new_id() for _ in range(8)]
    await connection.copy_records_to_table(
        "category",
        records=[(each, f"c{n}", f"Catégorie {n}", f"Category {n}", "#112233", "", n)
                 for n, each in enumerate(categories)],
        columns=["id", "slug", "name_fr", "name_en", "colour", "icon", "position"],
    )  # fmt: skip
    chance = random.Random(5)
    while batch := list(islice(rows, BATCH)):
        await connection.copy_records_to_table("film", records=batch, columns=COLUMNS)
        ids = [row[0] for row in batch]
        await connection.copy_records_to_table(
            "film_category",
            records=[(f, c) for f in ids for c in chance.sample(categories, 2)],
            columns=["film_id", "category_id"],
        )
        async with database.sessions.begin() as session:
            await session.execute(text("SET LOCAL synchronous_commit = off"))
            await derived.derive(session, ids)
    async with database.sessions.begin() as session:
        await derived.count_words(session)
    await database.close()
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def _films(count: int) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(3)
    words = vocabulary()
    weights = [1 / (rank + 3) for rank in range(len(words))]
    for number in range(count):
        drawn = chance.choices(words, weights, k=44)
        moment = START + timedelta(minutes=number * 7)
        guid = str(UUID(int=chance.getrandbits(128)))
        yield (
            new_id(), f"film-{number}", " ".join(drawn[:4]).capitalize(), " ".join(drawn[4:]),
            chance.randint(1990, 2026), chance.sample(COUNTRIES, 2), ["fr"],
            f'[{{"role": "director", "name": "{drawn[0]} {drawn[5]}", "character": ""}}]',
            "[]", chance.choice(LEVELS), 1500, "XOF", "published", moment, "admin", moment, moment,
            guid, "ready", 100, chance.randint(60, 9000), 1920, 1080, "thumbnail.jpg", moment,
            '[{"language": "fr", "label": "Français"}]', "{}", "", "{}",
        )  # fmt: skip
