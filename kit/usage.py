"""How often integrators' programs call, told to accounts_service now and then.

Counted in this process; what is told are sums since its start, so that telling them twice is
harmless. A killed process loses the last seconds: these are figures to look at, not a bill.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from typing import ClassVar
from uuid import UUID

from kit.auth import Caller
from kit.client import ServiceClient
from kit.clock import now
from kit.db import new_id
from kit.errors import AppError
from kit.schema import Schema
from kit.settings import ServiceSettings

logger = logging.getLogger(__name__)
TOLD_EVERY = 20.0
AT_ONCE = 5000


class Calls(Schema):
    client_id: str
    day: date
    calls: int


class Told(Schema):
    process: UUID
    service: str
    counts: tuple[Calls, ...]


class _Accounts(ServiceClient):
    SERVICE: ClassVar[str] = "accounts_service"


class Usage:
    def __init__(self, service: str) -> None:
        self.service = service
        self.process = new_id()
        self.counts: dict[tuple[str, date], int] = {}
        self.untold: set[tuple[str, date]] = set()

    def note(self, caller: Caller) -> None:
        """Count a call, if a program makes it."""
        if caller.kind == "client":
            key = (caller.id, now().date())
            self.counts[key] = self.counts.get(key, 0) + 1
            self.untold.add(key)

    def news(self) -> Told | None:
        """Return what has changed since it was told; forget what is of days before."""
        if not self.untold:
            return None
        keys = sorted(self.untold)[:AT_ONCE]
        counts = tuple(
            Calls(client_id=client_id, day=day, calls=self.counts[client_id, day])
            for client_id, day in keys
        )
        return Told(process=self.process, service=self.service, counts=counts)

    def told(self, news: Told) -> None:
        """Take note that these sums have arrived; more may have been counted meanwhile."""
        for one in news.counts:
            key = (one.client_id, one.day)
            if self.counts[key] != one.calls:
                continue
            self.untold.discard(key)
            if one.day < now().date():
                del self.counts[key]


@asynccontextmanager
async def telling(usage: Usage, settings: ServiceSettings) -> AsyncIterator[None]:
    """Tell accounts_service what is counted, until the service ends, and once more then."""
    accounts = _Accounts.at(settings, settings.accounts_url)
    task = asyncio.create_task(_tell_for_ever(usage, accounts), name="usage is told")
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await tell(usage, accounts)
    await accounts.close()


async def tell(usage: Usage, accounts: ServiceClient) -> None:
    """Tell what is new; when accounts_service is away, it is told later."""
    news = usage.news()
    if news is None:
        return
    try:
        await accounts.post("/client-calls", news)
    except AppError as error:
        logger.info("usage is not told yet", extra={"why": error.detail})
    else:
        usage.told(news)


async def _tell_for_ever(usage: Usage, accounts: ServiceClient) -> None:
    while True:
        await asyncio.sleep(TOLD_EVERY)
        await tell(usage, accounts)
