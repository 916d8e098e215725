"""Spends that are asked for at the same moment are written by one statement.

Their locks, round trips and the wait for the disk are shared. Two batches are under way at once,
never for one wallet, so one is prepared here while PostgreSQL is at the other. Under load each
takes half of those who come lately: with all in one batch nothing would happen beside it, and in
many small ones each would pay for itself what a larger one shares.
"""

import asyncio
import logging
from collections import deque
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
from payments_service.queries.quick import Line, alone, transaction

logger = logging.getLogger(__name__)
FEW, MOST, AT_ONCE, TRIES = 4, 64, 2, 3
LATELY, PATIENCE = 8, 0.05  # batches; seconds
AGAIN = frozenset({"40001", "40P01", "23505"})  # serialization, deadlock, a key written meanwhile
Waiting = tuple[Asked, asyncio.Future[Spent]]


class Gathered:
    def __init__(self, database: Database, terms: Terms) -> None:
        self.database = database
        self.terms = terms
        self.waiting: list[Waiting] = []
        self.busy: set[UUID] = set()  # the wallets that are being written
        self.writing = 0  # spends
        self.lately: deque[int] = deque([0], maxlen=LATELY)  # how many were here at each batch
        self.begun = 0.0  # when the last batch was, on the loop's clock
        self.timer: asyncio.TimerHandle | None = None
        self.workers = 0
        self.called = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()  # asyncio itself does not keep them

    async def spend(self, asked: Asked) -> Spent:
        """Spend once, together with others; raise NotEnoughCoins, SpendKeyReused."""
        found: asyncio.Future[Spent] = asyncio.get_running_loop().create_future()
        self.waiting.append((asked, found))
        self._call()
        return await found

    def _call(self) -> None:
        """Call who waits for more to do, or another worker: later, if it is no time for a batch."""
        if not self._is_due():
            if self.waiting and not self.timer:
                self.timer = asyncio.get_running_loop().call_later(PATIENCE, self._call_again)
            return
        self.called.set()
        if self.waiting and self.workers < AT_ONCE:
            self.workers += 1
            task = asyncio.create_task(self._work())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    def _call_again(self) -> None:
        self.timer = None
        self._call()

    def _is_due(self) -> bool:
        """Tell whether as many are here as lately, or nobody is being served, or is stuck."""
        if not self.writing or len(self.waiting) + self.writing >= max(self.lately):
            return True
        return asyncio.get_running_loop().time() - self.begun >= PATIENCE

    async def _work(self) -> None:
        """Write batch after batch on one connection, and on another where that broke."""
        await asyncio.sleep(0)  # all those that begin in this turn of the loop ask first
        batch = await self._next()
        while batch:
            try:
                async with alone(self.database) as line:
                    while batch and not line.is_broken:
                        await self._serve(line, batch)
                        batch = await self._next(batch)
            except Exception as error:  # noqa: BLE001  (handed to those who asked)
                for one in batch:
                    _answer(one, error)
                batch = await self._next(batch)
            batch = batch or await self._next()  # who came while the connection was given back
        self.workers -= 1

    async def _next(self, done: Sequence[Waiting] = ()) -> list[Waiting]:
        """Return the next to write; nobody, once nobody is here any more."""
        self.busy -= _wallets(done)
        self.writing -= len(done)
        while not (batch := self._taken()) and self.writing:
            self.called.clear()
            await self.called.wait()
        self._call()
        return batch

    def _taken(self) -> list[Waiting]:
        """Take half of those who come lately, none whose wallet somebody is at.

        Two at one wallet would only get in each other's way; so its others come along.
        """
        free = [one for one in self.waiting if one[0].account_id not in self.busy]
        if not free or not self._is_due():
            return []
        self.lately.append(len(free) + self.writing)
        self.begun = asyncio.get_running_loop().time()
        share = max(FEW, -(-max(self.lately) // AT_ONCE))
        wallets = _wallets(free[:share])
        batch = [one for one in free if one[0].account_id in wallets][:MOST]
        taken = {id(one) for one in batch}
        self.waiting = [one for one in self.waiting if id(one) not in taken]
        self.busy |= _wallets(batch)
        self.writing += len(batch)
        return batch

    async def _serve(self, line: Line, batch: Sequence[Waiting]) -> None:
        try:
            outcomes = await self._written(line, [asked for asked, _ in batch])
        except Exception as error:  # noqa: BLE001  (handed to those who asked)
            if len(batch) == 1:
                _answer(batch[0], error)
            else:
                logger.warning("spends are written one by one: %s", error)
                await self._serve_each(line, batch)
            return
        for one, outcome in zip(batch, outcomes, strict=True):
            _answer(one, outcome)

    async def _serve_each(self, line: Line, batch: Sequence[Waiting]) -> None:
        for one in batch:
            if line.is_broken:
                async with alone(self.database) as another:
                    await self._serve(another, [one])
            else:
                await self._serve(line, [one])

    async def _written(self, line: Line, asked: Sequence[Asked]) -> list[Outcome]:
        """Write them in one statement, or in a transaction where that is not enough."""
        try:
            return await spend_at_once(line, asked, self.terms)
        except NeedsTransaction:
            pass
        except DBAPIError as error:
            if _state(error) not in AGAIN:
                raise
        for attempt in range(TRIES):
            try:
                async with transaction(line):
                    return await spend_many(line, asked, self.terms)
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


def _wallets(batch: Sequence[Waiting]) -> set[UUID]:
    return {asked.account_id for asked, _ in batch}


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
