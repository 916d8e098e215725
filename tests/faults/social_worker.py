"""Processes that bring posts out and kill themselves at a step, forked from one that is warm.

`python -m tests.faults.social_worker` reads a JSON list a line: the kind of step at which the next
process dies, one of STEPS, and its settings. It answers with how that process ended: 0 when every
post has ended, -9 when it was killed.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from types import ModuleType, SimpleNamespace
from typing import Any

from sqlalchemy import text
from starlette.datastructures import State

from kit.db import Database, open_database
from kit.jobs import Tasks
from kit.jobs.worker import Limits, Worker
from publisher_service.actions.social import posting
from publisher_service.actions.social.press import open_press
from publisher_service.providers import facebook, instagram, meta, telegram, x, youtube
from publisher_service.providers.calls import trusted
from publisher_service.providers.storage import Storage
from publisher_service.rules import posting as rules
from publisher_service.settings import Settings
from publisher_service.tasks import tasks

Deed = Callable[..., Awaitable[Any]]
# Who calls networks; what was answered there is not written down yet.
CALLERS: tuple[ModuleType, ...] = (telegram, x, youtube, meta, instagram)
STEPS = ("answered", "written", "reading")
OPEN = "SELECT count(*) FROM target WHERE state IN ('queued', 'uploading', 'processing')"


def dying(deed: Deed) -> Deed:
    """Return the deed, after which the process is no more."""

    async def wrapped(*given: Any, **named: Any) -> Any:
        await deed(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return wrapped


def arm(step: str) -> None:
    """Put the end where it was asked for."""
    if step == "answered":
        for module in CALLERS:
            setattr(module, "call", dying(vars(module)["call"]))  # noqa: B010  (imported by name)
    elif step == "written":
        posting._write = dying(posting._write)  # type: ignore[assignment]  # as good as dead
    elif step == "reading":  # the second part of a file, while the first is on its way
        part = Storage.part

        async def second(self: Storage, path: str, start: int, length: int) -> bytes:
            return await (dying(part) if start else part)(self, path, start, length)

        Storage.part = second  # type: ignore[method-assign]  # what this process is for


def hurry() -> None:
    rules.LOOKS = (0.0, 0.01, 0.01)
    rules.FIRST_SECONDS = 0.01
    facebook.PACE = instagram.PACE = youtube.PACE = 0.01
    instagram.PART = youtube.CHUNK = 256 * 1024


async def main(settings: Settings) -> None:
    database = open_database(settings.database_url, 3)
    press = open_press(settings)
    state: Any = SimpleNamespace(settings=settings, clients={}, press=press)
    quick = Limits(heartbeat_seconds=0.5, grace_seconds=1)
    only = Tasks(tasks.by_name["advance_target"])
    worker = Worker(only, State(vars(state)), database, settings.database_url, limits=quick)
    working = asyncio.create_task(worker.work())
    await all_ended(database)
    await worker.stop()
    await working


async def all_ended(database: Database) -> None:
    while True:
        async with database.reads() as session:
            if not (await session.execute(text(OPEN))).scalar_one():
                return
        await asyncio.sleep(0.02)


def fork(step: str, settings: Settings) -> int:
    """Run a process to its end; return how it ended."""
    child = os.fork()
    if child == 0:
        arm(step)
        asyncio.run(main(settings))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    hurry()
    trusted()  # once for all of them
    for line in sys.stdin:
        step, settings = json.loads(line)
        sys.stdout.write(f"{fork(step, Settings(**settings))}\n")
        sys.stdout.flush()
