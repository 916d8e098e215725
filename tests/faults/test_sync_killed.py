"""A comparison with the library that is killed in the middle, again and again."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.catalog.films import FilmQuery
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import VideoStatus
from kit.db import new_id
from tests.catalog_service import run_jobs
from tests.catalog_service.conftest import app, library, library_app, settings, tokens_app
from tests.factories.catalog import a_video, as_admin
from transcoder_service.models import Video

__all__ = ["app", "library", "library_app", "settings", "tokens_app"]


class Killed(Exception):
    """Stands for the end of the process: nothing after it happens, the transaction is lost."""


async def many_videos(library_app: FastAPI, count: int) -> None:
    start = clock.now() - timedelta(days=1)
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "title": f"Film {number % 7}",
            "status": VideoStatus.finished,
            "available_resolutions": "240p",
            "created_at": start + timedelta(seconds=number),
        }
        for number in range(count)
    ]
    async with library_app.state.database.sessions.begin() as session:
        await session.execute(insert(Video), rows)


async def compare(transaction: Any, library: VideoLibraryClient) -> None:
    """Compare until the end, or until killed: who was killed remembers nothing."""
    reader = run_jobs.sync.Reader(library, 20)
    try:
        while await run_jobs.sync.next_page(transaction, reader):
            pass
    finally:
        await reader.close()


async def is_open(app: FastAPI) -> bool:
    async with app.state.database.sessions() as session:
        return await run_jobs.queries.open_run(session) is not None


async def counted(app: FastAPI) -> tuple[int, ...]:
    """Return how many films there are, how many videos they have, and how many slugs."""
    statement = "SELECT count(*), count(DISTINCT video_guid), count(DISTINCT slug) FROM film"
    async with app.state.database.sessions() as session:
        return tuple((await session.execute(text(statement))).one())


async def test_a_sync_killed_at_any_moment_loses_nothing_and_doubles_nothing(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    await many_videos(library_app, 120)
    chance = random.Random(4)
    transaction = app.state.database.sessions.begin
    kills = 0

    @asynccontextmanager
    async def mortal() -> AsyncIterator[AsyncSession]:
        nonlocal kills
        async with transaction() as session:
            yield session
            if chance.random() < 0.4:
                kills += 1
                raise Killed

    async with transaction() as session:
        await run_jobs.queries.begin_run(session)
    while await is_open(app):
        with suppress(Killed):
            await compare(mortal, library)
    assert kills > 3
    assert await counted(app) == (120, 120, 120)
    status = await as_admin(app).sync_status()
    assert (status.is_running, status.created, status.seen) == (False, 120, 120)


async def test_two_that_take_over_one_video_at_once_make_one_film(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    guids = [await a_video(library_app, title="Même titre") for _ in range(4)]
    await asyncio.gather(
        *(run_jobs.read_video(app, library, guid) for guid in guids for _ in range(3)),
        run_jobs.sync.reconcile(app.state.database.sessions.begin, library),
    )
    found = await as_admin(app).films(FilmQuery(status="all"))
    assert sorted(str(each.video_guid) for each in found.items) == sorted(guids)
