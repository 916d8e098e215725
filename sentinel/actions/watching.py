"""Looks at everything, all at once, again and again; and keeps what changed.

The board in memory is the truth that is shown. The database only remembers it: while it is away,
changes wait here, and are written when it is back.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.db import Database
from sentinel import queries
from sentinel.models import Absence, Change
from sentinel.providers.looking import Look
from sentinel.rules.board import Board, Changed, Condition
from sentinel.rules.seen import Limits
from sentinel.settings import Settings

logger = logging.getLogger(__name__)
JITTER = 0.2
BEAT_SECONDS = 30
DAY_SECONDS = 24 * 3600
PAUSES = 3  # so many intervals without a look are an absence


class Watch:
    def __init__(
        self, settings: Settings, looks: Sequence[Look], database: Database | None
    ) -> None:
        self.settings = settings
        self.looks = looks
        self.database = database
        self.board = Board(Limits(settings.late_seconds, settings.slow_ms))
        self.lately: deque[Changed] = deque(maxlen=1000)
        self.waiting: deque[Changed | tuple[datetime, datetime]] = deque(maxlen=10_000)
        self.is_history_kept = False
        self.has_remembered = False
        self.turn = asyncio.Event()
        self.is_closed = False
        self.started = time.monotonic()
        self.beaten = self.started
        self.pruned = float("-inf")

    async def run(self) -> None:
        """Look until cancelled. Nothing that goes wrong in one round stops the next."""
        while True:
            try:
                await self.round()
            except Exception:
                logger.exception("a round failed")
            settings = self.settings
            calm, hurry = settings.interval_seconds, settings.hurry_seconds
            pause = min(calm, hurry) if self.board.is_restless else calm
            await asyncio.sleep(pause * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311

    async def round(self) -> None:
        """Look at everything once, and let everybody know."""
        if not self.has_remembered:
            await self.keep()
        looks = await asyncio.gather(*(look() for look in self.looks))
        self._note_absence()
        settling = time.monotonic() - self.started < self.settings.settling_seconds
        changes = self.board.take(looks, clock.now(), settling=settling)
        self.lately += changes
        self.waiting += changes
        for change in changes:
            logger.info("state", extra={"key": change.key, "state": change.state})
        await self.keep()
        turn, self.turn = self.turn, asyncio.Event()
        turn.set()

    async def keep(self) -> None:
        """Write what is waiting to the database; without one it goes on waiting."""
        if self.database is None or not self._has_something_to_keep():
            return
        try:
            async with asyncio.timeout(self.settings.deadline_seconds):
                async with self.database.sessions.begin() as session:
                    written = await self._write(session)
        except Exception as error:  # noqa: BLE001  (whatever it is, it must not stop the looking)
            if self.is_history_kept:
                logger.warning("the database is away; history waits", extra={"why": str(error)})
            self.is_history_kept = False
            return
        for _ in range(written):
            self.waiting.popleft()
        self.is_history_kept = True
        self.beaten = time.monotonic()

    def close(self) -> None:
        """Let everybody who waits for the next round go."""
        self.is_closed = True
        self.turn.set()

    def _has_something_to_keep(self) -> bool:
        due = time.monotonic() - self.beaten > BEAT_SECONDS
        return bool(self.waiting) or due or not self.is_history_kept

    async def _write(self, session: AsyncSession) -> int:
        if not self.has_remembered:
            await self._remember(session)
        at = clock.now()
        waiting = list(self.waiting)
        for one in waiting:
            if isinstance(one, Changed):
                session.add(Change(key=one.key, state=one.state, at=one.at, detail=one.detail))
            else:
                session.add(Absence(since=one[0], until=one[1]))
        await queries.beat(session, at)
        if time.monotonic() - self.pruned > DAY_SECONDS:
            await queries.prune(session, at - timedelta(days=self.settings.history_days))
            self.pruned = time.monotonic()
        return len(waiting)

    async def _remember(self, session: AsyncSession) -> None:
        """Take up what was known before this process; the time between is an absence."""
        known = {
            row.key: Condition(row.state, row.at, row.detail)
            for row in await queries.latest_changes(session)
        }
        last = await queries.last_heartbeat(session)
        forgotten = self.board.remember(known)
        kept = [one for one in self.waiting if not (isinstance(one, Changed) and one in forgotten)]
        self.waiting = deque(kept, self.waiting.maxlen)
        if last is not None and self._is_long(clock.now() - last):
            self.waiting.appendleft((last, clock.now()))
        self.has_remembered = True

    def _note_absence(self) -> None:
        """Note that a machine slept, or a process was stopped: what it saw before is too old."""
        last, now = self.board.at, clock.now()
        if last is not None and self._is_long(now - last):
            self.waiting.append((last, now))
            self.board.forget_looks()

    def _is_long(self, pause: timedelta) -> bool:
        settings = self.settings
        usual = settings.interval_seconds + settings.deadline_seconds
        return pause > timedelta(seconds=PAUSES * usual)
