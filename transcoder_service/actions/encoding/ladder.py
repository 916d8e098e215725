"""Runs the units of work of a film, as many at once as there are cores."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from transcoder_service.actions.encoding import pictures, sounds
from transcoder_service.actions.encoding.publish import Reach, publish_early, reach
from transcoder_service.actions.encoding.workshop import Tell, Workshop

SOUND_COST, READING_COST = 0.02, 0.3  # of a second of film, beside megapixels
FIRST, LAST = 2, 96  # percent: before and after the ladder there is other work


class Listener(Protocol):
    """Who is told how it goes, and may stop it by raising."""

    async def progress(self, percent: int) -> None: ...

    async def playable(self) -> None: ...


class Work:
    """What is left to do, who does it, and how far it is."""

    def __init__(self, shop: Workshop, listener: Listener, *, early: bool) -> None:
        self.shop = shop
        self.listener = listener
        self.early = early
        self.is_playable = False
        self.published: Reach = ()
        self.publishing = asyncio.Lock()
        self.done: dict[str, float] = {}  # seconds of film, by unit
        self.costs: dict[str, tuple[float, float]] = {}  # seconds of film, cost of each

    async def do(self) -> None:
        """Do all that is not made yet; the first failure stops everything."""
        waiting = deque(self._units())
        await self._unit_done()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self.shop.cores, len(waiting))):
                    group.create_task(self._worker(waiting))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    def _units(self) -> list[Callable[[], Awaitable[object]]]:
        """Return the work in order: the sound and the small renditions first."""
        shop, todo = self.shop, list[Callable[[], Awaitable[object]]]()
        for track in range(shop.plan.tracks):
            name = sounds.unit_name(track)
            self.costs[name] = (float(shop.plan.seconds), SOUND_COST)
            if name not in shop.made:
                todo.append(partial(sounds.make, shop, track, self._tell(name)))
        for number, rungs in enumerate(shop.plan.passes):
            cost = READING_COST + sum(rung.width * rung.height / rung.step for rung in rungs) / 1e6
            for part in shop.plan.parts:
                unit = pictures.Unit(number, part, rungs)
                self.costs[unit.name] = (float(shop.plan.grid.seconds(part.frames)), cost)
                if unit.name not in shop.made:
                    todo.append(partial(pictures.make, shop, unit, self._tell(unit.name)))
        return todo

    async def _worker(self, waiting: deque[Callable[[], Awaitable[object]]]) -> None:
        while waiting:
            await waiting.popleft()()
            await self._unit_done()

    def _tell(self, name: str) -> Tell:
        async def tell(seconds: float) -> None:
            self.done[name] = seconds
            await self._report()
            if self.early and name.startswith("sound"):
                await self._publish()

        return tell

    async def _unit_done(self) -> None:
        if self.early:
            await self._publish()
        await self._report()

    async def _publish(self) -> None:
        async with self.publishing:
            reached = reach(self.shop)
            if reached == self.published:
                return
            self.published = reached
            if await publish_early(self.shop) and not self.is_playable:
                self.is_playable = True
                await self.listener.playable()

    async def _report(self) -> None:
        total = sum(seconds * cost for seconds, cost in self.costs.values())
        made = 0.0
        for name, (seconds, cost) in self.costs.items():
            part = self.shop.made.get(name)
            whole = part is not None and part.is_whole
            made += cost * (seconds if whole else min(seconds, self.done.get(name, 0.0)))
        await self.listener.progress(FIRST + int((LAST - FIRST) * made / (total or 1)))
