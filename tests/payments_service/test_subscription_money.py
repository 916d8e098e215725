"""Subscriptions and money: other plans, kept cards, refunds, merged accounts; whoever dies."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import text

import accounts_service.app
from accounts_service.settings import Settings as AccountsSettings
from kit.clock import now
from kit.contracts.accounts import AccountsClient
from kit.contracts.payments.errors import (
    SubscribedAlready,
    TrialUsed,
)
from kit.contracts.payments.privacy import PaymentsPrivacyClient
from kit.contracts.payments.subscriptions import (
    Interval,
    SubscriptionState,
)
from kit.contracts.tokens import TokensClient
from kit.errors import Unavailable
from payments_service.actions.subscriptions import following, moving
from payments_service.queries import orders
from tests.cast import ALICE, BOB, CHARLIE
from tests.conftest import DatabaseUrl, Start
from tests.factories import accounts
from tests.payments_service.conftest import MakeSettings, _signer
from tests.payments_service.subscribing import House, a_house, until
from tests.wiring import http

State = SubscriptionState


def days(count: float) -> timedelta:
    return timedelta(days=count)


@pytest.fixture
async def house(settings: MakeSettings, start: Start, tokens_app: FastAPI) -> AsyncIterator[House]:
    tokens = TokensClient(http(tokens_app), _signer("payments_service", "tokens_service"))
    async with a_house(settings, start, tokens) as found:
        yield found


async def test_another_plan_costs_its_price_less_what_is_left_and_less_is_credit(
    house: House,
) -> None:
    monthly, yearly = await house.a_plan(), await house.a_plan(Interval.year)
    alice = house.subscriber(ALICE)
    await house.subscribed(ALICE, monthly)
    await house.later(days(10))
    quote = await alice.change_quote(yearly.id)
    assert quote.amount == quote.due + quote.credit == 20_000
    assert 0 < quote.credit < 1400
    stale = await house.ordered(ALICE, yearly)
    changed = await house.subscribed(ALICE, yearly)
    assert (changed.plan.id, changed.state) == (yearly.id, State.active)
    assert changed.period_end - changed.period_start >= days(365)
    assert await house.income() == 2000 + quote.due
    # The other order for the same change comes too late: its money is kept for later.
    await house.paid(ALICE, stale)
    assert (await house.mine(ALICE)).credit_amount == stale.amount == await house.credit()
    back = await alice.change_quote(monthly.id)
    assert (back.due, back.at_period_end) == (0, True)
    free = await house.ordered(ALICE, monthly)
    assert free.amount == 0

    async def changed_back() -> bool:
        return (await house.mine(ALICE)).plan.id == monthly.id

    await until(changed_back)
    now_monthly = await house.mine(ALICE)
    assert now_monthly.credit_amount == back.credit_left == await house.credit()
    assert await house.income() + await house.credit() == 2000 + quote.due + stale.amount


async def test_a_later_change_waits_for_the_end_of_the_period_and_can_be_taken_back(
    house: House,
) -> None:
    monthly, yearly = await house.a_plan(), await house.a_plan(Interval.year)
    alice = house.subscriber(ALICE)
    await house.subscribed(ALICE, monthly)
    later = await alice.change_later(yearly.id)
    assert (later.next_plan_id, later.amount) == (yearly.id, yearly.amount)
    assert "keep" in later.may
    kept = await alice.keep()
    assert (kept.next_plan_id, kept.amount) == (None, monthly.amount)
    assert "keep" not in kept.may


async def test_a_kept_card_is_charged_when_the_period_ends(house: House) -> None:
    plan, alice = await house.a_plan(), house.subscriber(ALICE)
    begun = await house.subscribed(ALICE, plan, "card", options={"keep_card": True})
    assert begun.is_automatic

    async def renewed() -> bool:
        found = await house.mine(ALICE)
        return found.period_end - found.started_at > days(55)

    async def asked_again() -> bool:
        return len(house.cards.charged) > 1

    await house.later(begun.period_end - begun.period_start - days(2.5))
    assert [kind for kind, _ in await house.notices()][1:] == ["subscription.renewing"]
    await house.later(days(1.6))
    await until(renewed)
    assert house.cards.charged == ["card-1"]
    assert await house.income() == 4000
    # A card that is refused: the subscriber is asked, and it is tried again.
    house.cards.refuses = True
    found = await house.mine(ALICE)
    await house.later(found.period_end - now() - days(0.5))
    await until(asked_again)
    await house.later(days(1))
    assert (await house.notices())[-1][0] == "subscription.past_due"
    assert (await house.mine(ALICE)).state is State.past_due
    assert not (await alice.stop_charging()).is_automatic


async def test_a_refunded_period_is_taken_back(house: House) -> None:
    plan = await house.a_plan()
    order = await house.ordered(ALICE, plan)
    await house.paid(ALICE, order)
    seller = house.tools.seller("subscription")
    for _ in range(2):
        async with house.app.state.database.sessions.begin() as session:
            row = await orders.order_for_update(session, order.id)
            await seller.take_back(session, house.tools, row, order.amount // 2)
    assert await house.opens(ALICE)
    for _ in range(2):
        async with house.app.state.database.sessions.begin() as session:
            row = await orders.order_for_update(session, order.id)
            await seller.take_back(session, house.tools, row, order.amount)
    assert (await house.mine(ALICE)).state is State.expired
    assert not await house.opens(ALICE)
    assert (await house.story(ALICE)).periods == []


async def test_whoever_dies_in_the_middle_has_done_nothing(house: House) -> None:
    plan = await house.a_plan()
    begun = await house.subscribed(ALICE, plan)
    await house.age(begun.period_end - begun.period_start - days(2.5))

    async def killed() -> None:
        async with house.app.state.database.sessions.begin() as session:
            await moving.move(session, house.tools, begun.id)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        await killed()
    assert await house.notices("subscription.renewal_due") == []
    for _ in range(3):
        async with house.app.state.database.sessions.begin() as session:
            await moving.move(session, house.tools, begun.id)
    assert len(await house.notices("subscription.renewal_due")) == 1
    assert (await house.story(ALICE)).renewal_order_id is not None


async def test_the_token_follows_later_when_its_service_was_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = await house.a_plan()
    order = await house.ordered(CHARLIE, plan)

    async def away(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as gone:
        gone.setattr(following, "_follow", away)
        await house.paid(CHARLIE, order)
        assert (await house.mine(CHARLIE)).state is State.active
        assert not await house.opens(CHARLIE)
    await until(lambda: house.opens(CHARLIE))


async def test_two_accounts_that_become_one_have_one_trial_and_one_subscription(
    house: House,
) -> None:
    plan = await house.a_plan(trial_days=7)
    await house.subscriber(ALICE).begin_trial(plan.id)
    signer = _signer("accounts_service", "payments_service")
    privacy = PaymentsPrivacyClient(http(house.app), signer)
    for _ in range(2):
        await privacy.hand_over(ALICE, BOB)
    assert (await house.mine(BOB)).state is State.trialing
    with pytest.raises(SubscribedAlready):
        await house.subscriber(BOB).begin_trial((await house.a_plan(trial_days=9)).id)
    await privacy.forget(BOB)
    async with house.app.state.database.reads() as session:
        left = (await session.execute(text("SELECT state, saved FROM subscription"))).all()
    assert left == [("expired", "")]


async def test_one_mailbox_has_one_trial_whatever_the_account(
    settings: MakeSettings,
    start: Start,
    tokens_app: FastAPI,
    database_url: DatabaseUrl,
    valkey_url: str,
) -> None:
    known = AccountsSettings(
        environment="test", database_url=database_url("accounts_service"), valkey_url=valkey_url
    )
    accounts_app = await start(accounts_service.app.create_app(known))
    first = await accounts.a_viewer(accounts_app, "awa.k@gmail.com")
    second = await accounts.a_viewer(accounts_app, "awak+films@gmail.com")
    other = await accounts.a_viewer(accounts_app, "awa.k@example.org")
    tokens = TokensClient(http(tokens_app), _signer("payments_service", "tokens_service"))
    asked = AccountsClient(http(accounts_app), _signer("payments_service", "accounts_service"))
    async with a_house(settings, start, tokens, asked) as house:
        plan = await house.a_plan(trial_days=7)
        await house.subscriber(accounts.account_id(first)).begin_trial(plan.id)
        with pytest.raises(TrialUsed):
            await house.subscriber(accounts.account_id(second)).begin_trial(plan.id)
        await house.subscriber(accounts.account_id(other)).begin_trial(plan.id)
