"""The background jobs of catalog_service, by name."""

import time
from uuid import UUID

from catalog_service.actions import collections, library, publishing, search, sync
from catalog_service.providers.storage import Storage
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.errors import AppError
from kit.jobs import Job, Later, Tasks

tasks = Tasks()
TURN_SECONDS = 20


@tasks.task(tries=20)
async def read_video(job: Job, guid: str) -> None:
    await library.read_video(job.session, job.client(VideoLibraryClient), guid)


@tasks.task(tries=20)
async def push_film(job: Job, film_id: str) -> None:
    await library.push(job.session, job.client(VideoLibraryClient), UUID(film_id))


@tasks.task(tries=20)
async def push_series(job: Job, series_id: str) -> None:
    await collections.push(job.session, job.client(VideoLibraryClient), UUID(series_id))


@tasks.task(tries=50, timeout_seconds=300, concurrency=1, transactional=False)
async def sync_library(job: Job) -> None:
    """Compare page by page; others get their turn in between."""
    reader = sync.Reader(job.client(VideoLibraryClient), job.settings.sync_page)
    started = time.monotonic()
    try:
        while await sync.next_page(job.transaction, reader):
            if time.monotonic() - started > TURN_SECONDS:
                raise Later(0)
    except AppError as error:
        async with job.transaction() as session:
            await sync.mark_trouble(session, error.detail)
        raise
    finally:
        await reader.close()


@tasks.task(tries=5)
async def drop_images(job: Job, ids: list[str]) -> None:
    storage: Storage = job.state.storage
    await storage.drop_images(ids)


@tasks.every(60, transactional=False)
async def reconcile(job: Job) -> None:
    await sync.reconcile(job.transaction, job.client(VideoLibraryClient))


@tasks.every(600)
async def sync_when_due(job: Job) -> None:
    await sync.start_if_due(job.session, job.settings.sync_hours)


@tasks.every(15)
async def follow_clock(job: Job) -> None:
    await publishing.follow_clock(job.session)


@tasks.every(900, timeout_seconds=600)
async def count_words(job: Job) -> None:
    await search.count_words(job.session)
