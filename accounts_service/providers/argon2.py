"""Passwords, hashed with argon2id in a few threads of their own.

A hash takes tens of milliseconds of one core. The threads are few, so that other requests stay
fast, and the queue before them is short, so that a flood is told to come back instead of waiting.
They also stand back: where a core has both to do, the loop that answers everybody goes first.
"""

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from accounts_service.rules.passwords import normal
from kit.errors import Unavailable

# One of OWASP's equally strong settings: 46 MiB, one pass, one lane.
HASHER: Final = Argon2Hasher(time_cost=1, memory_cost=47_104, parallelism=1)
# For tests alone, which make people by the dozen: the least argon2 takes.
CHEAP: Final = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
NICE: Final = 5


class TooBusy(Unavailable):
    """Many people are signing in right now. Try again in a moment."""


class Passwords:
    def __init__(self, threads: int, waiting: int, hasher: Argon2Hasher = HASHER) -> None:
        self.known = PasswordHash((hasher,))
        self.pool = ThreadPoolExecutor(threads, "password", initializer=_stand_back)
        self.room = threads + waiting
        self.dummy = self.known.hash("nobody has this password")

    def close(self) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)

    async def hash(self, password: str) -> str:
        self._take()
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self.pool, self.known.hash, normal(password))
        finally:
            self.room += 1

    async def matches(self, password: str, stored: str | None) -> bool:
        """Compare; without a stored hash it takes just as long, and is false."""
        self._take()
        hashed = stored or self.dummy
        try:
            loop = asyncio.get_running_loop()
            good = await loop.run_in_executor(
                self.pool, self.known.verify, normal(password), hashed
            )
        finally:
            self.room += 1
        return good and stored is not None

    def _take(self) -> None:
        if self.room <= 0:
            raise TooBusy(retry_after=2)
        self.room -= 1


def _stand_back() -> None:
    """Give this thread a lower priority; Linux has one for each thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
