"""Deliveries that are asked for at the same moment are loaded by one statement."""

import asyncio
from uuid import UUID

from kit.db import Database
from publisher_service.models.notices import Delivery
from publisher_service.queries import deliveries

Waiting = dict[UUID, list[asyncio.Future[Delivery | None]]]


class Gathered:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.waiting: Waiting = {}
        self.loading: set[asyncio.Task[None]] = set()

    async def to_send(self, delivery_id: UUID) -> Delivery | None:
        """Return a delivery with its notice, or None when it is gone."""
        found: asyncio.Future[Delivery | None] = asyncio.get_running_loop().create_future()
        self.waiting.setdefault(delivery_id, []).append(found)
        if len(self.waiting) == 1:
            loading = asyncio.create_task(self._load())
            self.loading.add(loading)
            loading.add_done_callback(self.loading.discard)
        return await found

    async def _load(self) -> None:
        await asyncio.sleep(0)  # all those that begin in this turn of the loop ask first
        asked, self.waiting = self.waiting, {}
        try:
            async with self.database.reads() as session:
                found = await deliveries.to_send(session, list(asked))
        except Exception as error:  # noqa: BLE001  (handed to those who asked)
            for waiting in asked.values():
                for one in waiting:
                    if not one.done():
                        one.set_exception(error)
            return
        for delivery_id, waiting in asked.items():
            for one in waiting:
                if not one.done():
                    one.set_result(found.get(delivery_id))
