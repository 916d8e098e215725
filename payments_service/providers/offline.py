"""Money that comes without a third party: codes that were sold for cash, and cash itself.

They are providers so that the books, refunds and lists need no second way; nothing is ever begun
there, since an agent or a code has paid already when we hear of it (`actions/vouchers`). What they
hold is nothing: each payment moves on at once, to what the agents owe or out of what codes owed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from payments_service.providers.provider import (
    Charge,
    Given,
    Giving,
    Hook,
    Known,
    Method,
    Provider,
    Refused,
    Seen,
    Started,
    Unsigned,
)

VOUCHER, CASH = "voucher", "cash"


@dataclass(slots=True)
class Offline:
    name: str
    is_test: bool = False

    def methods(self) -> tuple[Method, ...]:
        return ()

    async def available(self) -> frozenset[str]:
        return frozenset()

    async def start(self, charge: Charge) -> Started:
        raise Refused(f"{self.name} is paid with a code or at an agency", "not_configured")

    async def find(self, known: Known) -> Seen | None:
        return None

    async def fetch_keys(self, headers: Mapping[str, str]) -> None:
        return

    def verify(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Hook:
        raise Unsigned(f"{self.name} sends no webhooks")

    async def trace(self, hook: Hook) -> Hook:
        return hook

    def may_refund(self, phone: str) -> bool:
        return False

    async def refund(self, giving: Giving) -> Given:
        raise Refused(f"what was paid with {self.name} is given back in coins, or by hand")

    async def pay_out(self, giving: Giving) -> Given:
        raise Refused(f"{self.name} pays nobody")

    async def find_given(self, giving: Giving, provider_ref: str) -> Given | None:
        return None

    async def balances(self) -> Mapping[str, int]:
        return {}

    async def close(self) -> None:
        return


OFFLINE: tuple[Provider, ...] = (Offline(VOUCHER), Offline(CASH))
