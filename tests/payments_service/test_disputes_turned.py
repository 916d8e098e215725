"""Disputes that are turned round after they were decided: appeals, second chargebacks."""

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from kit.contracts.payments.errors import DisputeClosed
from kit.contracts.payments.orders import OrderState
from kit.contracts.payments.refunds import DisputeOutcome, DisputeState
from payments_service.actions.refunds import deciding, disputes, reviewing
from payments_service.providers.provider import Disputed, together
from payments_service.rules.accounts import disputed, expense, income
from payments_service.rules.disputes import Says, Taken, taken
from tests.conftest import Start
from tests.factories.selling import PRICE
from tests.fakes.rail import Rail, RailCharge
from tests.payments_service.books import balance, fetched
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.disputing import Till, a_till, follow, reversal
from tests.payments_service.giving import until
from tests.payments_service.paying import story

OPEN, WON, LOST = DisputeState.open, DisputeState.won, DisputeState.lost
HISTORIES = [
    ("won", "lost"),
    ("lost", "won"),
    ("won", "open", "lost"),
    ("lost", "open", "won"),
    ("lost", "open", "lost"),
    ("won", "lost", "won", "lost", "won"),
]


@pytest.fixture
async def till(settings: MakeSettings, start: Start) -> AsyncIterator[Till]:
    async with a_till(settings, start) as found:
        yield found


def says(till: Till, rail: Rail, charge: RailCharge, state: str) -> None:
    """Let a provider decide, or look at it again."""
    if rail is till.stripe:
        till.stripe.dispute(charge.ref, "under_review" if state == "open" else state, fee=15)
        return
    outcome = {"won": "RESOLVED_SELLER_FAVOUR", "lost": "RESOLVED_BUYER_FAVOUR"}.get(state, "")
    till.paypal.complain(charge.ref, "RESOLVED" if outcome else "UNDER_REVIEW", outcome)


async def given(till: Till, order_id: object) -> dict[str, int]:
    (row,) = await fetched(
        till.app.state.database, 'SELECT given FROM "order" WHERE id = :id', id=order_id
    )
    return dict(row[0])


@pytest.mark.parametrize("name", ["stripe", "paypal"])
@pytest.mark.parametrize("history", HISTORIES, ids=lambda states: ">".join(states))
async def test_the_books_and_what_was_bought_follow_the_last_decision(
    till: Till, history: tuple[str, ...], name: str
) -> None:
    """Each told twice and in any order; after each the books say what the provider holds."""
    rail: Rail = till.stripe if name == "stripe" else till.paypal
    order, charge = await till.sold(rail)
    sales = income("films", "XOF")
    for state in ("open", *history):
        says(till, rail, charge, state)
        await till.told(rail)
        await till.dispute(order, state)
        await till.is_right(rail)
    is_won = history[-1] == "won"
    database = till.app.state.database
    assert await balance(database, disputed(charge.currency)) == 0
    assert await balance(database, sales) == (-PRICE if is_won else 0)
    found = (await story(till.app, order.id)).order
    assert found.refunded_amount == (0 if is_won else PRICE)
    assert found.state == (OrderState.fulfilled if is_won else OrderState.disputed)
    turns = len([1 for one, then in _turns(history) if (one, then) == ("lost", "won")])
    got = await until(lambda: given(till, order.id), lambda got: got.get("again", 0) == turns)
    assert ("taken" in got) is not is_won
    if name == "stripe":
        assert await balance(database, expense("fees:stripe", charge.currency)) == 15


def _turns(history: tuple[str, ...]) -> list[tuple[str, str]]:
    decided = [state for state in history if state != "open"]
    return list(pairwise(decided))


async def test_told_again_it_moves_nothing_and_gives_nothing_twice(till: Till) -> None:
    order, charge = await till.sold(till.stripe)
    attempt_id = order.attempts[-1].id
    for minutes, state in enumerate((OPEN, LOST, WON)):
        for _ in range(3):
            await follow(till.app, attempt_id, reversal(state, minutes))
    got = await until(lambda: given(till, order.id), lambda got: "again" in got)
    async with till.app.state.database.sessions.begin() as session:
        await deciding.give_again(session, till.app.state.tools, order.id)
    assert got == await given(till, order.id)
    assert got["again"] == 1
    told = (await story(till.app, order.id)).journals
    kinds = [one.kind for one in sorted(told, key=lambda one: one.at)]
    assert kinds == ["payment", "dispute_opened", "dispute_lost", "dispute_won"]
    async with till.app.state.database.sessions.begin() as session:
        await disputes.follow_reversal(session, till.app.state.tools, attempt_id, reversal(LOST, 9))
        await session.rollback()  # whoever dies in the middle has done nothing
    await till.dispute(order, "won")
    assert await balance(till.app.state.database, till.account(till.stripe, charge)) == (
        charge.amount
    )


