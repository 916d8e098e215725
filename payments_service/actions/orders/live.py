"""Orders live: one connection hears of changes, and whoever follows an order is woken."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from kit.hearing import hearing
from payments_service.queries.orders import CHANNEL

logger = logging.getLogger(__name__)


class Follower:
    """One stream that follows an order."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()

    async def next(self, seconds: float) -> bool:
        """Wait until the order changed, so many seconds at most; say whether it did."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        is_told = self.wake.is_set()
        self.wake.clear()
        return is_told


class Hub:
    """Listens while somebody has a stream open; no connection is held otherwise."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.followers: dict[UUID, set[Follower]] = defaultdict(set)
        self.is_listening = asyncio.Event()
        self.running: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def following(self, order_id: UUID) -> AsyncIterator[Follower]:
        """Follow an order: whatever changes from now on wakes the follower."""
        follower = Follower()
        self.followers[order_id].add(follower)
        if self.running is None:
            self.running = asyncio.create_task(self._listen())
        try:
            with suppress(TimeoutError):  # without ears it is still read now and then
                async with asyncio.timeout(5):
                    await self.is_listening.wait()
            yield follower
        finally:
            self.followers[order_id].discard(follower)
            if not self.followers[order_id]:
                del self.followers[order_id]
            if not self.followers:
                await self.close()

    async def close(self) -> None:
        running, self.running = self.running, None
        self.is_listening.clear()
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            lost = asyncio.Event()
            try:
                async with hearing(self.url, CHANNEL, self._heard, lost.set):
                    self.is_listening.set()
                    self._heard(list(self.followers))  # whatever was told while nobody listened
                    await lost.wait()
            except OSError as error:
                logger.warning("cannot listen for orders", extra={"why": str(error)})
            await asyncio.sleep(1)

    def _heard(self, order_ids: Iterable[UUID]) -> None:
        for order_id in order_ids:
            for follower in self.followers.get(order_id, ()):
                follower.wake.set()
