"""What whoever sells a kind of thing has to know: its price, where its money goes, how it is given.

The table of them is in `table.py`; a deed finds its seller with `tools.seller(order.kind)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.contracts.payments.orders import OrderNew
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.rules.journals import Leg


@dataclass(frozen=True, slots=True)
class Quote:
    """What something costs now. `amount` is what is paid: `list_amount` − `discount_amount`, and
    `tax_amount` is the part of `amount` that is tax. `details` come back with the order.
    """

    title: str
    list_amount: int
    currency: str
    discount_amount: int = 0
    tax_amount: int = 0
    coupon_code: str | None = None
    needs_account: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def amount(self) -> int:
        return self.list_amount - self.discount_amount


class Seller(Protocol):
    async def quote(
        self, session: AsyncSession, tools: Tools, asked: OrderNew, caller: Caller
    ) -> Quote:
        """Return the price for this caller; raise NotForSale, OwnFilm, OwnedAlready.

        Called once, in the transaction that makes the order: what it writes is kept with it.
        """
        ...

    def credits(self, order: Order) -> list[Leg]:
        """Return where the money goes once paid: legs that sum to −amount in its currency."""
        ...

    async def fulfil(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Give what was bought; harmless the second time. `order.given` is shown to its owner.

        The order is locked and paid. To raise is to be called again later: by a job, many times.
        """
        ...

    async def take_back(
        self, session: AsyncSession, tools: Tools, order: Order, refunded: int
    ) -> None:
        """Take back what was given, after so much was refunded in all; harmless the second time."""
        ...

    async def hold(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Close what was given while the whole is on its way back; harmless the second time.

        `order.held_at` says since when; `take_back` or `release` comes after.
        """
        ...

    async def release(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Open again what `hold` closed, as if nothing had happened: the refund was refused."""
        ...

    async def give_again(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Give again what `take_back` took: the money is ours after all; harmless the second time.

        `order.turn` says for the how manyth time.
        """
        ...

    async def lapse(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Let go of what `quote` kept for an order (a coupon's use): it expired or was cancelled.

        It can still be paid later.
        """
        ...
