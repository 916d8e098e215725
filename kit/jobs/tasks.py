"""What a service writes: tasks by name, and what each run of one is given."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

import orjson
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import State

from kit.client import ServiceClient
from kit.db import Database
from kit.settings import ServiceSettings

Arguments = Mapping[str, Any]
Run = Callable[..., Awaitable[Any]]
Failed = Callable[["Job", str], Awaitable[None]]
Commit = Callable[[AsyncSession, Sequence[tuple["Job", Any]]], Awaitable[None]]
Function = TypeVar("Function", bound=Run)
Client = TypeVar("Client", bound=ServiceClient)


class Later(Exception):
    """Call this job again in so many seconds: no worker is held, no try is used up.

    What the run wrote to `job.session` is kept.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds:g} s")
        self.seconds = seconds


class GiveUp(Exception):
    """This job can never succeed: hold it with this reason instead of trying again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Again:
    """What a task with `commit` returns to be called again; `value` is what it has to write.

    `is_failure`: `job.attempt` counts on; without it, it starts over.
    """

    seconds: float
    value: Any = None
    is_failure: bool = False


@dataclass(frozen=True)
class Task:
    """`concurrency` is per worker; `every` (seconds) makes it a schedule."""

    name: str
    run: Run
    tries: int = 5
    timeout_seconds: float = 60
    concurrency: int = 10
    transactional: bool = True
    on_failure: Failed | None = None
    commit: Commit | None = None
    every: float | None = None


class Tasks:
    """The tasks of one service; `+` joins two."""

    def __init__(self, *tasks: Task) -> None:
        self.by_name: dict[str, Task] = {}
        for task in tasks:
            self.add(task)

    def task(
        self,
        *,
        tries: int = 5,
        timeout_seconds: float = 60,
        concurrency: int = 10,
        transactional: bool = True,
        on_failure: Failed | None = None,
        commit: Commit | None = None,
    ) -> Callable[[Function], Function]:
        """Register `async def name(job, **arguments)`; its name is the task's name.

        `transactional`: `job.session` is one transaction per run, committed together with
        the completion, so both happen or neither. Without it (long work, calls to others) use
        `job.transaction()`. `on_failure(job, reason)` runs when a job is held for good, in the
        transaction that holds it. `commit(session, [(job, returned), …])` writes what many runs
        returned, in the one transaction that completes them: for tasks that end by thousands.
        """

        def register(run: Function) -> Function:
            self.add(
                Task(run.__name__, run, tries, timeout_seconds, concurrency,
                     transactional and commit is None, on_failure, commit)
            )  # fmt: skip
            return run

        return register

    def every(
        self, seconds: float, *, timeout_seconds: float = 300, transactional: bool = True
    ) -> Callable[[Function], Function]:
        """Register a schedule: one run per period however many workers there are.

        A run never overlaps the one before. One that fails three times is left to the next period.
        """

        def register(run: Function) -> Function:
            self.add(Task(run.__name__, run, 3, timeout_seconds, 1, transactional, every=seconds))
            return run

        return register

    def add(self, task: Task) -> None:
        if task.name in self.by_name:
            raise ValueError(f"Two tasks are called {task.name}")
        self.by_name[task.name] = task

    def __add__(self, other: "Tasks") -> "Tasks":
        return Tasks(*self.by_name.values(), *other.by_name.values())


# Tasks of the kit itself: every worker runs them (kit.events delivers with them).
EVERYWHERE = Tasks()


@dataclass
class Job:
    """One run of a task. `fence` is the moment it was handed out: a later holder has another."""

    id: int
    name: str
    payload: bytes
    attempt: int
    state: State
    database: Database
    fence: datetime
    enqueued_at: datetime
    priority: int = 0
    opened: AsyncSession | None = None

    @cached_property
    def arguments(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.payload)
        return found

    @property
    def session(self) -> AsyncSession:
        """The transaction of this run; the worker commits it with the completion."""
        if self.opened is None:
            self.opened = self.database.sessions()
        return self.opened

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction of its own, committed when the block ends well."""
        async with self.database.sessions.begin() as session:
            yield session

    @property
    def settings(self) -> Any:  # noqa: ANN401  (each service's own Settings)
        settings: ServiceSettings = self.state.settings
        return settings

    def client(self, kind: type[Client]) -> Client:
        """Return the app's client of that kind."""
        found: Client = self.state.clients[kind]
        return found
