"""A shop with one thing to sell, and buying it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.contracts.payments.errors import NotForSale
from kit.contracts.payments.orders import AttemptNew, Order, OrderKind, OrderMade, OrderNew
from kit.contracts.payments.orders_client import OrdersClient
from payments_service.actions.orders.sellers import Quote
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order as OrderRow
from payments_service.rules.accounts import income
from payments_service.rules.journals import Leg

PRICE = 1500
PHONE = "+2290197000000"


class Kiosk:
    """Sells "sira" at PRICE, "gratis" for nothing; counts how often it gave and took back.

    `troubles`: so many times, giving fails first.
    """

    def __init__(self, troubles: int = 0) -> None:
        self.troubles = troubles

    async def quote(
        self, session: AsyncSession, tools: Tools, asked: OrderNew, caller: Caller
    ) -> Quote:
        if asked.subject not in {"sira", "gratis", "members"}:
            raise NotForSale
        price = 0 if asked.subject == "gratis" else PRICE * asked.quantity
        return Quote("Sira", price, "XOF", needs_account=asked.subject == "members")

    def credits(self, order: OrderRow) -> list[Leg]:
        return [(income("films", order.currency), -order.amount)]

    async def fulfil(self, session: AsyncSession, tools: Tools, order: OrderRow) -> None:
        if self.troubles:
            self.troubles -= 1
            raise RuntimeError("the shelf is stuck")
        order.given = {"times": order.given.get("times", 0) + 1}

    async def take_back(
        self, session: AsyncSession, tools: Tools, order: OrderRow, refunded: int
    ) -> None:
        order.given = {**order.given, "taken": refunded}

    async def hold(self, session: AsyncSession, tools: Tools, order: OrderRow) -> None:
        order.given = {**order.given, "held": order.given.get("held", 0) + 1}

    async def release(self, session: AsyncSession, tools: Tools, order: OrderRow) -> None:
        order.given = {**order.given, "released": order.given.get("released", 0) + 1}

    async def give_again(self, session: AsyncSession, tools: Tools, order: OrderRow) -> None:
        rest = {name: value for name, value in order.given.items() if name != "taken"}
        if rest != order.given:
            order.given = {**rest, "again": rest.get("again", 0) + 1}

    async def lapse(self, session: AsyncSession, tools: Tools, order: OrderRow) -> None:
        order.details = {"lapses": order.details.get("lapses", 0) + 1}


def kiosks(troubles: int = 0) -> Mapping[str, Kiosk]:
    return {OrderKind.film: Kiosk(troubles)}


def a_key() -> str:
    return uuid4().hex


async def ordered(client: OrdersClient, subject: str = "sira", **more: Any) -> OrderMade:
    new = OrderNew(kind=OrderKind.film, subject=subject, country="BJ", **more)
    return await client.make_order(new, a_key())


async def paying(
    client: OrdersClient, order: Order, method: str = "mtn", provider: str = "plain", **more: Any
) -> Order:
    """Begin to pay an order; `key`, `phone` and `secret` as wanted."""
    key = more.pop("key", None) or a_key()
    secret = more.pop("secret", None) or getattr(order, "secret", None) or ""
    phone = more.pop("phone", PHONE if method != "card" else None)
    new = AttemptNew(provider=provider, method=method, phone=phone)
    return await client.pay(order.id, new, key, secret)


def attempt_id(order: Order) -> UUID:
    return order.attempts[-1].id
