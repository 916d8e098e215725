"""An order's life in a test: what a provider says, what our books say, and what was given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import text

from kit.client import ServiceClient
from kit.contracts.accounts.client import AccountsClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.payments.order_stories import OrderStory
from kit.contracts.payments.orders import Order
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient
from payments_service.actions.orders import checking, minding
from payments_service.app import create_app
from payments_service.queries import ledger
from payments_service.rules.accounts import at_provider, unmatched
from tests.conftest import Start
from tests.factories.payments import as_person, as_service, as_stranger
from tests.factories.selling import kiosks
from tests.fakes.plain_rail import PlainRail
from tests.fakes.rail import Post, Rail, RailCharge, to_app
from tests.payments_service.conftest import MakeSettings
from tests.wiring import http


@dataclass
class Shop:
    """`post` brings the rail's webhooks into the inbox."""

    app: FastAPI
    rail: PlainRail
    post: Post

    @property
    def stranger(self) -> OrdersClient:
        return as_stranger(self.app, OrdersClient)

    def person(self, account_id: UUID, *roles: str) -> OrdersClient:
        return as_person(self.app, OrdersClient, account_id, *roles)

    def charge_of(self, order: Order) -> RailCharge:
        """Return the newest charge of an order, as the provider keeps it."""
        found = self.rail.of_attempt(str(order.attempts[-1].id))
        assert found is not None
        return found


async def story(app: FastAPI, order_id: UUID) -> OrderStory:
    return await as_service(app, OrdersClient).order_story(order_id)


async def settled(app: FastAPI, order: Order, *states: str, seconds: float = 15) -> Order:
    """Wait until jobs have brought an order to one of these states."""
    async with asyncio.timeout(seconds):
        while True:
            found = (await story(app, order.id)).order
            if found.state in states:
                return found
            await asyncio.sleep(0.02)


async def in_books(app: FastAPI, rail: Rail, currency: str = "XOF") -> int:
    """Return what our books say the provider holds for us."""
    async with app.state.database.reads() as session:
        return await ledger.balance(session, at_provider(rail.provider, currency).code)


async def owed_back(app: FastAPI, currency: str = "XOF") -> int:
    """Return what came for nothing and was not sent back yet."""
    async with app.state.database.reads() as session:
        return -await ledger.balance(session, unmatched(currency).code)


async def looked(app: FastAPI, attempt_id: UUID) -> str:
    """Ask the provider, as the janitor does; return what came of it."""
    found = await checking.look(app.state.tools, attempt_id)
    assert found is not None
    return found.outcome


def strangers_to_all() -> list[ServiceClient]:
    """Return clients of siblings that answer nothing but 404: what is told them is given up."""
    kinds = (CatalogClient, TokensClient, AccountsClient, GatewayClient, PublisherClient)
    return [kind(http(FastAPI())) for kind in kinds]


@asynccontextmanager
async def a_shop(settings: MakeSettings, start: Start, **more: Any) -> AsyncIterator[Shop]:
    """Run payments_service with a kiosk and the plainest provider, and nobody else."""
    async with PlainRail() as rail:
        away = strangers_to_all()
        made = create_app(
            settings(**{"sandbox": False} | more), *away, providers=[rail.open()], sellers=kiosks()
        )
        app = await start(made)
        yield Shop(app, rail, to_app(app, rail.provider))


AGE = """
    UPDATE "order" SET created_at = created_at - CAST(:by AS interval),
                       expires_at = expires_at - CAST(:by AS interval),
                       paid_at = paid_at - CAST(:by AS interval)
"""
AGE_ATTEMPTS = """
    UPDATE attempt SET created_at = created_at - CAST(:by AS interval),
                       next_check_at = next_check_at - CAST(:by AS interval)
"""
AGE_WEBHOOKS = "UPDATE webhook SET received_at = received_at - CAST(:by AS interval)"


async def aged(app: FastAPI, by: timedelta) -> None:
    """Make everything older by so much, and have the janitor come."""
    async with app.state.database.sessions.begin() as session:
        for statement in (AGE, AGE_ATTEMPTS, AGE_WEBHOOKS):
            await session.execute(text(statement), {"by": by})
    async with app.state.database.sessions.begin() as session:
        await minding.mind(session)
        await minding.find_forgotten(session)
