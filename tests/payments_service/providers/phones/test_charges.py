"""What the rails that ask on the phone promise of a charge."""

from typing import Any

import pytest

from payments_service.providers.provider import Away, Lost, Provider, State, Trouble
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost, dropped
from tests.fakes.rail import Manners, Rail
from tests.payments_service.providers.cases import (
    a_charge,
    a_payout,
    inbox,
    known,
    opened,
)
from tests.payments_service.providers.phones.every import Case


async def test_a_charge_is_pending_until_the_payer_agrees(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    before = await provider.find(known(charge, started))
    rail.approve(started.provider_ref)
    after = await provider.find(known(charge, started))
    assert (started.state, before and before.state) == (State.pending, State.pending)
    assert after is not None
    assert (after.state, after.amount, after.currency, after.provider_ref, after.attempt_id) == (
        State.approved,
        1500,
        rail.currency,
        started.provider_ref,
        charge.attempt_id,
    )


async def test_a_method_is_offered_where_the_operator_is(rail: Rail, provider: Provider) -> None:
    offered = [each for each in provider.methods() if each.name == rail.method]
    assert rail.country in {each.country for each in offered}
    assert all(each.currencies for each in offered)
    assert rail.method in await provider.available()


async def test_what_is_charged_twice_is_one_charge(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    first = await provider.start(charge)
    second = await provider.start(charge)
    assert first.provider_ref == second.provider_ref
    assert len(rail.charges) == 1


async def test_a_charge_whose_answer_was_lost_is_found_and_not_repeated(
    rail: Rail, provider: Provider, case: Case
) -> None:
    charge = a_charge(rail)
    rail.troubles = [answer_lost(case.creates)]
    with pytest.raises(Lost):
        await provider.start(charge)
    (made,) = rail.charges.values()
    rail.approve(made.ref)
    seen = await provider.find(known(charge))
    assert seen is not None
    assert (seen.state, seen.provider_ref, seen.attempt_id) == (
        State.approved,
        made.ref,
        charge.attempt_id,
    )
    again = await provider.start(charge)
    assert (again.provider_ref, len(rail.charges)) == (made.ref, 1)


async def test_a_charge_that_never_arrived_is_unknown_there_and_can_be_made(
    rail: Rail, provider: Provider, case: Case
) -> None:
    charge = a_charge(rail)
    rail.troubles = [dropped(case.creates)]
    with pytest.raises(Lost):
        await provider.start(charge)
    assert await provider.find(known(charge)) is None
    assert (await provider.start(charge)).provider_ref in rail.charges


async def test_a_provider_that_is_down_is_not_believed_to_have_refused(
    rail: Rail, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.is_down = True
    with pytest.raises((Lost, Away)):
        await provider.start(a_charge(rail))
    with pytest.raises((Lost, Away)):
        await provider.find(known(charge, started))
    with pytest.raises((Lost, Away)):
        await provider.pay_out(a_payout(rail))
    assert await provider.available() == frozenset()
    rail.is_down = False
    assert await provider.available() != frozenset()


async def test_nothing_was_sent_where_nobody_listens(case: Case) -> None:
    async with case.rail() as rail:
        provider = opened(rail)
    with pytest.raises(Away):
        await provider.start(a_charge(rail))
    with pytest.raises(Away):
        await provider.pay_out(a_payout(rail))
    await provider.close()


@pytest.mark.parametrize("status", [400, 401, 403, 418, 429, 500, 502, 503])
async def test_a_question_that_is_not_answered_leaves_the_charge_unknown(
    rail: Rail, provider: Provider, case: Case, status: int
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.troubles = [Fault(case.asks, status, {"message": "no"}) for _ in range(2)]
    with pytest.raises((Lost, Away)):
        await provider.find(known(charge, started))


@pytest.mark.parametrize("content", ["", "[]", "null", "<html>", "{", '{"status": "odd"}'])
async def test_an_answer_that_says_nothing_leaves_the_charge_unknown(
    rail: Rail, provider: Provider, case: Case, content: str
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.troubles = [Fault(case.asks, 200, content)]
    with pytest.raises(Lost):
        await provider.find(known(charge, started))


async def test_a_charge_that_is_declined_may_still_be_approved(
    rail: Rail, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.decline(started.provider_ref)
    declined = await provider.find(known(charge, started))
    assert declined is not None
    assert declined.state in {State.declined, State.pending}
    rail.approve(started.provider_ref)
    approved = await provider.find(known(charge, started))
    assert approved is not None
    assert (approved.state, approved.reason) == (State.approved, "")


@pytest.mark.parametrize("state", ["cancelled", "expired"])
async def test_a_charge_that_ended_otherwise_says_how(
    rail: Rail, provider: Provider, state: str
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.move(started.provider_ref, state)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert seen.state == state


async def test_another_amount_than_was_asked_for_is_told_as_it_is(
    rail: Rail, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref, amount=10, currency="GNF")
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.amount, seen.currency) == (10, "GNF")


async def test_webhooks_that_come_often_and_in_any_order_wake_about_the_same_charge(
    rail: Rail, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.decline(started.provider_ref)
    rail.approve(started.provider_ref)
    rail.manners = Manners(copies=5, is_shuffled=True, is_forged=True)
    taken: list[Any] = []
    statuses = await rail.deliver(inbox(provider, taken))
    assert set(statuses) == {202}
    assert {each.provider_ref for each in taken} == {started.provider_ref}
    assert {each.attempt_id for each in taken} == {charge.attempt_id}
    assert len({each.dedupe_key for each in taken}) == 2


async def test_without_a_secret_no_webhook_is_taken(rail: Rail, case: Case) -> None:
    open_to_all = opened(rail, **{case.no_secret: ""})
    started = await open_to_all.start(a_charge(rail))
    rail.approve(started.provider_ref)
    assert set(await rail.deliver(inbox(open_to_all, []))) == {401}
    await open_to_all.close()


async def test_what_nobody_has_heard_of_is_none(rail: Rail, provider: Provider) -> None:
    assert await provider.find(known(a_charge(rail))) is None
    assert await provider.find_given(a_payout(rail), "") is None


async def test_no_trouble_tells_a_key(rail: Rail, provider: Provider, case: Case) -> None:
    rail.is_down = True
    with pytest.raises(Trouble) as caught:
        await provider.start(a_charge(rail))
    keys = [value for name, value in rail.settings().items() if "key" in name or "secret" in name]
    assert keys
    said = f"{caught.value!r} {caught.value.__cause__!r}"
    assert not any(key in said for key in keys)
