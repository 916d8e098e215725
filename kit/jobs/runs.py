"""One run of one job: calls the task, and settles what came of it.

What touched the database settles in its own transaction, together with its commit. What did
not is settled by the worker, many at once.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from kit import log
from kit.jobs import backoff, statements
from kit.jobs.groups import Group
from kit.jobs.tasks import Again, GiveUp, Job, Later, Task

Stop = Literal["", "cancelled", "lost", "shutdown"]
logger = logging.getLogger("kit.jobs")


class Lost(Exception):
    """The job was given to another worker, or called off: nothing of this run may stay."""


@dataclass(frozen=True)
class Verdict:
    """How a run ended, and the statement that says so with its arguments after the fence.

    No statement: it is settled already, or not ours to settle.
    """

    outcome: str
    statement: str = ""
    given: tuple[Any, ...] = ()


DONE = Verdict("done", statements.FINISH_ONE)


@dataclass(eq=False)
class Run:
    job: Job
    task: Task
    worker: UUID
    headers: dict[str, Any]
    gate: asyncio.Semaphore
    group: Group | None = None
    stop: Stop = ""
    is_settling: bool = False
    asyncio_task: asyncio.Task[Verdict] | None = field(default=None, repr=False)

    def begin(self, ended: Callable[["Run", Verdict, float], None]) -> None:
        """Start it; call `ended` with the verdict and the seconds it took."""
        started = time.perf_counter()

        def settle(done: asyncio.Task[Verdict]) -> None:
            # Cancelled before its first step, it never came to a verdict.
            verdict = self._stopped() if done.cancelled() else done.result()
            ended(self, verdict, time.perf_counter() - started)

        self.asyncio_task = asyncio.create_task(self._verdict())
        self.asyncio_task.add_done_callback(settle)

    async def _verdict(self) -> Verdict:
        """Call the task; return what the worker has to write."""
        log.request_id.set(str(self.headers.get("request_id", "")))
        try:
            return await self._attempt()
        except asyncio.CancelledError:
            return self._stopped()
        except Lost:
            return Verdict("lost")
        finally:
            await asyncio.shield(self._undo())

    def cancel(self, why: Stop) -> None:
        """Stop it, unless it is committing: then the fence decides."""
        if self.asyncio_task is not None and not self.is_settling:
            self.stop = why
            self.asyncio_task.cancel()

    async def _attempt(self) -> Verdict:
        crashes = int(self.headers.get("crashes", 0))
        if crashes >= backoff.CRASHES:
            return await self._hold(f"Its worker died {crashes} times while running it.")
        if not self.task.transactional:
            return await self._call()
        async with self.gate:  # no more transactions at once than the pool has connections
            return await self._call()

    async def _call(self) -> Verdict:
        try:
            try:
                async with asyncio.timeout(self.task.timeout_seconds):
                    returned = await self.task.run(self.job, **self.job.arguments)
            except Later as later:
                return await self._settle(self._later(later.seconds))
            if self.group is not None:
                return await self._settle_in_group(self.group, returned)
            return await self._settle(DONE)
        except Lost:
            raise
        except GiveUp as given_up:
            return await self._hold(given_up.reason)
        except Exception as error:  # noqa: BLE001  (the edge: whatever a task raises is retried)
            return await self._failed(error)

    async def _settle_in_group(self, group: Group, returned: Any) -> Verdict:  # noqa: ANN401
        self.is_settling = True
        if not await group.settle(self.job, returned):
            raise Lost
        return Verdict("later" if isinstance(returned, Again) else "done")

    async def _settle(self, verdict: Verdict) -> Verdict:
        """Commit what the run wrote together with `verdict`; leave it to the worker if nothing."""
        session = self.job.opened
        if session is None or not _is_touched(session):
            return verdict
        self.is_settling = True
        await session.flush()
        connection = await session.connection()
        values = (self.job.id, self.job.fence, self.worker, *verdict.given)
        found = await connection.exec_driver_sql(verdict.statement, values)
        if found.first() is None:
            raise Lost
        await session.commit()
        return Verdict(verdict.outcome)

    async def _failed(self, error: Exception) -> Verdict:
        self.is_settling = False
        reason = f"{type(error).__name__}: {error}"
        if isinstance(error, TimeoutError):
            reason = f"It took longer than {self.task.timeout_seconds:g} s."
        if self.job.attempt >= self.task.tries:
            logger.error("job failed", exc_info=error, extra=self._facts())
            return await self._hold(reason)
        logger.warning("job tries again", exc_info=error, extra=self._facts())
        seconds = backoff.delay(self.job.attempt, random.random())  # noqa: S311  (only spreads load)
        return self._again(seconds, self.job.attempt, _note(reason), "error")

    async def _hold(self, reason: str) -> Verdict:
        await self._undo()
        if self.task.every is not None:
            return Verdict("failed", statements.FINISH_ONE)  # its next period is its next try
        note = orjson.dumps(_note(reason)).decode()
        held = Verdict("failed", statements.HOLD, (self.job.attempt, note))
        if self.task.on_failure is None:
            return held
        try:
            await self.task.on_failure(self.job, reason)
            return await self._settle(held)
        except Lost:
            raise
        except Exception:  # the edge: the job is held all the same
            logger.exception("on_failure failed", extra=self._facts())
            return held

    def _later(self, seconds: float) -> Verdict:
        return self._again(seconds, 0, {"crashes": 0}, "later")

    def _again(self, seconds: float, attempts: int, note: dict[str, Any], outcome: str) -> Verdict:
        given = (float(seconds), attempts, orjson.dumps(note).decode())
        return Verdict(outcome, statements.AGAIN, given)

    def _stopped(self) -> Verdict:
        if self.stop == "shutdown":
            return self._again(0, self.job.attempt - 1, {}, "given back")
        return Verdict(self.stop or "lost")

    async def _undo(self) -> None:
        if self.job.opened is not None:
            await self.job.opened.close()
            self.job.opened = None

    def _facts(self) -> dict[str, Any]:
        return {"job": self.job.id, "task": self.task.name, "attempt": self.job.attempt}


def _note(reason: str) -> dict[str, str]:
    """Return what is kept of a reason: not longer than one reads, and what JSONB can hold."""
    text = reason[:2000].replace("\0", "").encode(errors="replace").decode()
    return {"reason": text}


def _is_touched(session: AsyncSession) -> bool:
    return bool(session.in_transaction() or session.new or session.dirty or session.deleted)
