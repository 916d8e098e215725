"""Which devices play on an account now, counted in Valkey; a showing lasts as long as its grant."""

import logging
import time

from valkey.asyncio import ConnectionPool, Valkey
from valkey.exceptions import ValkeyError

logger = logging.getLogger(__name__)

# One sorted set per account: devices, by the second until which their addresses are good.
TAKE = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if not redis.call('ZSCORE', KEYS[1], ARGV[2]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4])
then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[2])
redis.call('EXPIREAT', KEYS[1], math.max(redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2], 1))
return 1
"""


class Streams:
    def __init__(self, pool: ConnectionPool, limit: int) -> None:
        self.limit = limit
        self.valkey = Valkey(connection_pool=pool)
        self.take_place = self.valkey.register_script(TAKE)

    async def playing(self, account_id: str) -> list[tuple[str, float]]:
        """Return the devices that play on an account, each with the second until which."""
        try:
            found = await self.valkey.zrangebyscore(
                f"streams:{account_id}", time.time(), "+inf", withscores=True
            )
        except ValkeyError:
            logger.warning("valkey is away: streams are not known")
            return []
        return [(device.decode(errors="replace"), float(until)) for device, until in found]

    async def forget(self, account_id: str) -> None:
        """Forget the devices of an account; without Valkey they forget themselves in time."""
        try:
            await self.valkey.delete(f"streams:{account_id}")
        except ValkeyError:
            logger.warning("valkey is away: streams end by themselves")

    async def take(self, account_id: str, device: str, until: float) -> bool:
        """Let a device play until then, if it plays already or there is room.

        Without Valkey films go on playing: who paid must not wait for our counting.
        """
        if not self.limit:
            return True
        values: list[str | int | float] = [time.time(), device, int(until), self.limit]
        try:
            return bool(await self.take_place(keys=[f"streams:{account_id}"], args=values))
        except ValkeyError:
            logger.warning("valkey is away: streams are not counted")
            return True
