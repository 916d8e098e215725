"""Watching jobs live: one connection hears of changes, and everybody who watches is told.

Each message is a job's whole state, so a missed or doubled one does no harm. A watcher who is
slow gets only the latest state of each job; nothing piles up.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.actions.jobs import see
from gateway.queries import jobs
from gateway.queries.moves import CHANNEL
from kit.contracts.gateway import Job, JobSummary
from kit.db import Database
from kit.hearing import hearing

GATHER_SECONDS = 0.1
OVERLAP = timedelta(seconds=5)  # a change is dated when it is made, and seen when it is committed
MOST = 500
logger = logging.getLogger(__name__)


class Watcher:
    """One who watches: all jobs, or one."""

    def __init__(self, job_id: UUID | None) -> None:
        self.job_id = job_id
        self.changed: set[UUID] = set()
        self.wake = asyncio.Event()

    def tell(self, ids: Iterable[UUID]) -> None:
        wanted = set(ids) if self.job_id is None else {self.job_id} & set(ids)
        if wanted:
            self.changed |= wanted
            self.wake.set()

    async def next(self, seconds: float) -> list[UUID]:
        """Return which jobs changed since, or none after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        if self.changed:
            await asyncio.sleep(GATHER_SECONDS)
        self.wake.clear()
        changed, self.changed = self.changed, set()
        return sorted(changed)[:MOST]


class Hub:
    """Listens while somebody watches; no connection is held otherwise."""

    def __init__(self, url: str, database: Database) -> None:
        self.url = url
        self.database = database
        self.watchers: set[Watcher] = set()
        self.listening: asyncio.Task[None] | None = None
        self.is_listening = asyncio.Event()

    @asynccontextmanager
    async def watching(self, job_id: UUID | None = None) -> AsyncIterator[Watcher]:
        """Watch one job, or all; the watcher hears of every change from here on."""
        watcher = Watcher(job_id)
        self.watchers.add(watcher)
        if self.listening is None or self.listening.done():
            self.listening = asyncio.create_task(self._listen())
        try:
            async with asyncio.timeout(5):
                await self.is_listening.wait()
            yield watcher
        finally:
            self.watchers.discard(watcher)
            if not self.watchers:
                await self.close()

    async def close(self) -> None:
        listening, self.listening = self.listening, None
        self.is_listening.clear()
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def summaries(self, ids: list[UUID]) -> list[JobSummary]:
        async with self.database.reads() as session:
            found = await jobs.jobs_by_id(session, ids)
        return sorted((_summary(job) for job in found), key=lambda job: job.updated_at)

    async def whole(self, job_id: UUID) -> Job:
        async with self.database.reads() as session:
            return await see(session, job_id)

    async def since(self, last_event_id: str) -> list[JobSummary]:
        """Return what changed since the event of that id, and a little of what came before."""
        at = moment(last_event_id)
        if at is None:
            return []
        async with self.database.reads() as session:
            return await changed_since(session, at)

    async def _listen(self) -> None:
        while self.watchers:
            lost = asyncio.Event()
            try:
                async with hearing(self.url, CHANNEL, self._tell, lost.set):
                    self.is_listening.set()
                    await lost.wait()
            except OSError as error:
                logger.warning("cannot listen for changes", extra={"why": str(error)})
            await asyncio.sleep(1)

    def _tell(self, ids: list[UUID]) -> None:
        for watcher in self.watchers:
            watcher.tell(ids)


async def changed_since(session: AsyncSession, at: datetime) -> list[JobSummary]:
    return [_summary(job) for job in await jobs.changed_since(session, at - OVERLAP, MOST)]


def event_id(job: JobSummary) -> str:
    """Return the id of the event that tells of this state: when the job changed."""
    return str(round(job.updated_at.timestamp() * 1_000_000))


def moment(last_event_id: str) -> datetime | None:
    if not last_event_id.isascii() or not last_event_id.isdigit() or len(last_event_id) > 17:
        return None
    return datetime.fromtimestamp(int(last_event_id) / 1_000_000, UTC)


def _summary(job: object) -> JobSummary:
    return JobSummary.model_validate(job)
