"""Both kinds of store keep the same promises."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kit.contracts.tokens import TokenStoreUnavailable
from tests.conftest import Start
from tests.tokens_service.conftest import MakeSettings
from tokens_service import migrations
from tokens_service.app import store_at
from tokens_service.models import Statement, Store, StoreConflict

TABLE = ((1, ("CREATE TABLE thing (id TEXT PRIMARY KEY, number INTEGER) STRICT",)),)
GROWN = (*TABLE, (2, ("ALTER TABLE thing ADD COLUMN note TEXT", "CREATE INDEX ix ON thing (note)")))
ALL = Statement("SELECT * FROM thing ORDER BY id", {})


def insert(name: str, number: int | None = 1) -> Statement:
    return Statement(
        "INSERT INTO thing (id, number) VALUES (:id, :number)", {"id": name, "number": number}
    )


@pytest.fixture
async def store(settings: MakeSettings) -> AsyncIterator[Store]:
    made = store_at(settings())
    await made.open(TABLE)
    yield made
    await made.close()


async def test_what_is_written_is_read(store: Store) -> None:
    await store.write(insert("é'\"\n🎬", 2**53), insert("b", None))
    assert await store.read(ALL) == [
        {"id": "b", "number": None},
        {"id": "é'\"\n🎬", "number": 2**53},
    ]


async def test_all_steps_are_done_or_none(store: Store) -> None:
    await store.write(insert("a"))
    with pytest.raises(StoreConflict):
        await store.write(insert("b"), insert("a"), insert("c"))
    assert [row["id"] for row in await store.read(ALL)] == ["a"]
    await store.write(insert("b"))


async def test_each_step_answers_its_rows(store: Store) -> None:
    answers = await store.write(insert("a"), ALL, insert("b"), ALL)
    assert [len(rows) for rows in answers] == [0, 1, 0, 2]


async def test_writers_at_once_lose_nothing(store: Store) -> None:
    add = Statement("UPDATE thing SET number = number + 1 WHERE id = :id", {"id": "a"})
    await store.write(insert("a", 0))
    await asyncio.gather(*(store.write(add) for _ in range(50)))
    assert (await store.read(ALL))[0]["number"] == 50


async def test_a_write_changes_the_stamp(store: Store) -> None:
    before = store.stamp()
    await store.write(insert("a"))
    assert store.stamp() != before


async def test_a_migration_is_applied_once_and_the_next_one_after_it(
    store: Store, settings: MakeSettings
) -> None:
    await store.write(insert("kept"))
    for _ in range(2):
        grown = store_at(settings())
        await grown.open(GROWN)
        assert await grown.read(ALL) == [{"id": "kept", "number": 1, "note": None}]
        await grown.close()


async def test_a_migration_that_fails_leaves_nothing(settings: MakeSettings, store: Store) -> None:
    broken = (*TABLE, (2, ("ALTER TABLE thing ADD COLUMN note TEXT", "CREATE NONSENSE")))
    failing = store_at(settings())
    with pytest.raises(TokenStoreUnavailable):
        await failing.open(broken)
    await failing.close()
    again = store_at(settings())
    await again.open(GROWN)
    await again.close()


async def test_processes_that_start_together_migrate_once(settings: MakeSettings) -> None:
    stores = [store_at(settings()) for _ in range(3)]
    await asyncio.gather(*(one.open(migrations.ALL) for one in stores))
    applied = [{"number": number} for number, _ in migrations.ALL]
    for one in stores:
        assert await one.read(Statement("SELECT number FROM migration", {})) == applied
        await one.close()


async def test_a_strange_address_is_refused_in_words(settings: MakeSettings, start: Start) -> None:
    with pytest.raises(ValueError, match="neither file: nor libsql://"):
        store_at(settings(database_url="mysql://somewhere"))
