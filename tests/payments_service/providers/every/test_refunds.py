"""What the rails with a page of their own promise of what they send back."""

from collections.abc import Callable

import pytest

from payments_service.providers.provider import (
    Lost,
    Provider,
    Refused,
    State,
)
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost, dropped
from tests.fakes.rail import Rail
from tests.payments_service.providers.cases import (
    a_charge,
    a_payout,
    a_refund,
    known,
)
from tests.payments_service.providers.every.rails import Case, that_pay_nobody, that_refund


@that_refund
async def test_a_refund_goes_back_once(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    await provider.find(known(charge, started))
    refund = a_refund(charge, started, amount=500)
    first = await provider.refund(refund)
    second = await provider.refund(refund)
    seen = await provider.find_given(refund, first.provider_ref)
    after = await provider.find(known(charge, started))
    assert first == second == seen
    assert (first.state, len(rail.givings)) == (State.approved, 1)
    assert after is not None
    assert (after.state, after.refunded) == (State.approved, 500)
    assert (await provider.balances())[rail.currency] == rail.held(rail.currency) == 1000


@that_refund
@pytest.mark.parametrize("fault", [answer_lost, dropped])
async def test_a_refund_whose_answer_was_lost_goes_back_once(
    rail: Rail, provider: Provider, case: Case, fault: Callable[[str], Fault]
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    await provider.find(known(charge, started))
    refund = a_refund(charge, started, amount=500)
    rail.troubles = [fault(case.refunds)]
    with pytest.raises(Lost):
        await provider.refund(refund)
    found = await provider.find_given(refund, "")
    assert (found is None) == (fault is dropped)
    again = await provider.refund(refund)
    assert (again.state, len(rail.givings)) == (State.approved, 1)
    assert await provider.find_given(refund, "") == again


@that_refund
async def test_no_more_goes_back_than_came(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    await provider.find(known(charge, started))
    await provider.refund(a_refund(charge, started, amount=1000))
    with pytest.raises(Refused):
        await provider.refund(a_refund(charge, started, amount=501))
    assert rail.held(rail.currency) == 500


@that_refund
async def test_a_refund_of_another_currency_is_refused(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    with pytest.raises(Refused) as caught:
        await provider.refund(a_refund(charge, started, currency="XOF"))
    assert caught.value.reason == "currency"


@that_refund
async def test_a_refund_that_takes_time_is_pending_and_may_fail(
    rail: Rail, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    await provider.find(known(charge, started))
    rail.is_slow = True  # type: ignore[attr-defined]
    refund = a_refund(charge, started)
    given = await provider.refund(refund)
    (giving,) = rail.givings.values()
    rail.settle_giving(giving.id, "declined")
    seen = await provider.find_given(refund, given.provider_ref)
    assert seen is not None
    assert (given.state, seen.state, bool(seen.reason)) == (State.pending, State.declined, True)


@that_pay_nobody
async def test_who_cannot_pay_out_says_so(rail: Rail, provider: Provider) -> None:
    with pytest.raises(Refused) as caught:
        await provider.pay_out(a_payout(rail))
    assert caught.value.reason == "not_configured"
