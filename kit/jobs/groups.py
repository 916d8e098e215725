"""Runs that end together are committed together.

For tasks of which thousands end per second: their runs only return what came of them, and one
transaction completes many and writes what they returned. While it is under way the next
ones gather; nobody waits for a timer.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database
from kit.jobs import statements
from kit.jobs.tasks import Again, Commit, Job

MOST = 100


class Ended(NamedTuple):
    job: Job
    value: Any
    settled: asyncio.Future[bool]


class Group:
    """The runs of one task that wait to be committed."""

    def __init__(self, database: Database, worker: UUID, commit: Commit) -> None:
        self.database = database
        self.worker = worker
        self.commit = commit
        self.waiting: list[Ended] = []
        self.writing: asyncio.Task[None] | None = None

    async def settle(self, job: Job, value: Any) -> bool:  # noqa: ANN401  (whatever it returned)
        """Commit a run; return False when the job was no longer ours and nothing was written."""
        ended = Ended(job, value, asyncio.get_running_loop().create_future())
        self.waiting.append(ended)
        if self.writing is None or self.writing.done():
            self.writing = asyncio.create_task(self._write_all())
        return await ended.settled

    async def _write_all(self) -> None:
        while self.waiting:
            batch, self.waiting = self.waiting[:MOST], self.waiting[MOST:]
            await self._write(batch)

    async def _write(self, batch: Sequence[Ended]) -> None:
        try:
            ours = await self._commit(batch)
        except Exception as error:  # noqa: BLE001  (handed to the run that caused it)
            if len(batch) == 1:
                batch[0].settled.set_exception(error)
                return
            for one in batch:  # one of them spoils it: the others must not suffer
                await self._write([one])
            return
        for one in batch:
            one.settled.set_result(one.job.id in ours)

    async def _commit(self, batch: Sequence[Ended]) -> set[int]:
        async with self.database.sessions.begin() as session:
            ours = await self._complete(session, [one for one in batch if not _is_again(one)])
            ours |= await self._requeue(session, [one for one in batch if _is_again(one)])
            kept = [(one.job, _value(one)) for one in batch if one.job.id in ours]
            if kept:
                await self.commit(session, kept)
        return ours

    async def _complete(self, session: AsyncSession, batch: Sequence[Ended]) -> set[int]:
        if not batch:
            return set()
        return await self._ids(session, statements.FINISH_MANY, batch)

    async def _requeue(self, session: AsyncSession, batch: Sequence[Ended]) -> set[int]:
        if not batch:
            return set()
        seconds = [float(one.value.seconds) for one in batch]
        failures = [one.value.is_failure for one in batch]
        return await self._ids(session, statements.AGAIN_MANY, batch, seconds, failures)

    async def _ids(
        self, session: AsyncSession, statement: str, batch: Sequence[Ended], *more: object
    ) -> set[int]:
        connection = await session.connection()
        ids, fences = [one.job.id for one in batch], [one.job.fence for one in batch]
        rows = await connection.exec_driver_sql(statement, (ids, fences, self.worker, *more))
        return {row[0] for row in rows}


def _is_again(ended: Ended) -> bool:
    return isinstance(ended.value, Again)


def _value(ended: Ended) -> Any:  # noqa: ANN401  (whatever it returned)
    return ended.value.value if isinstance(ended.value, Again) else ended.value
