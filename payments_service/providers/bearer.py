"""A provider's access token: asked for once, kept until shortly before it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from kit import clock
from payments_service.providers.provider import Away, Lost

EARLY = timedelta(minutes=1)
LONGEST = timedelta(days=1)


class Bearer:
    """`fetch` returns a token and for how many seconds it lasts."""

    def __init__(self, fetch: Callable[[], Awaitable[tuple[str, int]]]) -> None:
        self.fetch = fetch
        self.token = ""
        self.until = datetime.min.replace(tzinfo=UTC)
        self.lock = asyncio.Lock()

    async def get(self) -> str:
        """Return a token that still lasts. Raises Away, since nothing else was sent yet, or what
        `fetch` raises.
        """
        async with self.lock:
            if not self.token or clock.now() >= self.until:
                try:
                    self.token, seconds = await self.fetch()
                except Lost as error:
                    raise Away(str(error)) from error
                self.until = clock.now() + min(timedelta(seconds=seconds), LONGEST) - EARLY
            return self.token

    def drop(self, token: str) -> None:
        """Forget a token that was turned away, unless another one has come since."""
        if self.token == token:
            self.token = ""
