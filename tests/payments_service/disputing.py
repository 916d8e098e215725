"""A till with Stripe and PayPal behind it, and disputes there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from kit.clock import now
from kit.contracts.payments.orders import Order, OrderState
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.refunds import Dispute, DisputeState
from kit.contracts.payments.refunds_client import RefundsClient
from payments_service.actions.refunds import disputes
from payments_service.app import create_app
from payments_service.rules.accounts import Account, at_provider
from tests.cast import DANA
from tests.conftest import Start
from tests.factories.payments import as_person, as_stranger
from tests.factories.selling import kiosks, ordered, paying
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Manners, Rail, RailCharge, to_app
from tests.fakes.stripe import Stripe
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import until
from tests.payments_service.paying import in_books, looked, settled, strangers_to_all


@dataclass
class Till:
    app: FastAPI
    stripe: Stripe
    paypal: PayPal

    @property
    def staff(self) -> RefundsClient:
        return as_person(self.app, RefundsClient, DANA, "admin")

    async def sold(self, rail: Rail) -> tuple[Order, RailCharge]:
        """Return an order that is paid by this rail and given, and its charge there."""
        buyer = as_stranger(self.app, OrdersClient)
        made = await ordered(buyer)
        order = await paying(buyer, made, rail.method, rail.provider, phone="", secret=made.secret)
        charge = rail.of_attempt(str(order.attempts[-1].id))
        assert charge is not None
        rail.approve(charge.ref)
        await looked(self.app, order.attempts[-1].id)
        await settled(self.app, order, OrderState.fulfilled)
        rail.waiting.clear()
        return order, charge

    async def told(self, rail: Rail) -> None:
        """Bring the webhooks that wait, each twice and in any order."""
        rail.manners = Manners(copies=2, is_shuffled=True)
        assert set(await rail.deliver(to_app(self.app, rail.provider))) == {202}

    async def dispute(self, order: Order, state: str) -> Dispute:
        """Wait until our books say this of the order's dispute."""

        async def found() -> list[Dispute]:
            return [one for one in (await self.staff.disputes()).items if one.order_id == order.id]

        (one,) = await until(found, lambda rows: [row.state for row in rows] == [state])
        return one

    async def is_right(self, rail: Rail) -> None:
        """Wait until our books say what the rail holds, and that nobody argues about the rest."""

        async def off() -> int:
            currency = next(iter(rail.charges.values())).currency
            return await in_books(self.app, rail, currency) - rail.held(currency)

        await until(off, lambda difference: difference == 0)

    def account(self, rail: Rail, charge: RailCharge) -> Account:
        """Return the account of what a rail holds, of the currency of a charge."""
        return at_provider(rail.provider, charge.currency)


@asynccontextmanager
async def a_till(settings: MakeSettings, start: Start) -> AsyncIterator[Till]:
    async with AsyncExitStack() as stack:
        stripe = await stack.enter_async_context(Stripe())
        paypal = await stack.enter_async_context(PayPal())
        keys: dict[str, Any] = {"sandbox": False, **stripe.settings(), **paypal.settings()}
        app = await start(create_app(settings(**keys), *strangers_to_all(), sellers=kiosks()))
        paypal.trusted_by(app.state.tools.provider("paypal"))
        yield Till(app, stripe, paypal)


async def follow(app: FastAPI, attempt_id: UUID, said: disputes.Reversal) -> None:
    async with app.state.database.sessions.begin() as session:
        await disputes.follow_reversal(session, app.state.tools, attempt_id, said)


def reversal(state: DisputeState, minutes: int) -> disputes.Reversal:
    return disputes.Reversal(
        is_disputed=state is not DisputeState.won,
        dispute=disputes.Told(state=state),
        at=now() + timedelta(minutes=minutes),
    )
