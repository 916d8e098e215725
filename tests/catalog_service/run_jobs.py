"""What background jobs do, done at once: the same deeds, called by the tests themselves."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import text

from catalog_service.actions import collections, sync
from catalog_service.actions import library as actions
from catalog_service.actions.publishing import follow_clock
from catalog_service.queries import library as queries
from kit.contracts.transcoder.client import VideoLibraryClient

__all__ = ["follow_clock", "queries", "sync", "text"]


async def read_video(app: FastAPI, library: VideoLibraryClient, guid: str) -> None:
    async with app.state.database.sessions.begin() as session:
        await actions.read_video(session, library, guid)


async def push(app: FastAPI, library: VideoLibraryClient, film_id: UUID) -> None:
    async with app.state.database.sessions.begin() as session:
        await actions.push(session, library, film_id)


async def sync_all(app: FastAPI, library: VideoLibraryClient, size: int = 100) -> None:
    """Compare with the whole library, from the page where it was broken off."""
    transaction = app.state.database.sessions.begin
    async with transaction() as session:
        await queries.begin_run(session)
    reader = sync.Reader(library, size)
    while await sync.next_page(transaction, reader):
        pass


async def push_series(app: FastAPI, library: VideoLibraryClient, series_id: UUID) -> None:
    async with app.state.database.sessions.begin() as session:
        await collections.push(session, library, series_id)


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Wait until something is so; fail when it takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if await true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("It did not become so in time")