async def test_a_part_that_was_lost_stands_again_to_the_last_franc(till: Till) -> None:
    order, charge = await till.sold(till.stripe)
    for state in ("open", "lost", "won", "lost"):
        till.stripe.dispute(
            charge.ref, "under_review" if state == "open" else state, amount=100, fee=15
        )
        await till.told(till.stripe)
        await till.dispute(order, state)
        await till.is_right(till.stripe)
        part = order.amount * 100 // charge.amount if state == "lost" else 0
        assert (await story(till.app, order.id)).order.refunded_amount == part
        assert await balance(till.app.state.database, income("films", "XOF")) == part - PRICE


async def test_a_second_chargeback_takes_the_rest_of_a_payment(till: Till) -> None:
    """The first took a part and is lost; the second is about what was left."""
    order, charge = await till.sold(till.stripe)
    attempt_id, database = order.attempts[-1].id, till.app.state.database
    rest = charge.amount - 100

    async def told(state: DisputeState, amount: int, lost: int, minutes: int) -> None:
        said = reversal(state, minutes)
        about = disputes.Told(state=state, amount=amount, lost=lost, fee=15)
        await follow(till.app, attempt_id, said.model_copy(update={"dispute": about}))

    held = till.account(till.stripe, charge)
    await told(OPEN, 100, 0, 1)
    await told(LOST, 100, 0, 2)
    await told(OPEN, rest, 100, 3)
    assert await balance(database, disputed(charge.currency)) == rest
    assert await balance(database, held) == -15
    await told(LOST, 100, 0, 4)  # the second is won
    assert await balance(database, held) == rest - 15
    await told(OPEN, rest, 100, 5)
    await told(LOST, charge.amount, 0, 6)
    assert await balance(database, held) == -15
    assert await balance(database, disputed(charge.currency)) == 0
    found = (await story(till.app, order.id)).order
    assert found.refunded_amount == order.amount


async def test_a_turn_whose_webhook_was_missed_is_found(till: Till) -> None:
    order, charge = await till.sold(till.stripe)
    other, complained = await till.sold(till.paypal)
    for rail, one, state in (
        (till.stripe, charge, "won"), (till.paypal, complained, "lost"),
    ):  # fmt: skip
        says(till, rail, one, "open")
        await reviewing.review(till.app.state.tools)
        says(till, rail, one, state)
        await reviewing.review(till.app.state.tools)
    await till.dispute(order, "won")
    await till.dispute(other, "lost")
    says(till, till.paypal, complained, "won")
    await reviewing.review(till.app.state.tools)
    await till.dispute(other, "won")
    charge.more["created"] -= 90 * 86_400  # not listed any more
    says(till, till.stripe, charge, "lost")
    await reviewing.review(till.app.state.tools)
    await till.dispute(order, "won")
    await reviewing.review_decided(till.app.state.tools)
    await till.dispute(order, "lost")
    for one_rail in (till.stripe, till.paypal):
        one_rail.waiting.clear()
        await till.is_right(one_rail)


async def test_staff_turn_round_what_they_decided_and_say_why(till: Till) -> None:
    order, charge = await till.sold(till.stripe)
    attempt_id = order.attempts[-1].id
    await follow(till.app, attempt_id, reversal(OPEN, 1))
    found = await till.dispute(order, "open")
    for outcome in ("lost", "won"):
        said = DisputeOutcome(outcome="won" if outcome == "won" else "lost", note="the bank wrote")
        assert (await till.staff.close_dispute(found.id, said)).state == outcome
    with pytest.raises(DisputeClosed):
        await till.staff.close_dispute(found.id, DisputeOutcome(outcome="lost"))
    await follow(till.app, attempt_id, reversal(OPEN, 2))  # no decision: staff know better
    still = await till.dispute(order, "won")
    assert still.note == "stripe says now: open"
    await follow(till.app, attempt_id, reversal(LOST, 3))
    await till.dispute(order, "lost")
    assert await balance(till.app.state.database, till.account(till.stripe, charge)) == 0


def test_disputes_of_one_payment_are_told_together() -> None:
    one, two, three = Disputed(LOST, 100, 15), Disputed(OPEN, 129, 15), Disputed(WON, 50, 15)
    assert together([]) is None
    assert together([three, one]) == Disputed(LOST, 100, 30)
    assert together([one, two, three]) == Disputed(OPEN, 129, 45, lost=100)
    assert together([one, Disputed(OPEN)]) == Disputed(OPEN, 0, 15, lost=100)


def test_what_is_taken_is_never_more_than_what_was_paid() -> None:
    cases = [
        ((Says(OPEN), 229, 229, 0), Taken(229, 0)),
        ((Says(OPEN, 300), 229, 200, 0), Taken(200, 0)),
        ((Says(OPEN, 129, 100), 229, 229, 100), Taken(129, 100)),
        ((Says(OPEN, 229), 229, 229, 229), Taken(0, 229)),  # asked again after it was lost
        ((Says(LOST), 100, 229, 0), Taken(0, 100)),
        ((Says(LOST, 500), 100, 229, 0), Taken(0, 229)),
        ((Says(WON, 229), 229, 229, 229), Taken()),
    ]
    assert [taken(*asked) for asked, _ in cases] == [expected for _, expected in cases]
