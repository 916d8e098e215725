"""Payouts: where to, held back at once, approved by another, sent once, and back when refused."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from kit.contracts.payments.earnings_client import EarningsClient
from kit.contracts.payments.errors import (
    MethodUnavailable,
    OwnPayout,
    PayoutAccountMissing,
    PayoutHeld,
    PayoutKeyReused,
    PayoutNotFound,
    PayoutSettled,
    PayoutTooSmall,
    WrongPhone,
)
from kit.contracts.payments.payouts import PayoutAccountNew, PayoutNew, PayoutState, PayoutStory
from kit.contracts.payments.payouts_client import PayoutsClient
from kit.errors import Forbidden
from payments_service.queries import ledger
from payments_service.rules.accounts import expense, maker
from payments_service.rules.accounts import payouts as under_way
from payments_service.rules.journals import journal
from tests.cast import ALICE, BOB, CHARLIE, DANA
from tests.conftest import Start
from tests.factories.catalog import access_token
from tests.factories.payments import as_person
from tests.factories.selling import a_key
from tests.fakes.network import Trouble, answer_lost
from tests.payments_service.books import available, balance, refused
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import NUMBER, hurried, until
from tests.payments_service.paying import Shop, a_shop, in_books
from tests.wiring import http

EARNED = 9000
THERE = PayoutAccountNew(phone=NUMBER, country="BJ", method="mtn", holder_name="KOSSI Awa Afi")


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start, payout_minimum=1000) as found:
        yield found


def named(shop: Shop, account_id: UUID, name: str) -> PayoutsClient:
    token = access_token(shop.app, sub=str(account_id), roles=["filmmaker"], name=name)
    return PayoutsClient(http(shop.app)).acting(token)


def awa(shop: Shop) -> PayoutsClient:
    return named(shop, ALICE, "Awa Kossi")


def staff(shop: Shop) -> PayoutsClient:
    return as_person(shop.app, PayoutsClient, DANA, "admin")


async def earned(shop: Shop, account_id: UUID = ALICE, amount: int = EARNED) -> None:
    """Let somebody have earned so much, long ago."""
    legs = [(expense("makers", "XOF"), amount), (maker(account_id, "XOF"), -amount)]
    async with shop.app.state.database.sessions.begin() as session:
        await ledger.post(session, journal(f"earned:{uuid4()}", "earning", legs))


async def story(shop: Shop, payout_id: UUID, *states: str) -> PayoutStory:
    return await until(lambda: staff(shop).payout(payout_id), lambda found: found.state in states)


async def owed(shop: Shop, account_id: UUID = ALICE) -> int:
    return await available(shop.app.state.database, maker(account_id, "XOF"))


async def test_a_film_maker_is_paid(shop: Shop) -> None:
    await earned(shop)
    me = awa(shop)
    with pytest.raises(PayoutAccountMissing):
        await me.request_payout(PayoutNew(), a_key())
    account = await me.set_payout_account(THERE)
    assert (account.flags, account.phone) == ([], NUMBER)
    assert (await me.set_payout_account(THERE)).id == account.id

    key = a_key()
    payout = await me.request_payout(PayoutNew(amount=6000), key)
    assert (await me.request_payout(PayoutNew(amount=6000), key)).id == payout.id
    with pytest.raises(PayoutKeyReused):
        await me.request_payout(PayoutNew(amount=7000), key)
    assert payout.state == PayoutState.pending
    assert await owed(shop) == EARNED - 6000, "held back from the moment it was asked for"
    with pytest.raises(PayoutTooSmall):
        await me.request_payout(PayoutNew(amount=6000), a_key())

    await staff(shop).approve_payout(payout.id, confirms_name=True)
    done = await story(shop, payout.id, "succeeded")
    assert (done.approved_by, [one.state for one in done.attempts]) == (str(DANA), ["approved"])
    assert [giving.phone for giving in shop.rail.givings.values()] == [NUMBER]
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == -6000
    assert await balance(shop.app.state.database, under_way("XOF")) == 0
    assert (await staff(shop).approve_payout(payout.id)).state == PayoutState.succeeded
    seen = await as_person(shop.app, EarningsClient, ALICE).my_earnings()
    assert (seen.balance_amount, seen.paid_amount, seen.moving_amount) == (3000, 6000, 0)


async def test_nobody_approves_their_own_payout(shop: Shop) -> None:
    await earned(shop, DANA)
    me = named(shop, DANA, "Kossi Awa Afi")
    await me.set_payout_account(THERE)
    payout = await me.request_payout(PayoutNew(), a_key())
    with pytest.raises(OwnPayout):
        await staff(shop).approve_payout(payout.id)
    with pytest.raises(Forbidden):
        await as_person(shop.app, PayoutsClient, BOB, "moderator").approve_payout(payout.id)
    forged = "UPDATE payout SET approved_by = account_id::text"
    assert "not_by_oneself" in await refused(shop.app.state.database, forged)
    other = as_person(shop.app, PayoutsClient, CHARLIE)
    with pytest.raises(PayoutNotFound):
        await other.withdraw_payout(payout.id)
    assert (await other.my_payouts()).items == []


async def test_two_who_ask_at_once_do_not_get_it_twice(shop: Shop) -> None:
    await earned(shop)
    me = awa(shop)
    await me.set_payout_account(THERE)

    async def ask() -> bool:
        try:
            await me.request_payout(PayoutNew(amount=EARNED), a_key())
        except PayoutTooSmall:
            return False
        return True

    assert sorted(await asyncio.gather(*(ask() for _ in range(4)))) == [False] * 3 + [True]
    assert await owed(shop) == 0


async def test_what_is_refused_or_withdrawn_is_the_makers_again(shop: Shop) -> None:
    await earned(shop)
    me = awa(shop)
    await me.set_payout_account(THERE)
    first = await me.request_payout(PayoutNew(amount=2000), a_key())
    await staff(shop).hold_payout(first.id, "please wait")
    assert (await staff(shop).refuse_payout(first.id, "wrong month")).note == "wrong month"
    second = await me.request_payout(PayoutNew(amount=3000), a_key())
    assert (await me.withdraw_payout(second.id)).reason == "withdrawn"
    assert (await me.withdraw_payout(second.id)).state == PayoutState.failed
    assert await owed(shop) == EARNED

    third = await me.request_payout(PayoutNew(), a_key())
    no = {"state": "declined", "ref": "g-1"}
    shop.rail.troubles.append(Trouble("POST /givings", 422, no))
    await staff(shop).approve_payout(third.id, confirms_name=True)
    assert (await story(shop, third.id, "failed")).reason == "refused"
    assert await owed(shop) == EARNED
    assert shop.rail.held("XOF") == 0
    for late in (staff(shop).approve_payout(third.id), me.withdraw_payout(third.id)):
        with pytest.raises(PayoutSettled):
            await late


@pytest.mark.parametrize("trouble", [answer_lost("POST /givings"), Trouble("POST /givings", 503)])
async def test_an_unknown_outcome_is_asked_about_and_paid_once(
    shop: Shop, trouble: Trouble
) -> None:
    await earned(shop)
    me = awa(shop)
    await me.set_payout_account(THERE)
    payout = await me.request_payout(PayoutNew(), a_key())
    shop.rail.troubles.append(trouble)
    await staff(shop).approve_payout(payout.id, confirms_name=True)
    await until(
        lambda: staff(shop).payout(payout.id), lambda found: bool(found.attempts[0].trouble)
    )
    assert (await story(shop, payout.id, "in_transit")).attempts[0].state == "unknown"
    await hurried(shop.app)
    done = await story(shop, payout.id, "succeeded")
    assert list(shop.rail.givings) == [str(done.attempts[0].id)]
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == -EARNED


async def test_a_changed_number_waits_and_takes_what_waits_along(shop: Shop) -> None:
    await earned(shop)
    me = awa(shop)
    await me.set_payout_account(THERE)
    payout = await me.request_payout(PayoutNew(amount=2000), a_key())
    other = THERE.model_copy(update={"phone": "+2290196000000"})
    await me.set_payout_account(other)
    held = await staff(shop).payout(payout.id)
    assert (held.state, held.reason, held.phone) == ("held", "new_account", other.phone)
    with pytest.raises(PayoutHeld) as caught:
        await staff(shop).approve_payout(payout.id)
    assert caught.value.extra["why"] == "new_account"
    assert (await me.request_payout(PayoutNew(amount=1000), a_key())).state == PayoutState.held
    async with shop.app.state.database.sessions.begin() as session:
        by = {"by": timedelta(days=4)}
        await session.execute(
            text("UPDATE payout_account SET usable_at = usable_at - CAST(:by AS interval)"), by
        )
    await staff(shop).approve_payout(payout.id, confirms_name=True)
    assert (await story(shop, payout.id, "succeeded")).phone == other.phone


async def test_another_name_or_a_shared_number_is_looked_at_first(shop: Shop) -> None:
    await awa(shop).set_payout_account(THERE)
    await earned(shop, BOB)
    me = named(shop, BOB, "Bob Mensah")
    account = await me.set_payout_account(THERE)
    assert account.flags == ["name", "duplicate"]
    payout = await me.request_payout(PayoutNew(), a_key())
    assert (payout.state, payout.reason) == ("held", "flags")
    with pytest.raises(PayoutHeld):
        await staff(shop).approve_payout(payout.id)
    flagged = await staff(shop).payout_accounts(flagged=True)
    assert [one.id for one in flagged.items] == [account.id]
    checked = await staff(shop).check_payout_account(account.id)
    assert checked.checked_by == str(DANA)
    assert (await staff(shop).payout(payout.id)).state == PayoutState.pending
    assert (await staff(shop).approve_payout(payout.id)).state == PayoutState.in_transit
    assert account.id not in {
        one.id for one in (await staff(shop).payout_accounts(flagged=True)).items
    }


async def test_numbers_that_cannot_be_paid_are_refused(shop: Shop) -> None:
    me = awa(shop)
    with pytest.raises(WrongPhone):
        await me.set_payout_account(THERE.model_copy(update={"phone": "12"}))
    with pytest.raises(MethodUnavailable):
        await me.set_payout_account(THERE.model_copy(update={"method": "carrier_pigeon"}))
    old_number = await me.set_payout_account(THERE.model_copy(update={"phone": "97000000"}))
    assert old_number.phone == NUMBER, "Bénin's eight digits are ten now"
