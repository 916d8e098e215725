"""Disputes as Stripe and PayPal tell of them: begun, ended, in part, with fees, unannounced."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from kit.clock import now
from kit.contracts.payments.orders import Order, OrderState
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.refunds import Dispute, DisputeOutcome, DisputeState
from kit.contracts.payments.refunds_client import RefundsClient
from payments_service.actions.refunds import disputes, reviewing
from payments_service.app import create_app
from payments_service.rules.accounts import disputed, expense
from payments_service.rules.refunds import part_of
from tests.cast import DANA
from tests.conftest import Start
from tests.factories.payments import as_person, as_stranger
from tests.factories.selling import kiosks, ordered, paying
from tests.fakes.network import dropped
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Manners, Rail, RailCharge, to_app
from tests.fakes.stripe import Stripe
from tests.payments_service.books import balance
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import until
from tests.payments_service.paying import in_books, looked, settled, story, strangers_to_all


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


@pytest.fixture
async def till(settings: MakeSettings, start: Start) -> AsyncIterator[Till]:
    async with AsyncExitStack() as stack:
        stripe = await stack.enter_async_context(Stripe())
        paypal = await stack.enter_async_context(PayPal())
        keys: dict[str, Any] = {"sandbox": False, **stripe.settings(), **paypal.settings()}
        app = await start(create_app(settings(**keys), *strangers_to_all(), sellers=kiosks()))
        paypal.trusted_by(app.state.tools.provider("paypal"))
        yield Till(app, stripe, paypal)


@pytest.mark.parametrize("is_won", [True, False])
async def test_a_dispute_at_stripe_moves_with_its_webhooks(till: Till, is_won: bool) -> None:
    order, charge = await till.sold(till.stripe)
    till.stripe.dispute(charge.ref, fee=15)
    await till.told(till.stripe)
    opened = await till.dispute(order, "open")
    assert opened.amount == charge.amount
    assert (await story(till.app, order.id)).order.state == OrderState.disputed
    await till.is_right(till.stripe)
    assert await balance(till.app.state.database, disputed(charge.currency)) == charge.amount

    till.stripe.dispute(charge.ref, "under_review")
    till.stripe.dispute(charge.ref, "won" if is_won else "lost")
    await till.told(till.stripe)
    ended = await till.dispute(order, "won" if is_won else "lost")
    assert ended.closed_at is not None
    found = (await story(till.app, order.id)).order
    assert found.state == (OrderState.fulfilled if is_won else OrderState.disputed)
    assert ("taken" in found.given) is not is_won, "what was bought goes with what is lost"
    await till.is_right(till.stripe)
    assert await balance(till.app.state.database, disputed(charge.currency)) == 0
    assert await balance(till.app.state.database, expense("fees:stripe", charge.currency)) == 15


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("RESOLVED_SELLER_FAVOUR", "won"), ("CANCELED_BY_BUYER", "won"), ("DENIED", "won"),
     ("RESOLVED_BUYER_FAVOUR", "lost"), ("ACCEPTED", "lost")],
)  # fmt: skip
async def test_a_complaint_at_paypal_moves_with_its_webhooks(
    till: Till, outcome: str, state: str
) -> None:
    order, charge = await till.sold(till.paypal)
    till.paypal.complain(charge.ref)
    await till.told(till.paypal)
    await till.dispute(order, "open")
    await till.is_right(till.paypal)
    till.paypal.complain(charge.ref, "UNDER_REVIEW")
    till.paypal.complain(charge.ref, "RESOLVED", outcome)
    await till.told(till.paypal)
    await till.dispute(order, state)
    await till.is_right(till.paypal)
    assert await balance(till.app.state.database, disputed("EUR")) == 0


async def test_of_a_dispute_about_a_part_only_that_part_goes(till: Till) -> None:
    order, charge = await till.sold(till.stripe)
    till.stripe.dispute(charge.ref, amount=100)
    await till.told(till.stripe)
    assert (await till.dispute(order, "open")).amount == 100
    till.stripe.dispute(charge.ref, "lost")
    await till.told(till.stripe)
    await till.dispute(order, "lost")
    await till.is_right(till.stripe)
    found = (await story(till.app, order.id)).order
    assert found.refunded_amount == order.amount * 100 // charge.amount

    other, complained = await till.sold(till.paypal)
    till.paypal.complain(complained.ref)
    await till.told(till.paypal)
    await till.dispute(other, "open")
    till.paypal.complain(complained.ref, "RESOLVED", "RESOLVED_BUYER_FAVOUR", gone=100)
    await till.told(till.paypal)
    await till.dispute(other, "lost")
    await till.is_right(till.paypal)
    assert await balance(till.app.state.database, disputed("EUR")) == 0


async def test_disputes_whose_webhooks_were_missed_are_found(till: Till) -> None:
    """Begun and ended unannounced; while the other rail is away; an old one that is open here."""
    order, charge = await till.sold(till.stripe)
    other, complained = await till.sold(till.paypal)
    till.stripe.dispute(charge.ref)
    till.paypal.complain(complained.ref)
    till.stripe.troubles = [dropped("GET /v1/disputes")]
    await reviewing.review(till.app.state.tools)
    await till.dispute(other, "open")
    assert [one.order_id for one in (await till.staff.disputes()).items] == [other.id]
    await reviewing.review(till.app.state.tools)
    await till.dispute(order, "open")

    till.stripe.charges[charge.ref].more["created"] -= 90 * 86_400  # not listed any more
    till.stripe.dispute(charge.ref, "lost")
    till.paypal.complain(complained.ref, "RESOLVED", "RESOLVED_SELLER_FAVOUR")
    await reviewing.review(till.app.state.tools)
    await till.dispute(order, "lost")
    await till.dispute(other, "won")
    asked = len(till.paypal.asked)
    await reviewing.review(till.app.state.tools)
    assert not [one for one in till.paypal.asked[asked:] if "/checkout/orders" in one]
    for rail in (till.stripe, till.paypal):
        rail.waiting.clear()
        await till.is_right(rail)


async def test_a_warning_of_a_bank_takes_nothing(till: Till) -> None:
    order, charge = await till.sold(till.stripe)
    for status in ("warning_needs_response", "warning_closed"):
        till.stripe.dispute(charge.ref, status)
        await reviewing.review(till.app.state.tools)
    assert (await till.staff.disputes()).items == []
    assert (await story(till.app, order.id)).order.state == OrderState.fulfilled


async def test_an_account_that_may_not_ask_leaves_the_end_to_staff(till: Till) -> None:
    order, charge = await till.sold(till.paypal)
    till.paypal.may_report = False
    charge.more.update(capture="PENDING", why="BUYER_COMPLAINT")
    await looked(till.app, order.attempts[-1].id)
    found = await till.dispute(order, "open")
    charge.more.update(capture="COMPLETED", why="")
    await looked(till.app, order.attempts[-1].id)
    await reviewing.review(till.app.state.tools)
    assert (await till.dispute(order, "open")).id == found.id
    assert (await till.staff.close_dispute(found.id, DisputeOutcome(outcome="won"))).state == "won"


async def follow(till: Till, attempt_id: UUID, said: disputes.Reversal) -> None:
    async with till.app.state.database.sessions.begin() as session:
        await disputes.follow_reversal(session, till.app.state.tools, attempt_id, said)


def reversal(state: DisputeState, minutes: int) -> disputes.Reversal:
    return disputes.Reversal(
        is_disputed=state is not DisputeState.won,
        dispute=disputes.Told(state=state),
        at=now() + timedelta(minutes=minutes),
    )


async def test_old_news_and_news_against_our_books_move_nothing(till: Till) -> None:
    order, charge = await till.sold(till.stripe)
    attempt_id = order.attempts[-1].id
    await follow(till, attempt_id, reversal(DisputeState.lost, 5))
    await follow(till, attempt_id, reversal(DisputeState.open, 1))
    found = await till.dispute(order, "lost")
    assert found.note == ""
    await follow(till, attempt_id, reversal(DisputeState.won, 9))
    found = await till.dispute(order, "lost")
    assert found.note == "stripe says now: won"
    assert await balance(till.app.state.database, disputed(charge.currency)) == 0


def test_a_part_of_an_order_is_what_of_its_money_is_gone() -> None:
    cases = [((1500, 229, 229), 1500), ((1500, 300, 229), 1500), ((1500, 100, 229), 655),
             ((1500, 1, 3000), 1)]  # fmt: skip
    assert [part_of(*asked) for asked, _ in cases] == [part for _, part in cases]
