"""Coupons for whatever is sold: a seller around a seller."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.contracts.payments.orders import OrderNew
from payments_service.actions.orders.sellers import Quote, Seller
from payments_service.actions.promotions import using
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.rules.journals import Leg


@dataclass(frozen=True, slots=True)
class Discounting:
    """Sells what `inner` sells, cheaper for those with a coupon."""

    inner: Seller

    async def quote(
        self, session: AsyncSession, tools: Tools, asked: OrderNew, caller: Caller
    ) -> Quote:
        found = await self.inner.quote(session, tools, asked, caller)
        if not asked.coupon_code or found.coupon_code:
            return found
        return await using.discounted(session, tools, asked, caller, found)

    def credits(self, order: Order) -> list[Leg]:
        return self.inner.credits(order)

    async def fulfil(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await using.count_again(session, order)
        await self.inner.fulfil(session, tools, order)

    async def take_back(
        self, session: AsyncSession, tools: Tools, order: Order, refunded: int
    ) -> None:
        await self.inner.take_back(session, tools, order, refunded)

    async def hold(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await self.inner.hold(session, tools, order)

    async def release(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await self.inner.release(session, tools, order)

    async def give_again(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await self.inner.give_again(session, tools, order)

    async def lapse(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await using.give_back(session, order)
        await self.inner.lapse(session, tools, order)
