"""Ways to pay, and what a provider says of a charge."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """What a provider says of a charge, a refund or a payout. Only `approved` moves money."""

    pending = "pending"
    approved = "approved"
    declined = "declined"
    cancelled = "cancelled"
    expired = "expired"


@dataclass(frozen=True, slots=True)
class Method:
    """One way to pay, as people choose it: `mtn` in `BJ` by phone, `card` anywhere by redirect."""

    name: str
    country: str | None
    needs_phone: bool
    currencies: frozenset[str]


class Payer(Protocol):
    """What of a provider says where it reaches."""

    name: str

    def methods(self) -> tuple[Method, ...]: ...
