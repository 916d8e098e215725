"""Embedded engines: started, adopted, stopped; and what a test gets from them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import valkey.asyncio

from suite.engines.postgres import Postgres
from suite.engines.valkey import Valkey
from suite.errors import Stop
from tests.conftest import DatabaseUrl


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="k é "))
    yield folder
    Postgres(folder).stop()
    Valkey(folder).stop()
    shutil.rmtree(folder)


async def _ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_postgresql_starts_anew_with_letters_beyond_ascii(data: Path) -> None:
    server = Postgres(data)
    server.start()
    assert await _ask(server.url("postgres"), "SELECT upper('é')") == "É"


async def test_a_living_postgresql_is_adopted(data: Path) -> None:
    Postgres(data).start()
    question = "SELECT pg_postmaster_start_time()"
    began = await _ask(Postgres(data).url("postgres"), question)
    Postgres(data).start()
    assert await _ask(Postgres(data).url("postgres"), question) == began


def test_a_lock_of_a_process_id_that_was_given_away_is_no_obstacle(data: Path) -> None:
    server = Postgres(data)
    server.start()
    server.stop()
    (server.folder / "postmaster.pid").write_text(f"{os.getpid()}\n{server.folder}\n")
    server.start()
    assert server.is_up()


def test_a_stopped_postgresql_is_gone(data: Path) -> None:
    server = Postgres(data)
    server.start()
    server.stop()
    assert not server.is_up()


def test_a_damaged_cluster_is_said_in_one_sentence(data: Path) -> None:
    (data / "postgres").mkdir()
    (data / "postgres" / "rubbish").touch()
    with pytest.raises(Stop, match="is damaged"):
        Postgres(data).start()


def test_a_cluster_that_cannot_start_says_why(data: Path) -> None:
    server = Postgres(data)
    server.start()
    server.stop()
    (server.folder / "global" / "pg_control").unlink()
    with pytest.raises(Stop, match="pg_control"):
        server.start()


async def test_a_living_valkey_is_adopted(data: Path) -> None:
    Valkey(data).start()
    Valkey(data).start()
    client = valkey.asyncio.from_url(Valkey(data).url())
    assert await client.ping()
    await client.aclose()


async def test_valkey_keeps_what_it_knew_over_a_stop(data: Path) -> None:
    server = Valkey(data)
    for turn in range(2):
        server.start()
        client = valkey.asyncio.from_url(server.url())
        if turn == 0:
            await client.set("key", "value")
        assert await client.get("key") == b"value"
        await client.aclose()
        server.stop()
    assert not server.is_up()


def test_sockets_of_a_deep_folder_are_short(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)
    assert len(str(Valkey(deep).socket)) < 100
    assert len(str(Postgres(deep).sockets / ".s.PGSQL.5432")) < 100
    Valkey(deep).socket.parent.rmdir()


async def test_every_test_database_is_new(database_url: DatabaseUrl) -> None:
    first, second = database_url(), database_url()
    await _ask(first, "CREATE TABLE film (id int)")
    assert await _ask(second, "SELECT to_regclass('film')") is None


async def test_the_test_valkey_is_empty(valkey_url: str) -> None:
    client = valkey.asyncio.from_url(valkey_url)
    assert await client.dbsize() == 0
    await client.set("left", "over")
    await client.aclose()
