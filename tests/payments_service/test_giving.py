"""Sending money, stopped at any await: it goes out once, and the books say the same as the rail."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine, Generator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.payouts import PayoutNew, PayoutState
from kit.contracts.payments.refunds import RefundNew, RefundState
from kit.db import Database
from payments_service.actions.giving import sending
from payments_service.actions.payouts import asking as payouts
from payments_service.actions.refunds import asking as refunds
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order
from payments_service.models.papers import Refund
from payments_service.models.payouts import GivingAttempt, GivingState, Payout, PayoutAccount
from payments_service.queries import ledger
from payments_service.rules import takings
from payments_service.rules.accounts import at_provider, expense, income, maker
from payments_service.rules.giving import FINAL
from payments_service.rules.journals import journal
from tests.cast import ALICE
from tests.factories.selling import a_key, kiosks
from tests.fakes.plain_rail import PlainRail
from tests.payments_service.books import balance
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import NUMBER, STAFF

STEP = int(os.environ.get("KARANGOU_HALT_STEP", "5"))  # 1: at every single await
PAID = 100_000


@dataclass
class House:
    """What sends money, without an app: nobody but the test goes on with it."""

    tools: Tools
    rail: PlainRail

    @property
    def database(self) -> Database:
        return self.tools.database


@pytest.fixture
async def house(settings: MakeSettings, database: Database) -> AsyncIterator[House]:
    async with PlainRail() as rail:
        provider = rail.open()
        made = settings(payout_minimum=1)
        yield House(Tools(made, database, {"plain": provider}, kiosks()), rail)
        await provider.close()


class Halting:
    """Awaits `work`, and cancels it at its await number `at`; `is_halted`: it had as many."""

    def __init__(self, work: Coroutine[Any, Any, Any], at: int) -> None:
        self.work, self.at, self.is_halted = work, at, False

    def __await__(self) -> Generator[Any, Any, None]:
        inner = self.work.__await__()
        count = 0
        try:
            while True:
                if count == self.at:
                    self.is_halted = True
                    waited = inner.throw(asyncio.CancelledError())
                else:
                    waited = inner.send(None)
                count += 1
                yield waited
        except StopIteration:
            return


async def halted(work: Coroutine[Any, Any, Any], at: int) -> bool:
    """Run until the await of that number; return whether there was one."""
    halting = Halting(work, at)

    async def run() -> None:
        await halting

    await asyncio.gather(asyncio.create_task(run()), return_exceptions=True)
    return halting.is_halted


async def settled(house: House, attempt_id: UUID) -> GivingState:
    """Let time go by and go on, as the jobs would, until the attempt is final."""
    older = text("UPDATE giving_attempt SET updated_at = updated_at - CAST(:by AS interval)")
    state: GivingState | None = None
    for _ in range(5):
        async with house.database.sessions.begin() as session:
            await session.execute(older, {"by": timedelta(minutes=5)})
        state = await sending.go_on(house.tools, attempt_id)
        if state in FINAL:
            return GivingState(state)
    raise AssertionError(state)


async def test_a_refund_stopped_at_any_await_is_sent_once(house: House) -> None:
    order_id = await _paid(house)
    count, at, is_halted = 0, 1, True
    while is_halted:
        async with house.database.sessions.begin() as session:
            new = RefundNew(amount=7)
            await refunds.refund(session, house.tools, STAFF, order_id, new, a_key())
        attempt_id = await _newest(house)
        is_halted = await halted(sending.go_on(house.tools, attempt_id), at)
        assert await settled(house, attempt_id) == GivingState.approved
        count, at = count + 1, at + STEP
    assert count > 3, "it has many awaits"
    async with house.database.reads() as session:
        states = (await session.scalars(select(Refund.state).distinct())).all()
        order = await session.get(Order, order_id)
    assert order is not None
    assert (states, order.refunded_amount) == ([RefundState.succeeded], 7 * count)
    assert len(house.rail.givings) == count
    held = await balance(house.database, at_provider("plain", "XOF"))
    assert held == house.rail.held("XOF") == PAID - 7 * count
    assert await balance(house.database, income("films", "XOF")) == -held


async def test_a_payout_stopped_at_any_await_is_paid_once(house: House) -> None:
    await _earned(house)
    count, at, is_halted = 0, 1, True
    while is_halted:
        async with house.database.sessions.begin() as session:
            me = Caller("person", id=str(ALICE), name="Alice")
            row = await payouts.request(session, house.tools, me, PayoutNew(amount=11), a_key())
        async with house.database.sessions.begin() as session:
            await payouts.approve(session, house.tools, STAFF, row.id, confirms_name=True)
        attempt_id = await _newest(house)
        is_halted = await halted(sending.go_on(house.tools, attempt_id), at)
        assert await settled(house, attempt_id) == GivingState.approved
        count, at = count + 1, at + STEP
    async with house.database.reads() as session:
        states = (await session.scalars(select(Payout.state).distinct())).all()
        attempts = await session.scalar(select(func.count()).select_from(GivingAttempt))
    assert (states, attempts) == ([PayoutState.succeeded], count)
    assert len(house.rail.givings) == count > 3
    assert house.rail.held("XOF") == -11 * count
    assert await balance(house.database, at_provider("plain", "XOF")) == -11 * count
    assert await balance(house.database, maker(ALICE, "XOF")) == -(PAID - 11 * count)


async def _paid(house: House) -> UUID:
    """Return an order that is paid, on the rail and in the books."""
    order = Order(
        id=uuid4(), account_id=ALICE, payer="account", key=a_key(), input_hash="", kind="film",
        subject="sira", title="Sira", list_amount=PAID, amount=PAID, tax_amount=0,
        currency="XOF", state="fulfilled", paid_at=now(), expires_at=now(), created_at=now(),
        refunded_amount=0,
    )  # fmt: skip
    attempt = Attempt(
        id=uuid4(), order_id=order.id, key=a_key(), input_hash="", provider="plain", method="mtn",
        phone=NUMBER, amount=PAID, currency="XOF", state="approved", seen_amount=PAID,
        seen_currency="XOF", fee=0, is_matched=True, created_at=now(), updated_at=now(),
    )  # fmt: skip
    charge = house.rail.charge(str(attempt.id), PAID, "XOF")
    house.rail.approve(charge.ref)
    attempt.provider_ref = charge.ref
    sold = kiosks()["film"].credits(order)
    async with house.database.sessions.begin() as session:
        session.add(order)
        await session.flush()
        session.add(attempt)
        await ledger.post(session, takings.paid(order, attempt, sold))
    return order.id


async def _earned(house: House) -> None:
    """Let Alice have earned much, and have said where to send it."""
    legs = [(expense("makers", "XOF"), PAID), (maker(ALICE, "XOF"), -PAID)]
    async with house.database.sessions.begin() as session:
        await ledger.post(session, journal("earned", "earning", legs))
        session.add(
            PayoutAccount(
                account_id=ALICE,
                phone=NUMBER,
                country="BJ",
                method="mtn",
                holder_name="Alice",
                account_name="Alice",
                flags=[],
                usable_at=now(),
                created_at=now(),
            )
        )


async def _newest(house: House) -> UUID:
    async with house.database.reads() as session:
        asked = select(GivingAttempt.id).order_by(GivingAttempt.id.desc()).limit(1)
        return (await session.execute(asked)).scalar_one()
