"""A film sent in one PUT."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import (
    VideoAlreadyUploaded,
    VideoNotFound,
    VideoRefused,
    VideoStatus,
)
from kit.errors import AppError
from tests.transcoder_service.world import Inbox, files, until
from transcoder_service.models import Upload, Video
from transcoder_service.providers.storage import digest
from transcoder_service.settings import Settings

CONTENT = b"this is no film" * 1000


async def slowly(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1000):
        yield content[start : start + 1000]


async def test_a_film_is_kept_as_it_came(
    library: VideoLibraryClient, app: FastAPI, guid: str, settings: Settings, inbox: Inbox
):
    assert (await library.upload(guid, slowly(CONTENT))).success
    found = await library.get_video(guid)
    assert found.status >= VideoStatus.uploaded
    assert found.original_hash == hashlib.sha256(CONTENT).hexdigest()
    assert found.has_original
    assert found.storage_size == len(CONTENT)
    async with app.state.database.sessions() as session:
        row = (await session.scalars(select(Video))).one()
    assert row.encode_job_id
    (kept,) = (file for file in files(settings.media_url) if "original" in file.parts)
    assert kept == Path(settings.media_url) / str(row.original_path)
    assert await asyncio.to_thread(kept.read_bytes) == CONTENT
    assert files(settings.uploads_path) == []
    await until(lambda: inbox.statuses(guid)[:1] == [0])


async def test_a_film_comes_once(library: VideoLibraryClient, guid: str):
    await library.upload(guid, CONTENT)
    with pytest.raises(VideoAlreadyUploaded):
        await library.upload(guid, CONTENT)


async def test_of_two_that_come_at_once_one_is_kept(
    library: VideoLibraryClient, guid: str, settings: Settings
):
    answers = await asyncio.gather(
        *(library.upload(guid, slowly(CONTENT + bytes([n]))) for n in range(3)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in answers) == [
        "Status",
        "VideoAlreadyUploaded",
        "VideoAlreadyUploaded",
    ]
    (kept,) = (file for file in files(settings.media_url) if "original" in file.parts)
    found = await library.get_video(guid)
    assert found.original_hash == digest(kept)


async def test_an_empty_film_is_refused(library: VideoLibraryClient, guid: str):
    with pytest.raises(VideoRefused, match="empty"):
        await library.upload(guid, b"")
    assert (await library.get_video(guid)).status == VideoStatus.created


async def test_an_unknown_video_takes_no_film(library: VideoLibraryClient):
    with pytest.raises(VideoNotFound):
        await library.upload("00000000-0000-0000-0000-000000000000", CONTENT)


async def test_a_film_that_breaks_off_leaves_nothing(
    library: VideoLibraryClient, app: FastAPI, guid: str, settings: Settings
):
    async def broken() -> AsyncIterator[bytes]:
        yield CONTENT
        raise ConnectionResetError

    with pytest.raises((ConnectionResetError, AppError)):
        await library.upload(guid, broken())
    assert files(settings.uploads_path) == []
    async with app.state.database.sessions() as session:
        assert (await session.scalars(select(func.count()).select_from(Upload))).one() == 0
    await library.upload(guid, CONTENT)
    assert (await library.get_video(guid)).has_original


async def test_a_film_that_is_too_large_is_refused(
    library: VideoLibraryClient, app: FastAPI, guid: str
):
    tools = app.state.tools
    small = tools.settings.model_copy(update={"max_upload_bytes": 100})
    app.state.tools = type(tools)(**{**vars(tools), "settings": small})
    with pytest.raises(AppError):
        await library.upload(guid, CONTENT)
    assert (await library.get_video(guid)).status == VideoStatus.created
