"""A house with plans in a test: who subscribes, how time passes, and what their films do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import text
from typing_extensions import override

from kit import clock
from kit.auth import unseal
from kit.contracts.accounts.client import AccountsClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.payments.orders import Order, OrderKind, OrderMade, OrderNew
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.promotions_client import PromotionsClient
from kit.contracts.payments.subscriptions import (
    Interval,
    Plan,
    PlanNew,
    Subscription,
    SubscriptionStory,
)
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import AccessLevel, EntitlementQuestion, TokensClient
from kit.events import NOTICE
from payments_service.actions.subscriptions import moving
from payments_service.actions.tools import Tools
from payments_service.app import create_app
from payments_service.providers.provider import Charge, Known, Refused, Seen, Started
from payments_service.queries import ledger, subscriptions
from tests.conftest import Start
from tests.factories.payments import as_person
from tests.factories.selling import a_key, paying
from tests.fakes.plain_rail import Plain, PlainRail
from tests.payments_service.conftest import MakeSettings
from tests.wiring import http

MONEY = "admin"  # the role of who keeps plans


@dataclass
class Cards(Plain):
    """A provider that keeps cards; `refuses` those it is to charge again."""

    url: str
    refuses: bool = False
    charged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.url)

    @override
    async def find(self, known: Known) -> Seen | None:
        found = await super().find(known)
        if found is None:
            return None
        return Seen(found.state, found.amount, found.currency, found.provider_ref, saved="card-1")

    async def charge_again(self, charge: Charge, saved: str) -> Started:
        self.charged.append(saved)
        if self.refuses:
            raise Refused("the bank says no", "insufficient_funds")
        return await self.start(charge)


@dataclass
class House:
    app: FastAPI
    rail: PlainRail
    cards: Cards
    tokens: TokensClient

    @property
    def tools(self) -> Tools:
        found: Tools = self.app.state.tools
        return found

    def subscriber(self, account_id: UUID) -> SubscriptionsClient:
        return as_person(self.app, SubscriptionsClient, account_id)

    def buyer(self, account_id: UUID) -> OrdersClient:
        return as_person(self.app, OrdersClient, account_id)

    @property
    def keeper(self) -> SubscriptionsClient:
        return as_person(self.app, SubscriptionsClient, UUID(int=7), MONEY)

    @property
    def promoter(self) -> PromotionsClient:
        return as_person(self.app, PromotionsClient, UUID(int=7), MONEY)

    async def a_plan(self, interval: Interval = Interval.month, **more: Any) -> Plan:
        amount = 2000 if interval is Interval.month else 20_000
        new = PlanNew(**({"title": "VIP", "interval": interval, "amount": amount} | more))
        return await self.keeper.make_plan(new)

    async def ordered(self, account_id: UUID, plan: Plan, **more: Any) -> OrderMade:
        new = OrderNew(kind=OrderKind.subscription, subject=str(plan.id), **more)
        return await self.buyer(account_id).make_order(new, a_key())

    async def paid(self, account_id: UUID, order: Order, method: str = "mtn") -> Order:
        return await paying(self.buyer(account_id), order, method)

    async def subscribed(
        self, account_id: UUID, plan: Plan, method: str = "mtn", **more: Any
    ) -> Subscription:
        """Order a plan and pay it; return what came of it."""
        order = await self.ordered(account_id, plan, **more)
        done = await self.paid(account_id, order, method)
        assert done.state == "fulfilled", done.state
        return await self.mine(account_id)

    async def mine(self, account_id: UUID) -> Subscription:
        found = (await self.subscriber(account_id).mine()).subscription
        assert found is not None
        return found

    async def story(self, account_id: UUID) -> SubscriptionStory:
        return await self.subscriber(account_id).my_story()

    async def opens(self, account_id: UUID) -> bool:
        """Say whether members' films open to an account now."""
        asked = EntitlementQuestion(access_level=AccessLevel.vip)
        return (await self.tokens.entitlement(account_id, asked)).ok

    async def later(self, by: timedelta) -> None:
        """Let time pass, and have the clock looked at."""
        await self.age(by)
        await self.look()

    async def age(self, by: timedelta) -> None:
        async with self.app.state.database.sessions.begin() as session:
            for statement in AGE:
                await session.execute(text(statement), {"by": by})

    async def look(self) -> None:
        """Do at once what is due by the clock."""
        async with self.app.state.database.sessions.begin() as session:
            due = await subscriptions.due(session, clock.now())
        for one in due:
            async with self.app.state.database.sessions.begin() as session:
                await moving.move(session, self.tools, one)

    async def income(self) -> int:
        return -await self.balance("income:subscriptions:XOF")

    async def credit(self) -> int:
        return -await self.balance("liability:subscription_credit:XOF")

    async def balance(self, code: str) -> int:
        async with self.app.state.database.reads() as session:
            return await ledger.balance(session, code)

    async def notices(self, kind: str = "subscription") -> list[tuple[str, dict[str, Any]]]:
        """Return what people are to be told: kind and values, the sealed ones opened."""
        async with self.app.state.database.reads() as session:
            rows = (await session.scalars(text(TOLD))).all()
        found = []
        for told in rows:
            secret = unseal(self.tools.secret, NOTICE, told["sealed"]) if told["sealed"] else {}
            if told["kind"].startswith(kind):
                found.append((told["kind"], told["values"] | secret))
        return found


async def until(so: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    """Wait until jobs have made it so."""
    async with asyncio.timeout(seconds):
        while True:
            if await so():
                return
            await asyncio.sleep(0.02)


# Told to a publisher that is away: the jobs wait in the queue.
TOLD = """
    SELECT convert_from(payload, 'UTF8')::jsonb -> 'notice' FROM pgqueuer
    WHERE entrypoint = 'deliver_notice' ORDER BY id
"""
MOMENTS = {
    "subscription": (
        "started_at", "anchor_at", "period_start", "period_end", "next_at", "paused_at",
        "paused_until", "created_at",
    ),
    "subscription_period": ("starts_at", "ends_at", "created_at"),
    '"order"': ("created_at", "expires_at", "paid_at"),
}  # fmt: skip
AGE = [
    f"UPDATE {table} SET "  # noqa: S608  (our own words)
    + ", ".join(f"{name} = {name} - CAST(:by AS interval)" for name in names)
    for table, names in MOMENTS.items()
]


@asynccontextmanager
async def a_house(
    settings: MakeSettings,
    start: Start,
    tokens: TokensClient,
    accounts: AccountsClient | None = None,
) -> AsyncIterator[House]:
    """Run payments_service with a provider that approves at once, beside a real tokens_service."""
    async with PlainRail() as rail:
        rail.answers = "approved"
        cards = Cards(rail.url)
        kinds = (CatalogClient, GatewayClient, PublisherClient)
        away = [kind(http(FastAPI())) for kind in kinds]
        known = accounts or AccountsClient(http(FastAPI()))
        made = create_app(settings(), tokens, known, *away, providers=[cards])
        yield House(await start(made), rail, cards, tokens)
