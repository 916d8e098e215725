"""Attempts: written before the provider is called, and followed to their end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from kit.contracts.payments.errors import (
    MethodUnavailable,
    OrderClosed,
    OrderKeyReused,
    OrderNotFound,
    ProviderNotFound,
    TooManyAttempts,
    WrongPhone,
)
from kit.contracts.payments.order_stories import AttemptQuery, ProviderChange
from kit.contracts.payments.orders import AttemptState, OrderState
from tests.cast import ALICE, BOB, CHARLIE, DANA
from tests.conftest import Start
from tests.factories.selling import PHONE, PRICE, a_key, ordered, paying
from tests.fakes.network import answer_lost, dropped
from tests.kit.queueing import until
from tests.payments_service.conftest import MakeSettings
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


async def test_an_approved_payment_pays_the_order_and_gives_it_once(shop: Shop) -> None:
    alice = shop.person(ALICE)
    order = await paying(alice, await ordered(alice))
    attempt = order.attempts[-1]
    assert (order.state, attempt.state) == (OrderState.pending, AttemptState.pending)
    assert attempt.phone == "+229••••••••00"
    shop.rail.approve(shop.charge_of(order).ref)
    seen = await alice.look(order.id)
    assert (seen.state, seen.given) == (OrderState.fulfilled, {"times": 1})
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == PRICE
    for _ in range(3):  # nothing more comes of asking again
        assert await looked(shop.app, attempt.id) == "same"
    assert (await alice.order(order.id)).given == {"times": 1}
    with pytest.raises(OrderClosed):
        await paying(alice, order)
    (journal,) = (await story(shop.app, order.id)).journals
    assert sum(each.amount for each in journal.lines) == 0


async def test_the_fee_that_a_provider_keeps_is_an_expense(shop: Shop) -> None:
    order = await paying(shop.stranger, await ordered(shop.stranger))
    shop.charge_of(order).fee = 27
    shop.rail.approve(shop.charge_of(order).ref)
    await looked(shop.app, order.attempts[-1].id)
    (journal,) = (await story(shop.app, order.id)).journals
    lines = {each.account: each.amount for each in journal.lines}
    assert lines["expense:fees:plain:XOF"] == 27
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == PRICE - 27


async def test_one_key_begins_one_payment_even_at_the_same_moment(shop: Shop) -> None:
    alice, key = shop.person(ALICE), a_key()
    order = await ordered(alice)
    found = await asyncio.gather(*(paying(alice, order, key=key) for _ in range(4)))
    assert {len(each.attempts) for each in found} == {1}
    assert shop.rail.count("POST /charges") == len(shop.rail.charges) == 1
    with pytest.raises(OrderKeyReused):
        await paying(alice, order, "moov", key=key)


async def test_what_cannot_be_paid_with_is_refused_before_anything_is_written(shop: Shop) -> None:
    alice = shop.person(ALICE)
    order = await ordered(alice)
    with pytest.raises(WrongPhone):
        await paying(alice, order, phone="12")
    with pytest.raises(ProviderNotFound):
        await paying(alice, order, provider="nobody")
    with pytest.raises(MethodUnavailable):
        await paying(alice, order, "paypal")  # the provider says that it does not work now
    with pytest.raises(OrderNotFound):
        await paying(shop.person(BOB), order)
    assert (await alice.order(order.id)).attempts == []
    assert not shop.rail.charges


async def test_a_paused_provider_takes_no_new_payments_and_ends_those_under_way(shop: Shop) -> None:
    dana, alice = shop.person(DANA, "admin"), shop.person(ALICE)
    order = await paying(alice, await ordered(alice))
    changed = await dana.change_provider("plain", ProviderChange(is_paused=True, reason="Panne"))
    assert (changed.is_paused, changed.open_count) == (True, 1)
    with pytest.raises(MethodUnavailable):
        await paying(alice, order)
    shop.rail.approve(shop.charge_of(order).ref)
    assert (await alice.look(order.id)).state is OrderState.fulfilled
    await dana.change_provider("plain", ProviderChange(is_paused=False))
    await paying(shop.person(BOB), await ordered(shop.person(BOB)))


async def test_three_open_payments_of_one_order_are_enough(shop: Shop) -> None:
    order = await ordered(shop.stranger)
    for _ in range(3):
        await paying(shop.stranger, order)
    with pytest.raises(TooManyAttempts):
        await paying(shop.stranger, order)


async def test_a_refusal_says_why_and_leaves_the_order_to_be_paid_otherwise(shop: Shop) -> None:
    alice = shop.person(ALICE)
    order = await paying(alice, await ordered(alice), phone="+2290197000099")
    refused = order.attempts[-1]
    assert (refused.state, refused.reason) == (AttemptState.declined, "wrong_number")
    order = await paying(alice, order, phone=PHONE)
    assert [each.state for each in order.attempts] == [AttemptState.declined, AttemptState.pending]


async def test_a_provider_that_is_away_was_told_nothing(shop: Shop) -> None:
    alice = shop.person(ALICE)
    order = await ordered(alice)
    await paying(alice, await ordered(alice))  # it works now, and is believed for a minute
    await shop.rail.__aexit__()
    found = await paying(alice, order)
    assert (found.attempts[-1].state, found.attempts[-1].reason) == (
        AttemptState.declined,
        "operator_down",
    )


async def test_a_charge_whose_answer_got_lost_is_unknown_until_it_is_found(shop: Shop) -> None:
    alice = shop.person(ALICE)
    shop.rail.troubles.append(answer_lost("POST /charges"))
    order = await paying(alice, await ordered(alice))
    assert order.attempts[-1].state is AttemptState.unknown
    shop.rail.approve(shop.charge_of(order).ref)
    await aged(shop.app, timedelta(seconds=11))
    assert (await settled(shop.app, order, "fulfilled")).given == {"times": 1}
    assert await in_books(shop.app, shop.rail) == PRICE


async def test_a_charge_that_never_arrived_ends_after_a_minute(shop: Shop) -> None:
    shop.rail.troubles.append(dropped("POST /charges"))
    order = await paying(shop.stranger, await ordered(shop.stranger))
    attempt = order.attempts[-1]
    assert attempt.state is AttemptState.unknown
    assert await looked(shop.app, attempt.id) == "unheard"
    await aged(shop.app, timedelta(minutes=2))

    async def ended() -> bool:
        found = (await story(shop.app, order.id)).attempts[-1]
        return found.state is AttemptState.expired

    await until(ended)
    assert not shop.rail.charges


async def test_declined_then_approved_pays(shop: Shop) -> None:
    order = await paying(shop.stranger, await ordered(shop.stranger))
    ref = shop.charge_of(order).ref
    shop.rail.decline(ref)
    assert await looked(shop.app, order.attempts[-1].id) == "moved"
    shop.rail.approve(ref)
    assert await looked(shop.app, order.attempts[-1].id) == "paid"
    shop.rail.decline(ref)  # what a provider says afterwards takes nothing away
    assert await looked(shop.app, order.attempts[-1].id) == "same"
    assert await in_books(shop.app, shop.rail) == PRICE


async def test_a_second_payment_of_one_order_is_sent_back(shop: Shop) -> None:
    alice = shop.person(ALICE)
    first = await paying(alice, await ordered(alice))
    second = await paying(alice, first)
    for order in (first, second):
        shop.rail.approve(shop.charge_of(order).ref)
    assert await looked(shop.app, first.attempts[-1].id) == "paid"
    assert await looked(shop.app, second.attempts[-1].id) == "unmatched"
    await sent_back(shop)
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == PRICE
    found = await story(shop.app, first.id)
    assert [each.is_matched for each in found.attempts] == [True, False]
    assert found.attempts[-1].reason == "paid_already"
    assert found.order.given == {"times": 1}


@pytest.mark.parametrize("amount", [PRICE - 1, PRICE + 1, 1])
async def test_another_amount_than_asked_pays_nothing_and_is_sent_back(
    shop: Shop, amount: int
) -> None:
    order = await paying(shop.stranger, await ordered(shop.stranger))
    shop.rail.approve(shop.charge_of(order).ref, amount=amount)
    assert await looked(shop.app, order.attempts[-1].id) == "unmatched"
    await sent_back(shop)
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == 0
    found = await story(shop.app, order.id)
    assert (found.order.state, found.attempts[-1].reason) == (OrderState.pending, "wrong_amount")


async def test_an_answer_about_another_attempt_moves_nothing(shop: Shop) -> None:
    order = await paying(shop.stranger, await ordered(shop.stranger))
    other = await paying(shop.stranger, await ordered(shop.stranger))
    charge, mixed_up = shop.charge_of(order), shop.charge_of(other)
    shop.rail.approve(charge.ref)
    charge.attempt, mixed_up.attempt = mixed_up.attempt, charge.attempt
    assert await looked(shop.app, other.attempts[-1].id) == "contradiction"
    assert await in_books(shop.app, shop.rail) == 0
    found = await shop.person(DANA, "admin").attempts(AttemptQuery(order_id=other.id))
    assert charge.ref in found.items[0].trouble


async def test_another_currency_is_charged_at_the_rate_that_was_quoted(shop: Shop) -> None:
    alice = shop.person(ALICE)
    shop.rail.answers = "approved"
    shop.app.state.tools.kept.clear()
    order = await paying(alice, await ordered(alice), "euro")
    attempt = order.attempts[-1]
    assert (attempt.amount, attempt.currency, attempt.rate) == (229, "EUR", "655.957")
    assert order.state is OrderState.fulfilled
    assert await in_books(shop.app, shop.rail, "EUR") == 229
    (journal,) = (await story(shop.app, order.id)).journals
    for currency in ("EUR", "XOF"):
        assert sum(one.amount for one in journal.lines if one.currency == currency) == 0


async def test_the_ways_to_pay_begin_with_the_operator_of_the_number(shop: Shop) -> None:
    found = await shop.stranger.methods(PRICE, "XOF", "BJ", "95 00 00 00")
    assert (found.phone, found.country) == ("+2290195000000", "BJ")
    plain = [each.method for each in found.items if each.provider == "plain"]
    assert plain == ["moov", "mtn", "card", "euro"]
    assert next(each.is_predicted for each in found.items if each.method == "moov")
    assert found.items[-1].currency == "EUR"
    for _ in range(3):
        shop.rail.troubles.append(dropped("POST /charges"))
        await paying(shop.stranger, await ordered(shop.stranger), "moov")
    shop.app.state.tools.kept.clear()
    found = await shop.stranger.methods(PRICE, "XOF", "BJ", "95 00 00 00")
    assert [each.method for each in found.items if each.is_shaky] == ["moov"]
    assert found.items[-1].method == "moov"
    shop.rail.is_down = True
    shop.app.state.tools.kept.clear()
    assert (await shop.stranger.methods(PRICE, "XOF", "BJ")).items == []


async def test_who_waits_sees_the_payment_as_it_comes(shop: Shop) -> None:
    order = await ordered(shop.stranger)
    stream = shop.stranger.order_stream(order.id, order.secret or "")
    with pytest.raises(OrderNotFound):
        await anext(shop.person(CHARLIE).order_stream(order.id))
    shop.rail.answers = "approved"
    told = await asyncio.gather(_all(stream), paying(shop.stranger, order))
    assert b'"state":"fulfilled"' in told[0]


async def sent_back(shop: Shop) -> None:
    """Wait until what came for nothing was sent back."""

    async def done() -> bool:
        return await owed_back(shop.app) == 0

    await until(done)


async def _all(stream: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in stream])
