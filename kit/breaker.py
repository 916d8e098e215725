"""What lets a party that fails have a moment's rest."""

import time

from kit.errors import Unavailable


class Breaker:
    """After `limit` failures in a row, refuses calls for `rest` seconds, then lets one try."""

    def __init__(self, limit: int = 5, rest: float = 5.0) -> None:
        self.limit = limit
        self.rest = rest
        self.failures = 0
        self.closed_until = 0.0

    def check(self) -> None:
        if self.failures >= self.limit:
            if time.monotonic() < self.closed_until:
                raise Unavailable(
                    "It failed several times in a row; it is left alone for a moment."
                )
            self.closed_until = time.monotonic() + self.rest

    def note(self, *, good: bool) -> None:
        self.failures = 0 if good else self.failures + 1
        if self.failures == self.limit:
            self.closed_until = time.monotonic() + self.rest
