"""What payments_service knows of a person: told, made nobody's, handed over."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.privacy import PaymentsPrivacyClient
from kit.errors import Forbidden, Unauthenticated
from payments_service.models.coins import CoinKind, CoinLot
from payments_service.models.orders import Attempt, Order
from payments_service.queries import ledger
from payments_service.rules import accounts
from payments_service.rules.journals import journal
from tests.payments_service.conftest import _signer
from tests.wiring import http

ALICE, BOB = uuid4(), uuid4()


def of_services(app: FastAPI) -> PaymentsPrivacyClient:
    return PaymentsPrivacyClient(http(app), _signer("accounts_service", "payments_service"))


async def with_coins(session: AsyncSession, who: UUID, coins: int) -> None:
    legs = [(accounts.coins_issued(), coins), (accounts.bought_coins(who), -coins)]
    await ledger.post(session, journal(f"coins:{who}", "coins", legs))
    session.add(
        CoinLot(
            key=f"lot:{who}",
            account_id=who,
            kind=CoinKind.bought,
            amount=coins,
            remaining=coins,
            value_amount=0,
            value_currency="XOF",
            created_at=now(),
        )
    )


async def an_order(session: AsyncSession, who: UUID) -> UUID:
    order = Order(
        account_id=who,
        payer=f"account:{who}",
        key="once",
        input_hash="x",
        email="alice@example.org",
        phone="+22890123456",
        kind="coins",
        subject=str(uuid4()),
        title="100 pièces",
        list_amount=1000,
        amount=1000,
        currency="XOF",
        state="paid",
        paid_at=now(),
        expires_at=now() + timedelta(hours=1),
        created_at=now(),
    )
    session.add(order)
    await session.flush()
    session.add(
        Attempt(
            order_id=order.id,
            key="first",
            input_hash="x",
            provider="sandbox",
            method="mtn",
            phone="+22890123456",
            amount=1000,
            currency="XOF",
            state="approved",
            created_at=now(),
            updated_at=now(),
        )
    )
    return order.id


async def test_a_person_is_told_what_they_bought_but_no_secret(alone: FastAPI) -> None:
    async with alone.state.database.sessions.begin() as session:
        await an_order(session, ALICE)
        await with_coins(session, ALICE, 100)
    known = (await of_services(alone).personal_data(ALICE)).parts
    (order,) = known["order"]
    assert (order["title"], order["email"]) == ("100 pièces", "alice@example.org")
    assert not {"secret_hash", "key", "payer"} & set(order)
    assert known["attempt"][0]["phone"] == "+22890123456"
    assert known["coin_lot"][0]["remaining"] == 100
    assert known["payout"] == []


async def test_what_was_paid_stays_and_is_nobodys(alone: FastAPI) -> None:
    async with alone.state.database.sessions.begin() as session:
        order_id = await an_order(session, ALICE)
    for _ in range(2):
        await of_services(alone).forget(ALICE)
    async with alone.state.database.sessions() as session:
        order = await session.get(Order, order_id)
        assert order is not None
        assert (order.account_id, order.email, order.phone) == (None, "", "")
        assert (order.amount, order.state) == (1000, "paid")
    assert (await of_services(alone).personal_data(ALICE)).parts["order"] == []


async def test_a_merged_account_takes_its_coins_along_once(alone: FastAPI) -> None:
    async with alone.state.database.sessions.begin() as session:
        await an_order(session, ALICE)
        await with_coins(session, ALICE, 100)
        await with_coins(session, BOB, 5)
        legs = [(accounts.expense("makers", "XOF"), 70), (accounts.maker(ALICE, "XOF"), -70)]
        await ledger.post(session, journal("earned", "earning", legs))
    for _ in range(2):
        await of_services(alone).hand_over(ALICE, BOB)
    async with alone.state.database.sessions() as session:
        assert await ledger.available(session, accounts.bought_coins(ALICE).code) == 0
        assert await ledger.available(session, accounts.bought_coins(BOB).code) == 105
        assert await ledger.available(session, accounts.maker(BOB, "XOF").code) == 70
    bobs = (await of_services(alone).personal_data(BOB)).parts
    assert sorted(lot["remaining"] for lot in bobs["coin_lot"]) == [5, 100]
    assert len(bobs["order"]) == 1


async def test_only_services_ask(alone: FastAPI) -> None:
    with pytest.raises((Forbidden, Unauthenticated)):
        await PaymentsPrivacyClient(http(alone)).personal_data(ALICE)
