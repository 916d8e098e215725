"""Rate limits, counted in Valkey; in this process alone while Valkey is away."""

import logging
import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.storage import RedisStorage as ValkeyStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from valkey.asyncio import ConnectionPool

from kit.errors import TooMany

logger = logging.getLogger(__name__)


class Limiter:
    """Counts hits against rules such as "10/minute", by any keys."""

    def __init__(self, valkey_url: str, prefix: str, *, enabled: bool = True) -> None:
        self.prefix = prefix
        self.enabled = enabled
        self.pool = ConnectionPool.from_url(
            _url(valkey_url), socket_timeout=1, socket_connect_timeout=1
        )
        self.shared = SlidingWindowCounterRateLimiter(_storage(self.pool))
        self.local = SlidingWindowCounterRateLimiter(MemoryStorage())
        self.rules: dict[str, RateLimitItem] = {}

    async def hit(self, rule: str, *keys: str) -> None:
        """Count one hit; raise TooMany when it is one too many."""
        if not self.enabled:
            return
        item = self.rules.setdefault(rule, parse(rule))
        try:
            await self._hit(self.shared, item, keys)
        except StorageError:
            logger.warning("valkey is away: limits count in this process only")
            await self._hit(self.local, item, keys)

    async def check(self, rule: str, *keys: str) -> None:
        """Raise TooMany when the next hit would be one too many; count nothing."""
        if not self.enabled:
            return
        item = self.rules.setdefault(rule, parse(rule))
        try:
            allowed = await self.shared.test(item, self.prefix, *keys)
        except StorageError:
            allowed = await self.local.test(item, self.prefix, *keys)
        if not allowed:
            raise TooMany(retry_after=item.get_expiry())

    async def close(self) -> None:
        await self.pool.disconnect()

    async def _hit(
        self, strategy: SlidingWindowCounterRateLimiter, item: RateLimitItem, keys: tuple[str, ...]
    ) -> None:
        if await strategy.hit(item, self.prefix, *keys):
            return
        stats = await strategy.get_window_stats(item, self.prefix, *keys)
        raise TooMany(retry_after=max(1, round(stats.reset_time - time.time())))


def _url(url: str) -> str:
    """Return the URL as Valkey's client says it."""
    scheme, _, rest = url.partition("://")
    known = {"redis": "valkey", "rediss": "valkeys", "valkey+unix": "unix", "redis+unix": "unix"}
    return f"{known.get(scheme, scheme)}://{rest}"


def _storage(pool: ConnectionPool) -> ValkeyStorage:
    # The address is the pool's; limits wants one of its own to choose its client by.
    return ValkeyStorage("async+valkey://", wrap_exceptions=True, connection_pool=pool)  # type: ignore[arg-type]  # it passes options on untyped
