"""Runs the units of work of a film, as many at once as there are cores."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import product
from typing import Protocol

from transcoder_service.actions.encoding import pictures, sounds
from transcoder_service.actions.encoding.publish import Reach, publish_early, reach
from transcoder_service.actions.encoding.workshop import Tell, Workshop
from transcoder_service.rules import pace
from transcoder_service.rules.frames import Part

Doing = Callable[[], Awaitable[object]]

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
        self.lead = math.inf if early else 0.0  # seconds made in small renditions first
        self.taken = set(shop.made)
        self.done: dict[str, float] = {}  # seconds of film, by unit
        self.costs = dict(self._costs())

    async def do(self) -> None:
        """Do all that is not made yet; the first failure stops everything."""
        await self._unit_done()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.shop.cores):
                    group.create_task(self._worker())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    def _costs(self) -> Iterator[tuple[str, tuple[float, float]]]:
        """Give the seconds of film of every unit, and what each of them costs."""
        plan = self.shop.plan
        for track in range(plan.tracks):
            yield sounds.unit_name(track), (float(plan.seconds), pace.SOUND)
        for number, part in product(range(len(plan.passes)), plan.parts):
            each = pace.cost(plan.picture, plan.passes[number])
            yield self._unit(number, part).name, (float(plan.grid.seconds(part.frames)), each)

    async def _worker(self) -> None:
        while (work := self._next()) is not None:
            await work()
            await self._unit_done()

    def _next(self) -> Doing | None:
        """Take what comes next: sound, small renditions, then all that is left of each part."""
        for track in range(self.shop.plan.tracks):
            if self._take(name := sounds.unit_name(track)):
                return partial(sounds.make, self.shop, track, self._tell(name))
        passes = range(len(self.shop.plan.passes))
        for part in self.shop.plan.parts:
            small = self._unit(0, part)
            is_ahead = float(self.shop.plan.grid.seconds(part.first)) >= self.lead
            if small.name not in self.taken:
                units = [self._unit(number, part) for number in passes] if is_ahead else [small]
                return partial(self._make, [unit for unit in units if self._take(unit.name)])
        for number, part in product(passes, self.shop.plan.parts):
            if self._take((unit := self._unit(number, part)).name):
                return partial(self._make, [unit])
        return None

    def _take(self, name: str) -> bool:
        is_free = name not in self.taken
        self.taken.add(name)
        return is_free

    def _unit(self, number: int, part: Part) -> pictures.Unit:
        return pictures.Unit(number, part, self.shop.plan.passes[number])

    async def _make(self, units: list[pictures.Unit]) -> None:
        began = time.monotonic()
        await pictures.make(self.shop, units, self._tell(*(unit.name for unit in units)))
        if math.isinf(self.lead) and [unit.number for unit in units] == [0]:
            self._set_lead(self.costs[units[0].name][0] / (time.monotonic() - began))

    def _set_lead(self, small_pace: float) -> None:
        """Decide how far the small renditions go ahead, from how fast the first were made."""
        plan = self.shop.plan
        ratio = pace.cost(plan.picture, plan.passes[0]) / pace.cost(plan.picture, plan.rungs)
        longest = max(float(plan.grid.seconds(part.frames)) for part in plan.parts)
        whole_pace = small_pace * ratio * self.shop.cores
        self.lead = pace.lead(float(plan.seconds), whole_pace, longest * self.shop.cores)

    def _tell(self, *names: str) -> Tell:
        async def tell(seconds: float) -> None:
            self.done.update(dict.fromkeys(names, seconds))
            await self._report()
            if self.early and names[0].startswith("sound"):
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
