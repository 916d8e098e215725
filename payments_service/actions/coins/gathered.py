"""Spends that are asked for at the same moment are written by one transaction.

Under load each transaction takes all that came while those before were being written: their
locks, round trips and the wait for the disk are shared. Two are under way at once, so one is
prepared here while PostgreSQL is at the other.
"""

import asyncio
import logging
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from kit.db import Database
from kit.errors import AppError
from payments_service.actions.coins.spending import Asked, Outcome, Spent, Terms, spend_many
from payments_service.actions.tools import Tools
from payments_service.queries.quick import line

logger = logging.getLogger(__name__)
MOST, AT_ONCE, TRIES = 64, 2, 3
AGAIN = frozenset({"40001", "40P01", "23505"})  # serialization, deadlock, a key written meanwhile
Waiting = tuple[Asked, asyncio.Future[Spent]]


class Gathered:
    def __init__(self, database: Database, terms: Terms) -> None:
        self.database = database
        self.terms = terms
        self.waiting: list[Waiting] = []
        self.workers = 0
        self.tasks: set[asyncio.Task[None]] = set()  # asyncio itself does not keep them

    async def spend(self, asked: Asked) -> Spent:
        """Spend once, together with others; raise NotEnoughCoins, SpendKeyReused."""
        found: asyncio.Future[Spent] = asyncio.get_running_loop().create_future()
        self.waiting.append((asked, found))
        if self.workers < AT_ONCE:
            self.workers += 1
            task = asyncio.create_task(self._work())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return await found

    async def _work(self) -> None:
        await asyncio.sleep(0)  # all those that begin in this turn of the loop ask first
        try:
            while self.waiting:
                batch, self.waiting = self.waiting[:MOST], self.waiting[MOST:]
                await self._serve(batch)
        finally:
            self.workers -= 1

    async def _serve(self, batch: list[Waiting]) -> None:
        try:
            outcomes = await self._written([asked for asked, _ in batch])
        except Exception as error:  # noqa: BLE001  (handed to those who asked)
            if len(batch) == 1:
                _answer(batch[0], error)
                return
            logger.warning("spends are written one by one: %s", error)
            for one in batch:
                await self._serve([one])
            return
        for one, outcome in zip(batch, outcomes, strict=True):
            _answer(one, outcome)

    async def _written(self, asked: Sequence[Asked]) -> list[Outcome]:
        for attempt in range(TRIES):
            try:
                async with line(self.database) as writing:
                    return await spend_many(writing, asked, self.terms)
            except DBAPIError as error:
                if attempt == TRIES - 1 or _state(error) not in AGAIN:
                    raise
        raise AssertionError


def of(tools: Tools) -> Gathered:
    """Return the one of this app."""
    found: Gathered | None = tools.kept.get("spends")
    if found is None:
        found = tools.kept["spends"] = Gathered(tools.database, Terms.of(tools))
    return found


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", ""))


def _answer(waiting: Waiting, outcome: Outcome | Exception) -> None:
    found = waiting[1]
    if found.done():
        return
    if isinstance(outcome, AppError | Exception):
        found.set_exception(outcome)
    else:
        found.set_result(outcome)
