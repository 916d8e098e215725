"""The worker: hands jobs to tasks, writes how they ended, and keeps the time.

One loop does all talking with the queue, over one connection: settle what ended, take what is next
(in the same statement under load), send heartbeats, look at the clock. When there is nothing
to do it sleeps until the database notifies it, or something is due, at most ten seconds.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson
from starlette.datastructures import State

from kit.db import Database, new_id
from kit.jobs import statements
from kit.jobs.groups import Group
from kit.jobs.link import Link
from kit.jobs.runs import DONE, Run, Stop, Verdict
from kit.jobs.tasks import Job, Tasks

LONGEST_SLEEP = 10.0
SHORTEST_SLEEP = 0.02
GATHER_SECONDS = 0.005  # between two claims that did not fill a batch; the first comes at once
logger = logging.getLogger("kit.jobs")
Key = tuple[int, datetime]


@dataclass(frozen=True)
class Limits:
    """`batch`: jobs taken at once; `running`: jobs begun and not ended, of all tasks together.

    A worker that has said nothing for two heartbeats is taken for dead.
    """

    batch: int = 50
    running: int = 200
    heartbeat_seconds: float = 5.0
    grace_seconds: float = 10.0

    @property
    def silence_seconds(self) -> float:
        return 2 * self.heartbeat_seconds


class Worker:
    def __init__(
        self,
        tasks: Tasks,
        state: State,
        database: Database,
        url: str,
        *,
        name: str = "worker",
        pool_size: int = 5,
        limits: Limits | None = None,
        note: Callable[[str, str, float], None] = lambda task, outcome, seconds: None,
    ) -> None:
        """`note` is told of each run: task, outcome, seconds."""
        self.id: UUID = new_id()  # of this start: a worker of the same name is another worker
        self.tasks = tasks.by_name
        self.schedules = [task for task in self.tasks.values() if task.every is not None]
        self.state = state
        self.database = database
        self.limits = limits or Limits()
        self.note = note
        self.link = Link(url, name, self._wake_for_work, self._called_off)
        self.gate = asyncio.Semaphore(pool_size)
        self.groups = {
            task.name: Group(database, self.id, task.commit)
            for task in self.tasks.values()
            if task.commit is not None
        }
        self.running: dict[Key, Run] = {}
        self.load: Counter[str] = Counter()
        self.ended: list[tuple[Run, Verdict]] = []
        self.wake = asyncio.Event()
        self.is_work_likely = True
        self.is_stopping = False
        self.next_tick = 0.0
        self.next_beat = 0.0
        self.next_claim = 0.0
        self.has_schedules = not self.schedules

    async def work(self) -> None:
        """Work until `stop` was called and everything begun has ended or was given back."""
        pause = 0.1
        while not (self.is_stopping and not self.running and not self.ended):
            try:
                await self._round()
                pause = 0.1
            except Exception as error:  # noqa: BLE001  (the edge: a worker never stops by itself)
                logger.warning("the queue is away", extra={"why": f"{error!r}"[:300]})
                self.link.drop()
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
                if self.is_stopping:
                    break
        await self.link.close()

    async def stop(self) -> None:
        """Take nothing new; let what runs end within the grace time; give back the rest."""
        self.is_stopping = True
        self.wake.set()
        begun = [run.asyncio_task for run in self.running.values() if run.asyncio_task]
        if begun:
            await asyncio.wait(begun, timeout=self.limits.grace_seconds)
        for run in list(self.running.values()):
            run.cancel("shutdown")

    async def _round(self) -> None:
        await self._settle_and_take()
        now = time.monotonic()
        if self.running and now >= self.next_beat:
            await self._beat()
        if now >= self.next_tick and not self.is_stopping:
            await self._tick()
        await self._sleep()

    async def _sleep(self) -> None:
        gathering = self.next_claim - time.monotonic()
        if self.is_work_likely and self._free() and not self.is_stopping:
            if gathering > 0:
                await asyncio.sleep(gathering)
            return
        if self.ended or (self.is_stopping and not self.running):
            return
        until = min(self.next_tick, self.next_beat) if self.running else self.next_tick
        seconds = min(max(until - time.monotonic(), SHORTEST_SLEEP), LONGEST_SLEEP)
        try:
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        except TimeoutError:
            return
        self.wake.clear()

    def _free(self) -> dict[str, int]:
        """Return how many more jobs of each task may begin here."""
        if len(self.running) >= self.limits.running:
            return {}
        free = {name: task.concurrency - self.load[name] for name, task in self.tasks.items()}
        return {name: room for name, room in free.items() if room > 0}

    async def _settle_and_take(self) -> None:
        ended, self.ended = self.ended, []
        try:
            ended = await self._settle_one_by_one(ended)
            done = [(run.job.id, run.job.fence) for run, _ in ended]
            free = {} if self.is_stopping or not self.is_work_likely else self._free()
            if free:
                await self._take(free, done)
            elif done:
                await self.link.fetch(statements.FINISH, *_columns(done), self.id)
        except BaseException:
            self.ended = [*ended, *self.ended]
            raise

    async def _settle_one_by_one(
        self, ended: list[tuple[Run, Verdict]]
    ) -> list[tuple[Run, Verdict]]:
        """Write each verdict that is more than "done"; return those that are done."""
        rest = []
        for position, (run, verdict) in enumerate(ended):
            if verdict is DONE:
                rest.append((run, verdict))
            elif verdict.statement:
                job = run.job
                try:
                    await self.link.fetch(
                        verdict.statement, job.id, job.fence, self.id, *verdict.given
                    )
                except BaseException:
                    self.ended = [*rest, *ended[position:], *self.ended]
                    raise
        if self.is_stopping and len(rest) < len(ended):
            await self.link.fetch(statements.WAKE)  # what was given back is for the others
        return rest

    async def _take(self, free: dict[str, int], done: list[Key]) -> None:
        room = min(self.limits.batch, self.limits.running - len(self.running))
        free = {name: min(places, room) for name, places in free.items()}
        self.is_work_likely = False  # unless somebody notifies from now on
        given = (list(free), list(free.values()), room, self.id)
        try:
            if done:
                rows = await self.link.fetch(statements.FINISH_AND_CLAIM, *given, *_columns(done))
            else:
                rows = await self.link.fetch(statements.CLAIM, *given)
        except BaseException:
            self.is_work_likely = True
            raise
        taken = Counter(row["entrypoint"] for row in rows)
        if len(rows) == room or any(taken[name] == free[name] for name in taken):
            self.is_work_likely = True
        for row in sorted(rows, key=lambda row: (-row["priority"], row["id"])):
            self._begin(row)
        if len(rows) < room:
            self.next_claim = time.monotonic() + GATHER_SECONDS
        if not self.is_work_likely:
            self.next_tick = min(self.next_tick, time.monotonic() + SHORTEST_SLEEP)

    def _begin(self, row: asyncpg.Record) -> None:
        run = self._run_of(row)
        self._stop_runs((key for key in self.running if key[0] == run.job.id), "lost")
        if not self.running:
            self.next_beat = time.monotonic() + self.limits.heartbeat_seconds
        self.running[run.job.id, run.job.fence] = run
        self.load[run.task.name] += 1
        run.begin(self._ended)

    def _run_of(self, row: asyncpg.Record) -> Run:
        headers = orjson.loads(row["headers"] or "{}")
        job = Job(
            id=row["id"],
            name=row["entrypoint"],
            payload=row["payload"] or b"{}",
            attempt=row["attempts"] + 1,
            state=self.state,
            database=self.database,
            fence=row["updated"],
            enqueued_at=row["created"],
            priority=row["priority"],
        )
        task = self.tasks[job.name]
        return Run(job, task, self.id, headers, self.gate, self.groups.get(task.name))

    def _ended(self, run: Run, verdict: Verdict, seconds: float) -> None:
        del self.running[run.job.id, run.job.fence]
        if self.load[run.task.name] >= run.task.concurrency:
            self.is_work_likely = True
        self.load[run.task.name] -= 1
        if verdict.statement:
            self.ended.append((run, verdict))
        if verdict.outcome != "done":
            self.next_tick = 0.0  # it may be due before anything known
        self.wake.set()
        self.note(run.task.name, verdict.outcome, seconds)

    async def _beat(self) -> None:
        """Say that the jobs here are alive; stop those that are no longer ours."""
        keys = [key for key, run in self.running.items() if not run.is_settling]
        rows = await self.link.fetch(statements.BEAT, *_columns(keys), self.id)
        ours = {(row["id"], row["fence"]) for row in rows}
        self._stop_runs((key for key in keys if key not in ours), "lost")
        self.next_beat = time.monotonic() + self.limits.heartbeat_seconds

    async def _tick(self) -> None:
        names = [task.name for task in self.schedules]
        periods = [float(task.every or 0) for task in self.schedules]
        if not self.has_schedules:
            await self.link.fetch(statements.SCHEDULE, names, periods)
            self.has_schedules = True
        silence, free = self.limits.silence_seconds, list(self._free())
        given = (silence, list(self.tasks), names, periods, free)
        (found,) = await self.link.fetch(statements.TICK, *given)
        if found["freed"] or found["fired"] or found["is_due"]:
            self.is_work_likely = True
        seconds = found["next_seconds"]
        wait = LONGEST_SLEEP if seconds is None else min(seconds, LONGEST_SLEEP)
        self.next_tick = time.monotonic() + max(wait, SHORTEST_SLEEP)

    def _stop_runs(self, keys: Iterable[Key], why: Stop) -> None:
        for key in list(keys):
            run = self.running.get(key)
            if run is not None:
                run.cancel(why)

    def _called_off(self, job_id: int) -> None:
        self._stop_runs((key for key in self.running if key[0] == job_id), "cancelled")

    def _wake_for_work(self) -> None:
        self.is_work_likely = True
        self.wake.set()


def _columns(keys: Iterable[Key]) -> tuple[list[int], list[datetime]]:
    pairs = list(keys)
    return [job_id for job_id, _ in pairs], [fence for _, fence in pairs]
