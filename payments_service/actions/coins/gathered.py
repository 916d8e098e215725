"""Spends that are asked for at the same moment are written by one statement.

Under load each takes all that came while those before were being written: their locks, round
trips and the wait for the disk are shared. Two are under way at once, never for one wallet, so
one is prepared here while PostgreSQL is at the other.
"""

import asyncio
import logging
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from kit.db import Database
from kit.errors import AppError
from payments_service.actions.coins.spending import (
    Asked,
    NeedsTransaction,
    Outcome,
    Spent,
    Terms,
    spend_at_once,
    spend_many,
)
from payments_service.actions.tools import Tools
from payments_service.queries.quick import alone, line

logger = logging.getLogger(__name__)
MOST, AT_ONCE, TRIES = 64, 2, 3
AGAIN = frozenset({"40001", "40P01", "23505"})  # serialization, deadlock, a key written meanwhile
Waiting = tuple[Asked, asyncio.Future[Spent]]


class Gathered:
    def __init__(self, database: Database, terms: Terms) -> None:
        self.database = database
        self.terms = terms
        self.waiting: list[Waiting] = []
        self.busy: set[UUID] = set()  # the wallets that are being written
        self.workers = 0
        self.tasks: set[asyncio.Task[None]] = set()  # asyncio itself does not keep them

    async def spend(self, asked: Asked) -> Spent:
        """Spend once, together with others; raise NotEnoughCoins, SpendKeyReused."""
        found: asyncio.Future[Spent] = asyncio.get_running_loop().create_future()
        self.waiting.append((asked, found))
        if self.workers < AT_ONCE and asked.account_id not in self.busy:
            self.workers += 1
            task = asyncio.create_task(self._work())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return await found

    async def _work(self) -> None:
        await asyncio.sleep(0)  # all those that begin in this turn of the loop ask first
        try:
            while batch := self._next():
                wallets = {asked.account_id for asked, _ in batch}
                self.busy |= wallets
                try:
                    await self._serve(batch)
                finally:
                    self.busy -= wallets
        finally:
            self.workers -= 1

    def _next(self) -> list[Waiting]:
        """Take those whose wallets nobody is at: two would only get in each other's way."""
        batch: list[Waiting] = []
        others: list[Waiting] = []
        for one in self.waiting:
            is_next = len(batch) < MOST and one[0].account_id not in self.busy
            (batch if is_next else others).append(one)
        self.waiting = others
        return batch

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
        """Write them in one statement, or in a transaction where that is not enough."""
        try:
            async with alone(self.database) as single:
                return await spend_at_once(single, asked, self.terms)
        except NeedsTransaction:
            pass
        except DBAPIError as error:
            if _state(error) not in AGAIN:
                raise
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
