"""Subscriptions: begun, renewed, unpaid, paused, changed, ended; the token follows all of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from kit import clock
from kit.contracts.payments.errors import (
    NeedsAccount,
    NoSubscription,
    NotPossibleNow,
    PlanNotOnSale,
    SubscribedAlready,
    TrialNotOffered,
    TrialUsed,
)
from kit.contracts.payments.orders import AttemptNew, OrderKind, OrderNew
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.promotions import CountryPriceNew
from kit.contracts.payments.subscriptions import (
    Interval,
    PeriodKind,
    PlanChange,
    SubscriptionQuery,
    SubscriptionState,
)
from kit.contracts.tokens import TokensClient
from kit.errors import Forbidden, Unauthenticated
from payments_service.queries import orders
from tests.cast import ALICE, BOB
from tests.conftest import Start
from tests.factories.payments import as_person, as_stranger
from tests.factories.selling import a_key
from tests.payments_service.conftest import MakeSettings, _signer
from tests.payments_service.subscribing import House, a_house
from tests.wiring import http

State = SubscriptionState


def days(count: float) -> timedelta:
    return timedelta(days=count)


@pytest.fixture
async def house(settings: MakeSettings, start: Start, tokens_app: FastAPI) -> AsyncIterator[House]:
    tokens = TokensClient(http(tokens_app), _signer("payments_service", "tokens_service"))
    async with a_house(settings, start, tokens) as found:
        yield found


async def test_plans_are_kept_by_staff_and_cost_what_a_country_pays(house: House) -> None:
    alice = house.subscriber(ALICE)
    with pytest.raises(Forbidden):
        await alice.plans(everything=True)
    monthly = await house.a_plan(title_en="Members", trial_days=7)
    yearly = await house.a_plan(Interval.year, position=1)
    await house.promoter.set_country_price(
        CountryPriceNew(
            kind="subscription", subject=str(monthly.id), country="FR", amount=499, currency="EUR"
        )
    )
    shown = (await as_stranger(house.app, type(alice)).plans("FR")).items
    assert [(one.id, one.amount, one.currency) for one in shown] == [
        (monthly.id, 499, "EUR"),
        (yearly.id, 20_000, "XOF"),
    ]
    assert (await alice.plan(monthly.id, "TG")).amount == 2000
    await house.keeper.change_plan(yearly.id, PlanChange(is_on_sale=False))
    assert [one.id for one in (await alice.plans()).items] == [monthly.id]
    with pytest.raises(PlanNotOnSale):
        await house.ordered(ALICE, yearly)
    abroad = await house.ordered(ALICE, monthly, country="FR", locale="en")
    assert (abroad.amount, abroad.currency, abroad.title) == (499, "EUR", "Members · one month")
    new = OrderNew(kind=OrderKind.subscription, subject=str(monthly.id))
    with pytest.raises(NeedsAccount):
        await as_stranger(house.app, OrdersClient).make_order(new, a_key())
    with pytest.raises(Unauthenticated):
        await as_stranger(house.app, type(alice)).mine()


async def test_who_pays_sees_members_films_in_the_same_request(house: House) -> None:
    plan = await house.a_plan()
    assert not await house.opens(ALICE)
    found = await house.subscribed(ALICE, plan)
    assert found.state is State.active
    assert days(28) <= found.period_end - found.period_start <= days(31)
    assert found.access_until == found.period_end + days(plan.grace_days)
    assert await house.opens(ALICE)
    assert not await house.opens(BOB)
    assert await house.income() == 2000
    assert [kind for kind, _ in await house.notices()] == ["subscription.started"]
    (period,) = (await house.story(ALICE)).periods
    assert (period.kind, period.amount) == (PeriodKind.payment, 2000)
    # A second one is no subscription, and nobody pays months ahead by mistake.
    with pytest.raises(SubscribedAlready):
        await house.ordered(ALICE, plan)
    listed = await house.keeper.subscriptions(SubscriptionQuery(state=State.active))
    assert [one.id for one in listed.items] == [found.id]
    assert (await house.keeper.plans(everything=True)).items[0].subscribers == 1


async def test_giving_twice_gives_once_and_two_payments_two_periods(house: House) -> None:
    plan = await house.a_plan()
    both = [await house.ordered(ALICE, plan), await house.ordered(ALICE, plan)]
    await asyncio.gather(*(house.paid(ALICE, one) for one in both))
    seller = house.tools.seller("subscription")
    for one in both:
        async with house.app.state.database.sessions.begin() as session:
            order = await orders.order_for_update(session, one.id)
            await seller.fulfil(session, house.tools, order)
    story = await house.story(ALICE)
    assert len(story.periods) == 2
    assert days(59) <= story.period_end - story.started_at <= days(62)
    assert await house.income() == 4000
    assert await house.opens(ALICE)


async def test_a_trial_is_had_once_and_ends_unless_it_is_paid(house: House) -> None:
    plan, dear = await house.a_plan(trial_days=7), await house.a_plan(Interval.year)
    alice, bob = house.subscriber(ALICE), house.subscriber(BOB)
    assert (await alice.mine()).may_try
    with pytest.raises(TrialNotOffered):
        await alice.begin_trial(dear.id)
    tried = await alice.begin_trial(plan.id)
    assert (tried.state, tried.access_until) == (State.trialing, tried.period_end)
    assert (await alice.begin_trial(plan.id)).id == tried.id
    assert await house.opens(ALICE)
    await bob.begin_trial(plan.id)
    await house.subscribed(BOB, plan)
    await house.later(days(4.5))
    ((_, values),) = await house.notices("subscription.renewal_due")
    assert (values["plan"], values["amount"].replace("\u202f", " ")[:5]) == ("VIP", "2 000")
    await house.later(days(3))
    assert (await house.mine(ALICE)).state is State.expired
    assert not await house.opens(ALICE)
    with pytest.raises(TrialUsed):
        await alice.begin_trial(plan.id)
    assert not (await alice.mine()).may_try
    paid = await house.mine(BOB)
    assert paid.state is State.active
    assert paid.period_end - tried.period_end > days(27 - 8)
    assert await house.opens(BOB)


async def test_a_renewal_is_reminded_of_with_a_link_that_anybody_can_pay_by(house: House) -> None:
    plan = await house.a_plan()
    before = await house.subscribed(ALICE, plan)
    await house.later(before.period_end - before.period_start - days(2.5))
    await house.look()
    ((_, values),) = await house.notices("subscription.renewal_due")
    found = await house.mine(ALICE)
    order_id, _, secret = values["link"].rpartition("/orders/")[2].partition("/with/")
    assert str(found.renewal_order_id) == order_id
    assert (await house.subscriber(ALICE).renew()).secret == secret
    friend = as_person(house.app, OrdersClient, BOB)
    new = AttemptNew(provider="plain", method="mtn", phone="+2290197000000")
    await friend.pay(found.renewal_order_id, new, a_key(), secret)  # type: ignore[arg-type]  # it has one
    after = await house.mine(ALICE)
    assert days(28) <= after.period_end - found.period_end <= days(31)
    assert after.renewal_order_id is None
    await house.later(days(5))
    assert (await house.mine(ALICE)).state is State.active
    assert await house.opens(ALICE)
    assert len(await house.notices("subscription.renewal_due")) == 1


async def test_a_year_is_reminded_of_two_weeks_before_at_the_price_of_that_day(
    house: House,
) -> None:
    plan = await house.a_plan(Interval.year)
    begun = await house.subscribed(ALICE, plan)
    await house.keeper.change_plan(plan.id, PlanChange(amount=25_000))
    await house.later(begun.period_end - begun.period_start - days(13.5))
    ((_, values),) = await house.notices("subscription.renewal_due")
    assert (await house.mine(ALICE)).amount == 25_000
    # What was missed is said once.
    await house.later(days(13))
    assert len(await house.notices("subscription.renewal_due")) == 2
    # A plan in another currency cannot go on by itself; the clock does.
    await house.keeper.change_plan(plan.id, PlanChange(currency="EUR"))
    await house.later(days(5))
    assert (await house.mine(ALICE)).state is State.expired
    assert "25" in values["amount"]


async def test_unpaid_films_stay_open_for_the_grace_and_a_late_payment_brings_it_back(
    house: House,
) -> None:
    plan = await house.a_plan()
    begun = await house.subscribed(ALICE, plan)
    await house.later(begun.period_end - begun.period_start + timedelta(hours=1))
    late = await house.mine(ALICE)
    assert (late.state, late.may) == (State.past_due, ["cancel", "change", "renew"])
    assert await house.opens(ALICE)
    assert [kind for kind, _ in await house.notices()][1:] == ["subscription.past_due"]
    renewal = await house.subscriber(ALICE).renew()
    await house.later(days(3))
    assert (await house.mine(ALICE)).state is State.expired
    assert not await house.opens(ALICE)
    assert [kind for kind, _ in await house.notices()][-1] == "subscription.ended"
    with pytest.raises(NoSubscription):
        await house.subscriber(ALICE).renew()
    # Mobile money that is approved after all is not lost: it begins anew.
    async with house.app.state.database.sessions.begin() as session:
        await session.execute(
            text('UPDATE "order" SET expires_at = :at WHERE id = :id'),
            {"at": clock.now() + timedelta(hours=1), "id": renewal.order_id},
        )
    await house.paid(ALICE, await house.buyer(ALICE).order(renewal.order_id))
    back = await house.mine(ALICE)
    assert (back.state, back.id == late.id) == (State.active, False)
    assert await house.opens(ALICE)


async def test_cancelled_goes_on_until_its_end_unless_it_is_kept(house: House) -> None:
    plan, alice = await house.a_plan(), house.subscriber(ALICE)
    await house.subscribed(ALICE, plan)
    assert (await alice.cancel()).state is State.cancelled
    assert (await alice.cancel()).access_until == (await alice.cancel()).period_end
    assert (await alice.keep()).state is State.active
    await alice.cancel()
    assert await house.opens(ALICE)
    await house.later(days(32))
    assert (await house.mine(ALICE)).state is State.expired
    assert not await house.opens(ALICE)
    assert await house.notices("subscription.renewal_due") == []
    with pytest.raises(NoSubscription):
        await alice.cancel()


async def test_a_pause_closes_the_films_and_keeps_the_days(house: House) -> None:
    plan, alice = await house.a_plan(), house.subscriber(ALICE)
    begun = await house.subscribed(ALICE, plan)
    await house.later(days(10))
    assert (await alice.pause(20)).state is State.paused
    assert not await house.opens(ALICE)
    with pytest.raises(NotPossibleNow):
        await alice.pause(20)
    await house.later(days(5))
    back = await alice.resume()
    length = begun.period_end - begun.period_start
    assert length - days(11.1) <= back.period_end - back.period_start <= length - days(10)
    assert await house.opens(ALICE)
    await alice.pause(3)
    await house.later(days(3.5))
    assert (await house.mine(ALICE)).state is State.active
    assert await house.opens(ALICE)
