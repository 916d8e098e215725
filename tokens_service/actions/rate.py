"""How often one address may ask, in this process."""

import time
from collections import OrderedDict

from kit.errors import TooMany

REMEMBERED = 20_000


class Rate:
    """Counts questions from minute to minute; far too cheap to be worth a trip to Valkey."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self.minute = 0
        self.asked: OrderedDict[str, int] = OrderedDict()

    def hit(self, address: str) -> None:
        """Count a question; raise TooMany when it is one too many."""
        now = time.time()
        if (minute := int(now / 60)) != self.minute:
            self.minute = minute
            self.asked.clear()
        asked = self.asked[address] = self.asked.get(address, 0) + 1
        if asked > self.per_minute:
            raise TooMany(retry_after=60 - int(now % 60))
        if len(self.asked) > REMEMBERED:
            self.asked.popitem(last=False)
