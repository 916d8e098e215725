"""Disputes as Stripe and PayPal tell of them: begun, ended, in part, with fees, unannounced."""

from collections.abc import AsyncIterator

import pytest

from kit.contracts.payments.orders import OrderState
from kit.contracts.payments.refunds import DisputeOutcome, DisputeState
from payments_service.actions.refunds import reviewing
from payments_service.rules.accounts import disputed, expense
from payments_service.rules.disputes import part_of
from tests.conftest import Start
from tests.fakes.network import dropped
from tests.payments_service.books import balance
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.disputing import Till, a_till, follow, reversal
from tests.payments_service.paying import looked, story


@pytest.fixture
async def till(settings: MakeSettings, start: Start) -> AsyncIterator[Till]:
    async with a_till(settings, start) as found:
        yield found


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


@pytest.mark.parametrize("lists_funds", [True, False])
async def test_what_paypal_keeps_for_a_complaint_is_booked_as_it_tells(
    till: Till, lists_funds: bool
) -> None:
    order, charge = await till.sold(till.paypal)
    till.paypal.lists_funds = lists_funds
    fees, database = expense("fees:paypal", "EUR"), till.app.state.database
    till.paypal.complain(charge.ref)
    await till.told(till.paypal)
    await till.dispute(order, "open")
    assert await balance(database, fees) == 0, "what it does not tell is not guessed"
    for status, outcome, state, fee in (
        ("UNDER_REVIEW", "", "open", 1600),
        ("RESOLVED", "RESOLVED_BUYER_FAVOUR", "lost", 1600),
        ("RESOLVED", "RESOLVED_SELLER_FAVOUR", "won", 0),  # appealed: the fee came back
        ("RESOLVED", "RESOLVED_BUYER_FAVOUR", "lost", 1600),
    ):
        till.paypal.complain(charge.ref, status, outcome, fee=fee)
        await till.told(till.paypal)
        await till.dispute(order, state)
        await till.is_right(till.paypal)
        assert await balance(database, fees) == fee


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


async def test_old_news_moves_nothing(till: Till) -> None:
    order, charge = await till.sold(till.stripe)
    attempt_id = order.attempts[-1].id
    await follow(till.app, attempt_id, reversal(DisputeState.lost, 5))
    for state in (DisputeState.open, DisputeState.won):
        await follow(till.app, attempt_id, reversal(state, 1))
    found = await till.dispute(order, "lost")
    assert found.note == ""
    assert await balance(till.app.state.database, disputed(charge.currency)) == 0
    assert await balance(till.app.state.database, till.account(till.stripe, charge)) == 0


def test_a_part_of_an_order_is_what_of_its_money_is_gone() -> None:
    cases = [((1500, 229, 229), 1500), ((1500, 300, 229), 1500), ((1500, 100, 229), 655),
             ((1500, 1, 3000), 1), ((0, 100, 229), 0)]  # fmt: skip
    assert [part_of(*asked) for asked, _ in cases] == [part for _, part in cases]
