"""Comparing with the whole library: page by page, each page one transaction, resumable."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.actions import collections
from catalog_service.actions.library import report_deletion, take_over
from catalog_service.models.library import SyncRun
from catalog_service.queries import library as queries
from kit import clock
from kit.contracts.catalog.sync import SyncStatus
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import Video, VideoNotFound, Webhook
from kit.errors import BadRequest
from kit.jobs import enqueue

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
AT_ONCE = 8
UNFINISHED = 40


@dataclass(frozen=True)
class Window:
    """The upload moments a page accounts for; None is open. Films in it must be on the page."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class Read:
    """A page of the library; `at` is when asking for it began."""

    at: datetime
    videos: list[Video]
    total: int
    more: bool


async def start(session: AsyncSession) -> SyncStatus:
    """Begin a comparison, or let the one that goes on go on."""
    await queries.begin_run(session)
    await enqueue(session, "sync_library", key="sync")
    return await status(session)


async def start_if_due(session: AsyncSession, hours: int) -> None:
    """Begin a comparison when the last one is old, or was broken off."""
    last = await queries.last_run(session)
    oldest = clock.now() - timedelta(hours=hours)
    if last is None or last.finished_at is None or last.started_at < oldest:
        await start(session)


async def status(session: AsyncSession) -> SyncStatus:
    last = await queries.last_run(session)
    webhook_at = await queries.webhook_at(session)
    if last is None:
        return SyncStatus(is_running=False, webhook_at=webhook_at)
    return SyncStatus.model_validate({
        **{name: getattr(last, name, None) for name in SyncStatus.model_fields},
        "is_running": last.finished_at is None,
        "webhook_at": webhook_at,
    })  # fmt: skip


class Reader:
    """Reads the library's pages, one ahead; close it when no more are wanted."""

    def __init__(self, library: VideoLibraryClient, size: int) -> None:
        self.library = library
        self.size = size
        self.ahead: dict[int, asyncio.Task[Read]] = {}
        self.before: frozenset[str] = frozenset()  # what was on the page before, where known

    async def read(self, page: int) -> Read:
        task = self.ahead.pop(page, None) or asyncio.create_task(self._fetch(page))
        found = await task
        if found.more:
            self.ahead = {page + 1: asyncio.create_task(self._fetch(page + 1))}
        return found

    async def close(self) -> None:
        for task in self.ahead.values():
            task.cancel()
        await asyncio.gather(*self.ahead.values(), return_exceptions=True)
        self.ahead = {}

    async def _fetch(self, page: int) -> Read:
        read_at = clock.now()
        listing = await self.library.list_videos(page=page, items_per_page=self.size)
        videos = listing.items or []
        more = bool(videos) and page * listing.items_per_page < listing.total_items
        return Read(read_at, videos, listing.total_items, more)


async def next_page(transaction: Transaction, reader: Reader) -> bool:
    """Compare one more page; say whether there are others. Called again, it goes on there."""
    async with transaction() as session:
        run = await queries.open_run(session)
        if run is None:
            return False
        page, edge = run.next_page, run.edge_at
    if page == 1:
        await _collections(transaction, reader.library)
    found = await reader.read(page)
    window = window_of(found.videos, edge, is_last=not found.more)
    guids = frozenset(video.guid for video in found.videos)
    async with transaction() as session:
        seen = guids | reader.before
        doubtful = await queries.unseen(session, seen, window.since, window.until)
    await _verify(transaction, reader.library, doubtful)
    async with transaction() as session:
        run = await queries.open_run(session, lock=True)
        if run is None or run.next_page != page:
            return run is not None
        taken = await take_over(session, reader.library, found.videos, found.at)
        run.created += taken.created
        run.changed += taken.changed
        _advance(run, found)
    reader.before = guids
    return found.more


def window_of(videos: list[Video], edge: datetime | None, *, is_last: bool) -> Window:
    """Return what this page accounts for, from the last video of the page before to its own last.

    The library lists the newest first; should it not, more is doubted than need be, and nothing
    is reported that was not asked for by itself.
    """
    last = videos[-1].date_uploaded if videos else None
    if is_last:
        return Window(None, edge)
    return Window(last, edge)


async def mark_trouble(session: AsyncSession, trouble: str | None) -> None:
    run = await queries.open_run(session, lock=True)
    if run is not None and run.trouble != trouble:
        run.trouble = trouble


async def reconcile(transaction: Transaction, library: VideoLibraryClient) -> None:
    """Find what webhooks did not tell: new videos, and those that something is to become of."""
    read_at = clock.now()
    newest = await library.list_videos(page=1)
    async with transaction() as session:
        await take_over(session, library, newest.items or [], read_at)
        waiting = await queries.unfinished(session, UNFINISHED)
    read_at = clock.now()
    videos, gone = await _read(library, waiting)
    async with transaction() as session:
        if videos:
            await take_over(session, library, videos, read_at)
            await queries.note_read(session, [video.guid for video in videos], read_at)
        for guid in gone:
            await report_deletion(session, guid)


async def _collections(transaction: Transaction, library: VideoLibraryClient) -> None:
    page = 1
    while True:
        found = await library.list_collections(page=page)
        async with transaction() as session:
            await collections.take_over(session, library, found.items or [])
        if not found.items or page * found.items_per_page >= found.total_items:
            return
        page += 1


def _advance(run: SyncRun, found: Read) -> None:
    """Note what became of a page; the last one ends the run."""
    run.seen += len(found.videos)
    run.total_videos = found.total
    run.next_page += 1
    run.trouble = None
    if found.videos:
        run.edge_at = found.videos[-1].date_uploaded
    if not found.more:
        run.finished_at = clock.now()


async def _verify(transaction: Transaction, library: VideoLibraryClient, guids: list[str]) -> None:
    """Report those of the doubtful videos that the library, asked for each, does not have."""
    _, gone = await _read(library, guids)
    if not gone:
        return
    async with transaction() as session:
        reported = [await report_deletion(session, guid) for guid in gone]
        run = await queries.open_run(session, lock=True)
        if run is not None:
            run.deletions += sum(reported)


async def _read(library: VideoLibraryClient, guids: list[str]) -> tuple[list[Video], list[str]]:
    """Read these videos, some at once; return them, and the guids of those that are gone."""
    found: list[Video] = []
    gone: list[str] = []

    async def read(guid: str) -> None:
        try:
            found.append(await library.get_video(guid))
        except VideoNotFound:
            gone.append(guid)

    for start in range(0, len(guids), AT_ONCE):
        results = await asyncio.gather(
            *(read(guid) for guid in guids[start : start + AT_ONCE]), return_exceptions=True
        )
        failures = [each for each in results if isinstance(each, BaseException)]
        if failures:
            raise failures[0]
    return found, gone


async def hear(session: AsyncSession, body: bytes, library_id: int) -> None:
    """Take a genuine webhook as a reason to read its video again, whatever it says."""
    try:
        said = Webhook.model_validate_json(body)
    except ValidationError as error:
        raise BadRequest("This is signed, but no webhook of a video library.") from error
    await queries.note_webhook(session)
    if said.library_id == library_id:
        await enqueue(session, "read_video", {"guid": said.video_id})
