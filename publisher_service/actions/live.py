"""Notices live: one connection hears of changes, and the streams of those accounts are told.

What is told is read once for all accounts that were named within a moment, however many streams
there are. A message says how things stand, so a missed or doubled one does no harm.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from kit.contracts.publisher.notices import Locale, NoticeEvent
from kit.db import Database
from kit.hearing import hearing
from publisher_service.actions import wording
from publisher_service.actions.tools import Tools
from publisher_service.models.notices import Notice
from publisher_service.queries import notices

GATHER_SECONDS = 0.02
logger = logging.getLogger(__name__)
State = tuple[int, Notice | None]


class Listener:
    """One stream: what it was told last, and what it is to be told next."""

    def __init__(self, account_id: UUID, locale: Locale) -> None:
        self.account_id = account_id
        self.locale = locale
        self.newest: UUID | None = None
        self.state: State | None = None
        self.wake = asyncio.Event()

    def tell(self, state: State) -> None:
        """Say how things stand; nothing is said twice."""
        if self.state is None or _mark(state) != _mark(self.state):
            self.state = state
            self.wake.set()

    async def next(self, seconds: float) -> bool:
        """Wait until there is something to say, so many seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        is_told = self.wake.is_set()
        self.wake.clear()
        return is_told


class Hub:
    """Listens while somebody has a stream open; no connection is held otherwise."""

    def __init__(self, url: str, database: Database, tools: Tools) -> None:
        self.url = url
        self.database = database
        self.tools = tools
        self.listeners: dict[UUID, set[Listener]] = defaultdict(set)
        self.changed: set[UUID] = set()
        self.has_changes = asyncio.Event()
        self.is_listening = asyncio.Event()
        self.running: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def following(self, account_id: UUID, locale: Locale) -> AsyncIterator[Listener]:
        """Follow an account: the listener hears how things stand, and of every change from then."""
        listener = Listener(account_id, locale)
        self.listeners[account_id].add(listener)
        if not self.running:
            self.running = [asyncio.create_task(self._listen()), asyncio.create_task(self._pass())]
        try:
            async with asyncio.timeout(5):
                await self.is_listening.wait()
            self._heard([account_id])
            yield listener
        finally:
            self.listeners[account_id].discard(listener)
            if not self.listeners[account_id]:
                del self.listeners[account_id]
            if not self.listeners:
                await self.close()

    async def close(self) -> None:
        running, self.running = self.running, []
        self.is_listening.clear()
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def event(self, listener: Listener) -> NoticeEvent:
        """Return what the stream says now: the count, and the newest notice unless it knows it."""
        count, newest = listener.state or (0, None)
        is_new = newest is not None and newest.id != listener.newest and newest.read_at is None
        if newest is not None:
            listener.newest = newest.id
        if not is_new or newest is None:
            return NoticeEvent(unread=count)
        shown = wording.seen(self.tools, self.tools.changed, newest, listener.locale)
        return NoticeEvent(unread=count, notice=shown)

    async def _listen(self) -> None:
        while True:
            lost = asyncio.Event()
            try:
                async with hearing(self.url, notices.CHANNEL, self._heard, lost.set):
                    self.is_listening.set()
                    self._heard(self.listeners)  # whatever was told while nobody listened
                    await lost.wait()
            except OSError as error:
                logger.warning("cannot listen for notices", extra={"why": str(error)})
            await asyncio.sleep(1)

    def _heard(self, accounts: Iterable[UUID]) -> None:
        self.changed.update(account for account in accounts if account in self.listeners)
        if self.changed:
            self.has_changes.set()

    async def _pass(self) -> None:
        """Read the state of the accounts that changed, and pass it on."""
        while True:
            await self.has_changes.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self.has_changes.clear()
            accounts, self.changed = list(self.changed), set()
            try:
                states = await self._states(accounts)
            except Exception:  # the edge: a stream that is not told now is told by the next change
                logger.exception("cannot read what to pass on")
                continue
            for account, state in states.items():
                for listener in self.listeners.get(account, ()):
                    listener.tell(state)

    async def _states(self, accounts: list[UUID]) -> dict[UUID, State]:
        async with self.database.reads() as session:
            await self.tools.templates(session)
            counts = await notices.unread(session, accounts)
            newest = await notices.newest(session, accounts)
        return {account: (counts[account], newest.get(account)) for account in accounts}


def _mark(state: State) -> tuple[int, UUID | None]:
    count, newest = state
    return count, newest.id if newest else None
