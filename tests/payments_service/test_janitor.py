"""The janitor: a missed webhook changes how soon, never whether."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from kit.contracts.payments.orders import AttemptState as S
from kit.contracts.payments.orders import OrderState
from payments_service.rules import attempts
from tests.conftest import Start
from tests.factories.selling import PRICE, ordered, paying
from tests.kit.queueing import until
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.paying import Shop, a_shop, aged, in_books, settled, story

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECONDS = [10, 30, 60, 120, 300, 900, 3600, 86400]


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start) as found:
        yield found


@pytest.mark.parametrize("state", [S.new, S.unknown, S.pending, S.declined, S.expired])
def test_a_provider_is_asked_at_each_step_of_the_first_day(state: S) -> None:
    at, asked = START, []
    for _ in SECONDS:
        found = attempts.next_check(state, START, at)
        assert found is not None
        asked.append(int((found - START).total_seconds()))
        at = found
    assert asked == SECONDS


def test_what_is_open_is_asked_for_a_week_and_what_failed_for_a_day() -> None:
    day, week = START + timedelta(days=1), START + timedelta(days=7)
    assert attempts.next_check(S.pending, START, day) == day + timedelta(days=1)
    assert attempts.next_check(S.pending, START, week) is None
    assert attempts.is_given_up(S.pending, START, week)
    assert attempts.next_check(S.declined, START, day) is None
    assert attempts.next_check(S.approved, START, START) is None


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("seen", list(S))
def test_states_never_go_back_and_an_approval_never_comes_too_late(state: S, seen: S) -> None:
    found = attempts.moved(state, seen)
    assert attempts.RANK[found] >= attempts.RANK[state]
    assert found in {state, seen}
    assert S.approved not in {state, seen} or found is S.approved


async def test_without_any_webhook_each_payment_comes_to_its_end(shop: Shop) -> None:
    found = [await paying(shop.stranger, await ordered(shop.stranger)) for _ in range(3)]
    refs = [shop.charge_of(order).ref for order in found]
    shop.rail.approve(refs[0])
    shop.rail.decline(refs[1])
    shop.rail.waiting.clear()
    await aged(shop.app, timedelta(seconds=11))
    await settled(shop.app, found[0], "fulfilled")

    async def declined() -> bool:
        return (await story(shop.app, found[1].id)).attempts[-1].state is S.declined

    await until(declined)
    # The payer tries again at the provider, hours later, and no webhook tells.
    shop.rail.approve(refs[1])
    shop.rail.approve(refs[2])
    shop.rail.waiting.clear()
    await aged(shop.app, timedelta(hours=25))
    for order in found[1:]:
        assert (await settled(shop.app, order, "fulfilled")).given == {"times": 1}
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == 3 * PRICE


async def test_a_provider_that_is_down_is_asked_again_until_it_is_back(shop: Shop) -> None:
    order = await paying(shop.stranger, await ordered(shop.stranger))
    shop.rail.approve(shop.charge_of(order).ref)
    shop.rail.waiting.clear()
    shop.rail.is_down = True
    await aged(shop.app, timedelta(hours=2))

    async def troubled() -> bool:
        return bool((await story(shop.app, order.id)).attempts[-1].trouble)

    await until(troubled)
    attempt = (await story(shop.app, order.id)).attempts[-1]
    assert attempt.next_check_at is not None
    assert attempt.next_check_at - attempt.created_at < timedelta(hours=2, minutes=6)
    shop.rail.is_down = False
    await aged(shop.app, timedelta(minutes=6))
    found = await settled(shop.app, order, "fulfilled")
    assert found.state is OrderState.fulfilled


async def test_what_was_paid_and_could_not_be_given_is_given_later(
    settings: MakeSettings, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payments_service.actions.orders.settling.FIRST_OURS_SECONDS", 0.3)
    async with a_shop(settings, start) as shop:
        shop.app.state.tools.seller("film").troubles = 1
        order = await paying(shop.stranger, await ordered(shop.stranger))
        shop.rail.approve(shop.charge_of(order).ref)
        await shop.rail.deliver(shop.post)
        await settled(shop.app, order, "paid")
        assert (await settled(shop.app, order, "fulfilled")).given == {"times": 1}
