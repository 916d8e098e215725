"""How resumable uploads end: expired, deleted, finished late or by two at once."""

import asyncio
import hashlib
from datetime import timedelta

import httpx
from fastapi import FastAPI
from sqlalchemy import select, update

from kit import clock
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import VideoStatus
from tests.transcoder_service.tus import FILM, begin, send
from tests.transcoder_service.world import Inbox, files, until
from transcoder_service.actions import housekeeping, uploads
from transcoder_service.models import Upload, Video
from transcoder_service.settings import Settings


async def test_an_unfinished_upload_expires(
    uploader: httpx.AsyncClient,
    app: FastAPI,
    library: VideoLibraryClient,
    guid: str,
    inbox: Inbox,
    settings: Settings,
):
    address = await begin(uploader)
    await send(uploader, address, 0, FILM[:100])
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(Upload).values(expires_at=clock.now() - timedelta(seconds=1)))
    assert (await uploader.head(address)).status_code == 404
    await housekeeping.clean(app.state.tools.desk(app.state.database))
    assert (await uploader.head(address)).status_code == 404
    assert files(settings.uploads_path) == []
    assert (await library.get_video(guid)).status == VideoStatus.upload_failed
    await until(lambda: 8 in inbox.statuses(guid))
    again = await begin(uploader)
    await send(uploader, again, 0, FILM)
    assert (await library.get_video(guid)).has_original


async def test_an_upload_by_put_cannot_be_gone_on_with(
    uploader: httpx.AsyncClient, app: FastAPI, library: VideoLibraryClient, guid: str
):
    await library.upload(guid, FILM)
    async with app.state.database.sessions() as session:
        made = (await session.scalars(select(Upload))).one()
    assert (await uploader.head(f"/tusupload/{made.id}")).status_code == 404


async def test_a_video_deleted_while_it_comes_takes_its_upload_along(
    uploader: httpx.AsyncClient, library: VideoLibraryClient, guid: str, settings: Settings
):
    address = await begin(uploader)
    await send(uploader, address, 0, FILM[:100])
    await library.delete_video(guid)
    assert (await uploader.head(address)).status_code == 404
    assert (await send(uploader, address, 100, FILM[100:])).status_code == 404
    await until(lambda: files(settings.uploads_path) == [])


async def test_the_last_step_is_done_later_when_a_process_died_before_it(
    uploader: httpx.AsyncClient, app: FastAPI, library: VideoLibraryClient, guid: str
):
    """The bytes are whole and noted, and then nothing: as a kill in the last moment leaves it."""
    address = await begin(uploader)
    await send(uploader, address, 0, FILM[:-1])
    desk = app.state.tools.desk(app.state.database)
    async with desk.transaction() as session:
        row = (await session.scalars(select(Upload))).one()
        row.received_bytes = len(FILM)
        row.created_at = clock.now() - timedelta(hours=1)
    with desk.spool.file(row.id).open("ab") as file:
        file.write(FILM[-1:])
    await housekeeping.finish_left_undone(desk)

    async def is_whole() -> bool:
        return bool((await library.get_video(guid)).has_original)

    await until(is_whole)
    assert (await library.get_video(guid)).original_hash == hashlib.sha256(FILM).hexdigest()


async def test_the_last_step_done_by_two_at_once_is_done_once(
    uploader: httpx.AsyncClient, app: FastAPI, library: VideoLibraryClient, guid: str
):
    address = await begin(uploader)
    await send(uploader, address, 0, FILM[:-1])
    desk = app.state.tools.desk(app.state.database)
    async with desk.transaction() as session:
        row = (await session.scalars(select(Upload))).one()
        row.received_bytes = len(FILM)
    with desk.spool.file(row.id).open("ab") as file:
        file.write(FILM[-1:])
    await asyncio.gather(*(uploads.finish(desk, row.id) for _ in range(4)))
    async with desk.transaction() as session:
        path = (await session.scalars(select(Video.original_path))).one()
    assert await desk.storage.read(path) == FILM
    assert (await library.get_video(guid)).original_hash == hashlib.sha256(FILM).hexdigest()
