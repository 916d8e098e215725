"""What every test stands on: real engines, a fresh database each, real apps.

How a service's tests get their app:

    @pytest.fixture
    async def app(database_url, valkey_url, start) -> FastAPI:
        settings = Settings(
            environment="test", database_url=database_url("catalog_service"), valkey_url=valkey_url
        )
        return await start(create_app(settings, TokensClient(http(tokens_app))))

    async def test_…(app):
        async with http(app) as client:
            assert (await client.get("/films")).status_code == 200

`database_url(service)` gives a new database as that service's migrations leave it (without a name:
an empty one). `valkey_url` is a Valkey database of one's own, empty. `start(app)` runs an app's
lifespan until the test ends. `KARANGOU_TEST_ENGINES=/folder` keeps the engines for the next run.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from fastapi import FastAPI

from suite.engines.places import only_one
from tests.engines import Engines

# How long one example takes says how busy the machine is, and nothing of the code.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

DatabaseUrl = Callable[..., str]
Start = Callable[[FastAPI], Awaitable[FastAPI]]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the journeys: a minute's test that came last would keep one worker alone."""
    items.sort(key=lambda item: "journeys" not in item.path.parts)


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Engines]:
    """One PostgreSQL and one Valkey for all tests and all workers."""
    kept = os.environ.get("KARANGOU_TEST_ENGINES")
    if kept:
        found = Engines(Path(kept))
        yield found
        found.close()
        return
    folder = _folder_of_this_run(tmp_path_factory, worker_id)
    users = folder / "users"
    with only_one(folder / "users.lock"):
        users.mkdir(exist_ok=True)
        (users / str(os.getpid())).touch()
    found = Engines(folder / "e")
    yield found
    found.close()
    with only_one(folder / "users.lock"):
        (users / str(os.getpid())).unlink()
        last = not any(users.iterdir())
        if last:
            found.stop()
    if last:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database_url(engines: Engines) -> Iterator[DatabaseUrl]:
    """Return a function that makes a database: of a service by name, or an empty one."""
    made: list[str] = []

    def new(service: str | None = None) -> str:
        made.append(engines.databases.new(service))
        return engines.postgres.url(made[-1])

    yield new
    for name in made:
        engines.databases.give_back(name)


@pytest.fixture
def valkey_url(engines: Engines) -> str:
    """Return a Valkey database of one's own, empty."""
    return engines.clean_valkey()


@pytest.fixture
async def start(database_url: DatabaseUrl) -> AsyncIterator[Start]:
    """Give a function that runs an app's lifespan until the test ends, and its database with it."""
    running: list[tuple[asyncio.Task[None], asyncio.Event]] = []

    async def run(app: FastAPI) -> FastAPI:
        ready, done = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(_live(app, ready, done))
        running.append((task, done))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            waiting.cancel()
            running.pop()
            await task
        return app

    yield run
    for task, done in reversed(running):
        done.set()
        await task


async def _live(app: FastAPI, ready: asyncio.Event, done: asyncio.Event) -> None:
    """Enter and leave the lifespan in one task, as its cancel scopes want it."""
    async with app.router.lifespan_context(app):
        ready.set()
        await done.wait()


def _folder_of_this_run(factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that all workers of this run share, with a short name for sockets."""
    mine = factory.getbasetemp()
    run = mine if worker_id == "master" else mine.parent
    folder = Path(tempfile.gettempdir()) / f"karangou-tests-{run.stat().st_ino}-{os.getuid()}"
    folder.mkdir(mode=0o711, exist_ok=True)
    return folder
