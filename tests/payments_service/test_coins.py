"""Coins: which go first, what they were worth, once for each key, and never fewer than none."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from kit import clock
from kit.contracts.payments.coins import GiftNew, HouseGift, MovementKind, SpendNew
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.errors import (
    NeedsKey,
)
from kit.contracts.payments.privacy import PaymentsPrivacyClient
from kit.contracts.payments.shop_errors import (
    NoSuchReceiver,
    NotEnoughCoins,
    SpendKeyReused,
)
from kit.errors import Forbidden, Invalid, Unauthenticated
from payments_service.actions.coins import lots
from payments_service.models.coins import CoinLot
from payments_service.queries import coins as queries
from payments_service.queries import findings, ledger
from tests.cast import ALICE, BOB, CHARLIE, DANA
from tests.factories.payments import as_person, as_service, as_stranger
from tests.factories.selling import a_key
from tests.factories.shop import notices, with_coins

FILM = "film:01900000-0000-7000-8000-00000000f11a"


def spend_of(amount: int, **changes: Any) -> SpendNew:
    return SpendNew(**({"amount": amount, "subject": FILM, "title": "Sira"} | changes))


async def owed(app: FastAPI, code: str = "liability:coins:XOF") -> int:
    async with app.state.database.reads() as session:
        return -await ledger.balance(session, code)


async def check_lots(app: FastAPI) -> None:
    """Lots and ledger say the same of every wallet, and of the money that is owed for coins."""
    async with app.state.database.reads() as session:
        assert await queries.off_lots(session) == []


async def test_coins_are_spent_once_for_a_key_however_often_they_are_asked_for(
    alone: FastAPI,
) -> None:
    await with_coins(alone, ALICE, bought=100, granted=10, value=1000)
    alice = as_person(alone, CoinsClient, ALICE)
    key = a_key()
    found = await asyncio.gather(*(alice.spend(spend_of(30), key) for _ in range(8)))
    assert {(one.id, one.balance, one.granted_amount) for one in found} == {(found[0].id, 80, 10)}
    assert (await alice.wallet()).balance == 80
    for other in (spend_of(31), spend_of(30, subject="film:other")):
        with pytest.raises(SpendKeyReused):
            await alice.spend(other, key)
    # The same key of somebody else is another one.
    await with_coins(alone, BOB, bought=50)
    await as_person(alone, CoinsClient, BOB).spend(spend_of(30), key)
    await check_lots(alone)


async def test_granted_coins_go_first_the_soonest_to_expire_before_all(alone: FastAPI) -> None:
    at = clock.now()
    await with_coins(alone, ALICE, bought=5)
    await with_coins(alone, ALICE, granted=5, expires_at=at + timedelta(days=9))
    await with_coins(alone, ALICE, granted=5)
    await with_coins(alone, ALICE, granted=5, expires_at=at + timedelta(days=2))
    alice = as_person(alone, CoinsClient, ALICE)
    left = []
    for _ in range(4):
        await alice.spend(spend_of(5), a_key())
        wallet = await alice.wallet()
        left.append((wallet.bought, wallet.granted, len(wallet.expiring)))
    assert left == [(5, 10, 1), (5, 5, 0), (5, 0, 0), (0, 0, 0)]


async def test_money_owed_for_coins_is_income_when_they_are_spent_to_the_last_franc(
    alone: FastAPI,
) -> None:
    await with_coins(alone, ALICE, bought=7, value=1000)
    alice = as_person(alone, CoinsClient, ALICE)
    seen = []
    for _ in range(7):
        await alice.spend(spend_of(1), a_key())
        seen.append(await owed(alone))
        await check_lots(alone)
    assert seen == [858, 715, 572, 429, 286, 143, 0]
    assert await owed(alone, "income:coins:XOF") == 1000


async def test_nobody_spends_more_than_they_have_whoever_asks_at_the_same_time(
    alone: FastAPI,
) -> None:
    await with_coins(alone, ALICE, bought=100, value=500)
    alice = as_person(alone, CoinsClient, ALICE)
    asked = [alice.spend(spend_of(7), a_key()) for _ in range(25)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    refused = [one for one in found if isinstance(one, NotEnoughCoins)]
    assert len(refused) == 25 - 14
    assert refused[0].extra["missing"] == 5
    assert (await alice.wallet()).balance == 2
    await check_lots(alone)


async def test_a_spend_that_is_refused_stops_no_other(alone: FastAPI) -> None:
    await with_coins(alone, ALICE, bought=10)
    await with_coins(alone, BOB, bought=10)
    wallets = [as_person(alone, CoinsClient, one) for one in (ALICE, BOB, CHARLIE)]
    asked = [one.spend(spend_of(10), a_key()) for one in wallets]
    first, second, third = await asyncio.gather(*asked, return_exceptions=True)
    assert not isinstance(first, BaseException)
    assert not isinstance(second, BaseException)
    assert isinstance(third, NotEnoughCoins)


async def test_the_database_itself_takes_no_coin_that_is_not_there(alone: FastAPI) -> None:
    await with_coins(alone, ALICE, bought=10, value=10)
    for change in ({"remaining": -1}, {"remaining": 11}, {"value_amount": -1}, {"remaining": 0}):
        with pytest.raises(IntegrityError):
            async with alone.state.database.sessions.begin() as session:
                await session.execute(update(CoinLot).values(change))


async def test_coins_given_back_after_two_accounts_became_one_are_the_one_s(
    alone: FastAPI,
) -> None:
    await with_coins(alone, ALICE, bought=10, granted=4, value=99)
    spent = await as_person(alone, CoinsClient, ALICE).spend(spend_of(9), a_key())
    await as_service(alone, PaymentsPrivacyClient).hand_over(ALICE, BOB)
    async with alone.state.database.sessions.begin() as session:
        assert await lots.give_back(session, spent.id, "Sira", "x")
    wallet = await as_person(alone, CoinsClient, BOB).wallet()
    assert (wallet.bought, wallet.granted) == (10, 4)
    await check_lots(alone)


async def test_lots_that_differ_from_the_ledger_are_found(alone: FastAPI) -> None:
    await with_coins(alone, ALICE, bought=10, value=10)
    async with alone.state.database.sessions.begin() as session:
        await session.execute(update(CoinLot).values(remaining=9, value_amount=8))
        await lots.check(session)
        found = await findings.page(session, is_open=True, before=None, limit=9)
        assert {(one.subject, one.details["lots"], one.details["ledger"]) for one in found} == {
            (f"liability:wallet:{ALICE}:bought:COIN", 9, 10),
            ("liability:coins:XOF", 8, 10),
        }


async def test_services_spend_for_anybody_people_for_themselves_strangers_not_at_all(
    alone: FastAPI,
) -> None:
    await with_coins(alone, ALICE, bought=10)
    service = as_service(alone, CoinsClient)
    assert (await service.spend(spend_of(1, account_id=ALICE), a_key())).balance == 9
    with pytest.raises(Invalid):
        await service.spend(spend_of(1), a_key())
    with pytest.raises(Forbidden):
        await as_person(alone, CoinsClient, BOB).spend(spend_of(1, account_id=ALICE), a_key())
    with pytest.raises(Unauthenticated):
        await as_stranger(alone, CoinsClient).spend(spend_of(1), a_key())
    alice = as_person(alone, CoinsClient, ALICE)
    with pytest.raises(NeedsKey):
        await alice.spend(spend_of(1), "1")
    with pytest.raises(Invalid) as caught:
        await alice.send("POST", "/coins/spends", b'{"amount": 0, "subject": "x"}', key=a_key())
    assert [one["where"] for one in caught.value.extra["errors"]] == ["body.amount"]


async def test_who_falls_below_few_coins_is_told_once_for_each_fall(alone: FastAPI) -> None:
    low = alone.state.settings.low_coins
    await with_coins(alone, ALICE, bought=low + 5)
    alice = as_person(alone, CoinsClient, ALICE)
    told = []
    for amount in (5, 1, 1):
        await alice.spend(spend_of(amount), a_key())
        told.append(len(await notices(alone, "coins.low")))
    await with_coins(alone, ALICE, bought=10)
    await alice.spend(spend_of(10), a_key())
    told.append(len(await notices(alone, "coins.low")))
    assert told == [0, 1, 1, 2]
    assert (await alice.wallet()).is_low
    (first, _) = await notices(alone, "coins.low")
    assert first["values"]["coins"] == low - 1
    assert first["account_id"] == str(ALICE)


async def test_a_history_tells_every_coin_a_page_at_a_time(alone: FastAPI) -> None:
    await with_coins(alone, ALICE, bought=50, granted=10, value=500)
    alice = as_person(alone, CoinsClient, ALICE)
    for amount in (4, 20, 3):
        await alice.spend(spend_of(amount), a_key())
    await as_person(alone, CoinsClient, DANA, "admin").grant(
        HouseGift(account_id=ALICE, amount=5, reason="Pardon"), a_key()
    )
    whole = (await alice.movements()).items
    assert [(one.kind, one.amount, one.balance) for one in whole] == [
        (MovementKind.bonus, 5, 38),
        (MovementKind.spent, -3, 33),
        (MovementKind.spent, -20, 36),
        (MovementKind.spent, -4, 56),
        (MovementKind.bought, 60, 60),
    ]
    paged, cursor = [], None
    while True:
        page = await alice.movements(cursor, limit=1)
        paged += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert paged == whole
    dana = as_person(alone, CoinsClient, DANA, "admin")
    assert (await dana.movements_of(ALICE)).items == whole
    assert (await dana.wallet_of(ALICE)).balance == 38
    with pytest.raises(Forbidden):
        await as_person(alone, CoinsClient, BOB).wallet_of(ALICE)


async def test_bought_coins_are_given_away_once_with_the_money_owed_for_them(
    alone: FastAPI,
) -> None:
    await with_coins(alone, ALICE, bought=10, granted=50, value=999)
    alice, bob = (as_person(alone, CoinsClient, one) for one in (ALICE, BOB))
    gift, key = GiftNew(amount=3, account_id=BOB, message="Bon film !"), a_key()
    found = await asyncio.gather(*(alice.give(gift, key) for _ in range(4)))
    assert len({one.id for one in found}) == 1
    assert ((await alice.wallet()).balance, (await bob.wallet()).balance) == (57, 3)
    (told,) = await notices(alone, "coins.gift")
    assert (told["account_id"], told["values"]["coins"]) == (str(BOB), 3)
    assert told["values"]["message"] == "Bon film !"
    assert (await alice.movements()).items[0].kind is MovementKind.gift_sent
    assert (await bob.movements()).items[0].kind is MovementKind.gift_received
    await check_lots(alone)
    await bob.spend(spend_of(3), a_key())
    assert await owed(alone, "income:coins:XOF") == 299
    with pytest.raises(SpendKeyReused):
        await alice.give(GiftNew(amount=4, account_id=BOB), key)
    # Granted coins are for who got them.
    with pytest.raises(NotEnoughCoins):
        await alice.give(GiftNew(amount=8, account_id=BOB), a_key())
    with pytest.raises(NoSuchReceiver):
        await alice.give(GiftNew(amount=1, account_id=ALICE), a_key())


async def test_the_house_gives_coins_once_and_only_who_may(alone: FastAPI) -> None:
    dana = as_person(alone, CoinsClient, DANA, "admin")
    new, key = HouseGift(account_id=ALICE, amount=5, reason="Pardon", days=1), a_key()
    for _ in range(2):
        assert (await dana.grant(new, key)).granted == 5
    assert len(await notices(alone, "coins.granted")) == 1
    with pytest.raises(Forbidden):
        await as_person(alone, CoinsClient, BOB).grant(new, a_key())


async def test_granted_coins_expire_bought_ones_never(
    alone: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.now()
    await with_coins(alone, ALICE, bought=5, granted=7, expires_at=at + timedelta(days=2))
    alice = as_person(alone, CoinsClient, ALICE)
    await alice.spend(spend_of(3), a_key())
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(days=3))
    assert (await alice.wallet()).balance == 5  # at once, whenever they are taken out
    with pytest.raises(NotEnoughCoins):
        await alice.spend(spend_of(6), a_key())
    for expected in (1, 0):
        async with alone.state.database.sessions.begin() as session:
            assert await lots.expire(session) == expected
    first = (await alice.movements()).items[0]
    assert (first.kind, first.amount, first.balance) == (MovementKind.expired, -4, 5)
    await check_lots(alone)


async def test_a_spend_given_back_leaves_everything_as_it_was(
    alone: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.now()
    await with_coins(alone, ALICE, bought=10, granted=2, value=99, expires_at=at + timedelta(1))
    alice = as_person(alone, CoinsClient, ALICE)
    spent = await alice.spend(spend_of(9), a_key())
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(days=3))
    for is_first in (True, False):
        async with alone.state.database.sessions.begin() as session:
            assert await lots.give_back(session, UUID(str(spent.id)), "Sira", "x") is is_first
    wallet = await alice.wallet()
    assert (wallet.bought, wallet.granted) == (10, 2)
    assert wallet.expiring[0].expires_at >= at + timedelta(days=9)  # a week to use them
    assert (await owed(alone), await owed(alone, "income:coins:XOF")) == (99, 0)
    await check_lots(alone)
