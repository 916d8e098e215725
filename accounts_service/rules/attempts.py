"""How long to wait after how many attempts to sign in. Pure.

Three counters are kept: the pair of account and address is strict; the account alone is
lenient and its wait short, so that a stranger cannot lock its owner out; the address alone
stops one machine from trying many accounts. A counter starts anew after a quiet hour.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Final

from accounts_service.models.people import Attempt

QUIET: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Patience:
    """`free` attempts without a wait; then it doubles from one second up to `longest`."""

    free: int
    longest_seconds: int

    def seconds(self, failures: int) -> int:
        over = failures - self.free
        return min(2 ** min(over, 30), self.longest_seconds) if over >= 0 else 0


PAIR = Patience(free=5, longest_seconds=900)
ACCOUNT = Patience(free=30, longest_seconds=30)
ADDRESS = Patience(free=50, longest_seconds=900)


def keys(email: str, address: str) -> dict[str, Patience]:
    """Return the counters that an attempt touches. Nobody's address is kept in the clear."""
    return {
        _key("pair", f"{email} {address}"): PAIR,
        _key("account", email): ACCOUNT,
        _key("address", address): ADDRESS,
    }


def cleared_by_success(email: str, address: str) -> list[str]:
    """Return the counters that a right password clears: not the address, which an attacker
    could clear by signing in to an account of their own.
    """
    return [key for key, patience in keys(email, address).items() if patience is not ADDRESS]


def wait_seconds(attempt: Attempt, patience: Patience, at: datetime) -> int:
    """Return how long the next attempt has to wait yet."""
    seconds = patience.seconds(attempt.failures)
    until = attempt.last_at + timedelta(seconds=seconds)
    return max(0, ceil((until - at).total_seconds())) if seconds else 0


def count(attempt: Attempt, at: datetime) -> int:
    """Return the counter after one more attempt."""
    return 1 if at - attempt.last_at > QUIET else attempt.failures + 1


def _key(kind: str, value: str) -> str:
    return f"{kind}:{sha256(value.encode()).hexdigest()[:32]}"
