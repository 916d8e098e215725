"""A library with videos in it, and the films that came of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import delete, update

from kit import clock
from kit.contracts.catalog.films import FilmQuery, Films
from tests.factories.catalog import a_video, as_admin
from transcoder_service.models import Video

ALL = FilmQuery(status="all")


async def the_films(app: FastAPI) -> Films:
    return await as_admin(app).films(ALL, limit=200)


async def change_video(library_app: FastAPI, guid: str, **values: Any) -> None:
    async with library_app.state.database.sessions.begin() as session:
        await session.execute(update(Video).where(Video.id == UUID(guid)).values(**values))


async def lose_video(library_app: FastAPI, guid: str) -> None:
    async with library_app.state.database.sessions.begin() as session:
        await session.execute(delete(Video).where(Video.id == UUID(guid)))


async def some_videos(library_app: FastAPI, count: int) -> list[str]:
    """Put videos into the library, uploaded a minute apart."""
    start = clock.now() - timedelta(days=1)
    return [
        await a_video(library_app, title=f"Film {n}", created_at=start + timedelta(minutes=n))
        for n in range(count)
    ]
