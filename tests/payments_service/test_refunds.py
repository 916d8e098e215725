"""Refunds: planned, reserved, sent once, in the books; disputes; money that paid nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.errors import (
    DisputeClosed,
    NotRefundable,
    OrderNotFound,
    RefundKeyReused,
    TooMuchRefunded,
)
from kit.contracts.payments.orders import OrderState
from kit.contracts.payments.papers_client import PapersClient
from kit.contracts.payments.refunds import DisputeOutcome, RefundNew, RefundState
from kit.contracts.payments.refunds_client import RefundsClient
from kit.errors import Forbidden
from payments_service.actions.refunds import disputes
from payments_service.rules.accounts import disputed, expense, income
from tests.cast import ALICE, BOB
from tests.conftest import Start
from tests.factories.payments import as_person, as_stranger
from tests.factories.selling import PRICE, a_key, attempt_id, ordered, paying
from tests.fakes.network import Trouble, answer_lost
from tests.payments_service.books import balance, refused
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import bought, dana, ended, granted, hurried, until
from tests.payments_service.paying import (
    Shop,
    a_shop,
    aged,
    in_books,
    looked,
    owed_back,
    settled,
    story,
)


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start) as found:
        yield found


async def test_who_bought_is_refunded_within_the_window(shop: Shop) -> None:
    order = await bought(shop)
    alice = as_person(shop.app, RefundsClient, ALICE)
    offer = await alice.refund_offer(order.id)
    assert (offer.may, offer.refundable_amount) == (True, PRICE)
    plan = await alice.plan_refund(order.id, RefundNew())
    assert plan.takes_back
    assert plan.rule == "window"
    assert await in_books(shop.app, shop.rail) == PRICE, "a plan changes nothing"

    key = a_key()
    refund = await alice.refund(order.id, RefundNew(reason="je me suis trompée"), key)
    assert (await alice.refund(order.id, RefundNew(), key)).id == refund.id
    with pytest.raises(RefundKeyReused):
        await alice.refund(order.id, RefundNew(way="coins"), key)
    done = await ended(shop, refund.id)
    assert done.state == RefundState.succeeded
    assert [one.state for one in done.attempts] == ["approved"]

    after = await story(shop.app, order.id)
    assert (after.order.state, after.order.refunded_amount) == (OrderState.refunded, PRICE)
    assert after.order.given["taken"] == PRICE, "what was bought is taken back"
    booked = next(one for one in after.journals if one.kind == "refund")
    assert {(one.account, one.amount) for one in booked.lines} == {
        (one.account, one.amount) for one in plan.journals[0].lines
    }, "what was posted is what was planned"
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == 0
    papers = as_person(shop.app, PapersClient, ALICE)
    assert [one.kind for one in (await papers.papers_of(order.id)).items] == [
        "invoice",
        "credit_note",
    ]


async def test_others_may_not_even_ask(shop: Shop) -> None:
    order = await bought(shop)
    for client in (as_person(shop.app, RefundsClient, BOB), as_stranger(shop.app, RefundsClient)):
        with pytest.raises(OrderNotFound):
            await client.refund(order.id, RefundNew(), a_key())
        with pytest.raises(OrderNotFound):
            await client.refund_offer(order.id)
    moderator = as_person(shop.app, RefundsClient, BOB, "moderator")
    with pytest.raises(OrderNotFound):
        await moderator.refund(order.id, RefundNew(), a_key())
    with pytest.raises(Forbidden):
        await moderator.refunds()
    with pytest.raises(NotRefundable):  # coins need an account
        await dana(shop).refund((await bought(shop, None)).id, RefundNew(way="coins"), a_key())


async def test_what_was_watched_or_is_old_is_for_staff_to_refund(shop: Shop) -> None:
    order = await bought(shop)
    alice = as_person(shop.app, RefundsClient, ALICE)
    await granted(shop.app, order.id, uuid4())
    async with shop.app.state.database.sessions.begin() as session:
        await session.execute(text("UPDATE access_grant SET started_at = now()"))
    assert (await alice.refund_offer(order.id)).why_not == "watched"
    with pytest.raises(NotRefundable):
        await alice.refund(order.id, RefundNew(), a_key())
    await aged(shop.app, timedelta(days=8))
    assert (await alice.refund_offer(order.id)).why_not == "late"
    refund = await dana(shop).refund(order.id, RefundNew(amount=500), a_key())
    assert (await ended(shop, refund.id)).rule == "admin"
    found = (await story(shop.app, order.id)).order
    assert (found.state, found.refunded_amount) == (OrderState.partially_refunded, 500)


async def test_never_more_goes_back_than_came_in(shop: Shop) -> None:
    order, staff = await bought(shop), dana(shop)
    with pytest.raises(TooMuchRefunded) as caught:
        await staff.refund(order.id, RefundNew(amount=PRICE + 1), a_key())
    assert caught.value.extra["refundable_amount"] == PRICE

    async def half() -> str:
        try:
            await staff.refund(order.id, RefundNew(amount=PRICE // 2 + 1), a_key())
        except (TooMuchRefunded, NotRefundable):
            return "refused"
        return "asked"

    assert sorted(await asyncio.gather(*(half() for _ in range(5)))) == ["asked", *["refused"] * 4]
    forged = """
        INSERT INTO refund SELECT (refund).* FROM (
            SELECT jsonb_populate_record(refund, jsonb_build_object(
                'id', gen_random_uuid(), 'key', 'forged')) AS refund FROM refund) AS copied
    """
    assert "ck_capture_never_more" in await refused(shop.app.state.database, forged)
    gone = "UPDATE refund SET source_amount = 1"
    assert "is settled" in await refused(shop.app.state.database, gone)


async def test_parts_that_are_refunded_are_the_whole_together(shop: Shop) -> None:
    order, staff = await bought(shop), dana(shop)
    for amount in (1, 333, None):
        refund = await staff.refund(order.id, RefundNew(amount=amount), a_key())
        assert (await ended(shop, refund.id)).state == RefundState.succeeded
    assert (await story(shop.app, order.id)).order.state == OrderState.refunded
    assert await balance(shop.app.state.database, income("films", "XOF")) == 0
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == 0


async def test_what_was_paid_in_another_currency_goes_back_in_it(shop: Shop) -> None:
    shop.rail.answers = "approved"
    alice, staff = shop.person(ALICE), dana(shop)
    order = await ordered(alice)
    paid = await paying(alice, order, "euro", phone=None)
    await looked(shop.app, attempt_id(paid))
    await settled(shop.app, order, OrderState.fulfilled)
    came = await in_books(shop.app, shop.rail, "EUR")
    assert came == shop.rail.held("EUR") == 229
    for amount in (500, 501, None):
        refund = await staff.refund(order.id, RefundNew(amount=amount), a_key())
        assert refund.source_currency == "EUR"
        assert (await ended(shop, refund.id)).state == RefundState.succeeded
        assert await in_books(shop.app, shop.rail, "EUR") == shop.rail.held("EUR")
    assert shop.rail.held("EUR") == 0
    for currency in ("EUR", "XOF"):
        assert await balance(shop.app.state.database, expense("exchange", currency)) == 0


async def test_an_answer_that_is_lost_is_found_and_nothing_is_sent_twice(shop: Shop) -> None:
    order = await bought(shop)
    shop.rail.troubles.append(answer_lost("POST /givings"))
    refund = await dana(shop).refund(order.id, RefundNew(), a_key())
    staff = dana(shop)
    await until(
        lambda: staff.refund_story(refund.id),
        lambda found: found.attempts[0].state == "unknown" and bool(found.attempts[0].trouble),
    )
    await hurried(shop.app)
    assert (await ended(shop, refund.id)).state == RefundState.succeeded
    assert len(shop.rail.givings) == 1
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == 0


async def test_what_never_arrived_is_sent_again_under_the_same_id(shop: Shop) -> None:
    order, staff = await bought(shop), dana(shop)
    shop.rail.troubles.append(Trouble("POST /givings", 503))
    refund = await staff.refund(order.id, RefundNew(), a_key())
    await until(
        lambda: staff.refund_story(refund.id),
        lambda found: bool(found.attempts[0].trouble),
    )
    await hurried(shop.app)
    done = await ended(shop, refund.id)
    assert done.state == RefundState.succeeded
    assert list(shop.rail.givings) == [str(done.attempts[0].id)]


async def test_what_a_provider_refuses_can_be_given_in_coins(shop: Shop) -> None:
    order, staff = await bought(shop), dana(shop)
    no = {"state": "declined", "ref": "g-1"}
    shop.rail.troubles.append(Trouble("POST /givings", 422, no))
    refund = await staff.refund(order.id, RefundNew(), a_key())
    assert (await ended(shop, refund.id)).state == RefundState.failed
    assert (await story(shop.app, order.id)).order.state == OrderState.fulfilled
    alice = as_person(shop.app, RefundsClient, ALICE)
    offer = await alice.refund_offer(order.id)
    assert (offer.coins, offer.bonus_coins) == (PRICE // 10, PRICE // 100)
    refund = await alice.refund(order.id, RefundNew(way="coins"), a_key())
    assert refund.state == RefundState.succeeded
    wallet = await as_person(shop.app, CoinsClient, ALICE).wallet()
    assert wallet.balance == offer.coins + offer.bonus_coins
    assert await in_books(shop.app, shop.rail) == PRICE, "the money stays where it is"


async def test_a_second_payment_goes_back(shop: Shop) -> None:
    alice = shop.person(ALICE)
    order = await ordered(alice)
    first = await paying(alice, order)
    shop.rail.decline(shop.charge_of(first).ref)
    await looked(shop.app, attempt_id(first))
    second = await paying(alice, order)
    for one in (second, first):
        shop.rail.approve(shop.charge_of(one).ref)
        await looked(shop.app, attempt_id(one))
    await until(lambda: owed_back(shop.app), lambda owed: owed == 0)
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == PRICE
    assert (await settled(shop.app, order, OrderState.fulfilled)).refunded_amount == 0


async def test_a_refund_made_in_the_providers_own_dashboard_is_booked(shop: Shop) -> None:
    order = await bought(shop)
    shop.charge_of(order).refunded = 600
    await looked(shop.app, attempt_id(order))
    await settled(shop.app, order, OrderState.partially_refunded)
    await looked(shop.app, attempt_id(order))
    assert (await story(shop.app, order.id)).order.refunded_amount == 600
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == PRICE - 600


@pytest.mark.parametrize("outcome", ["won", "lost"])
async def test_a_dispute_takes_the_money_until_it_is_decided(shop: Shop, outcome: str) -> None:
    order, staff = await bought(shop), dana(shop)
    tools, database = shop.app.state.tools, shop.app.state.database
    for _ in range(2):
        async with database.sessions.begin() as session:
            begun = disputes.Reversal(is_disputed=True)
            await disputes.follow_reversal(session, tools, attempt_id(order), begun)
    (dispute,) = (await staff.disputes()).items
    assert (dispute.amount, dispute.state) == (PRICE, "open")
    assert (await story(shop.app, order.id)).order.state == OrderState.disputed
    assert await balance(database, disputed("XOF")) == PRICE
    assert await in_books(shop.app, shop.rail) == 0
    with pytest.raises(NotRefundable):
        await staff.refund(order.id, RefundNew(), a_key())

    said = DisputeOutcome(outcome="won" if outcome == "won" else "lost")
    for _ in range(2):
        assert (await staff.close_dispute(dispute.id, said)).state == outcome
    other = DisputeOutcome(outcome="lost" if outcome == "won" else "won")
    with pytest.raises(DisputeClosed):
        await staff.close_dispute(dispute.id, other)
    found = (await story(shop.app, order.id)).order
    is_won = outcome == "won"
    assert found.state == (OrderState.fulfilled if is_won else OrderState.disputed)
    assert await balance(database, disputed("XOF")) == 0
    assert await balance(database, income("films", "XOF")) == (-PRICE if is_won else 0)
    assert ("taken" in found.given) is not is_won
