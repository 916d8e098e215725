"""A shop whose rail takes refunds and says later what became of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from kit.client import ServiceClient
from kit.contracts.catalog.films import Film
from kit.contracts.payments.orders import Order, OrderMade, OrderNew, OrderState
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.refunds import Refund, RefundNew, RefundState
from kit.contracts.payments.refunds_client import RefundsClient
from kit.contracts.payments.shop import Grant
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.tokens import AccessLevel, EntitlementQuestion, TokensClient
from payments_service.app import create_app
from tests.cast import ALICE, DANA
from tests.conftest import Start
from tests.factories.payments import as_person, as_stranger
from tests.factories.selling import a_key, paying
from tests.fakes.rail import Rail
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import hurried, until
from tests.payments_service.paying import settled


@dataclass
class Till:
    """A shop with one rail; `sends` is the request by which it is told to give back."""

    app: FastAPI
    rail: Rail
    sends: str = ""

    @property
    def tokens(self) -> TokensClient:
        found: TokensClient = self.app.state.clients[TokensClient]
        return found

    @property
    def shop(self) -> ShopClient:
        return as_person(self.app, ShopClient, ALICE)

    async def bought(self, who: UUID | None = ALICE, **new: Any) -> Order:
        stranger = as_stranger(self.app, OrdersClient)
        client = as_person(self.app, OrdersClient, who) if who else stranger
        made = await client.make_order(OrderNew(**new), a_key())
        await self.paid(client, made)
        return await client.order(made.id, made.secret or "")

    async def paid(self, client: OrdersClient, made: OrderMade) -> None:
        rail = self.rail
        order = await paying(client, made, rail.method, rail.provider, phone=rail.phone)
        charge = rail.of_attempt(str(order.attempts[-1].id))
        assert charge is not None
        rail.approve(charge.ref)
        await client.look(made.id, made.secret or "")
        await settled(self.app, made, OrderState.fulfilled)

    async def asked(self, order: Order, amount: int | None = None) -> Refund:
        """Have money sent back, by staff; return once the rail has it."""
        known = len(self.rail.givings)
        staff = as_person(self.app, RefundsClient, DANA, "admin")
        refund = await staff.refund(order.id, RefundNew(amount=amount), a_key())
        await until(self._count, lambda count: count > known)
        return refund

    async def _count(self) -> int:
        return len(self.rail.givings)

    async def told(self, state: str) -> RefundState:
        """Let the rail decide on all that it has; return what became of the last refund."""
        for giving in self.rail.givings.values():
            if giving.state == "pending":
                self.rail.settle_giving(giving.id, state)
        await hurried(self.app)
        found = await as_person(self.app, RefundsClient, DANA, "admin").refunds()
        return found.items[0].state

    async def opens(self, film: Film, who: UUID = ALICE) -> bool:
        asked = EntitlementQuestion(access_level=AccessLevel.ppv, video_ids=(str(film.id),))
        return (await self.tokens.entitlement(who, asked)).ok

    async def until_opens(self, film: Film, *, is_open: bool) -> None:
        await until(lambda: self.opens(film), lambda found: found is is_open)

    async def grant(self) -> Grant:
        """Return the only one there is."""
        (found,) = (await self.shop.grants()).items
        return found


@asynccontextmanager
async def a_till(
    rail: Rail,
    settings: MakeSettings,
    siblings: tuple[ServiceClient, ...],
    start: Start,
    sends: str = "",
) -> AsyncIterator[Till]:
    async with rail:
        made = settings(**rail.settings(), public_url="https://pay.example.org")
        yield Till(await start(create_app(made, *siblings)), rail, sends)
