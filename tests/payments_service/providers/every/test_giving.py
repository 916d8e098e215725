"""What the rails that ask on the phone promise of money that goes out."""

from collections.abc import Callable

import pytest

from payments_service.providers.provider import Lost, Provider, State
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost, dropped
from tests.fakes.rail import Rail
from tests.payments_service.providers.cases import (
    a_charge,
    a_payout,
    a_refund,
)
from tests.payments_service.providers.every.rails import Case, by_phone


@by_phone
async def test_a_refund_goes_back_once(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    refund = a_refund(charge, started)
    first = await provider.refund(refund)
    second = await provider.refund(refund)
    assert first.provider_ref == second.provider_ref
    (giving,) = rail.givings.values()
    rail.settle_giving(giving.id)
    seen = await provider.find_given(refund, first.provider_ref)
    assert seen is not None
    assert (seen.state, giving.amount) == (State.approved, 1500)
    assert (await provider.balances()).get(rail.currency) == rail.held(rail.currency) == 0


@by_phone
async def test_a_payout_is_paid_once(rail: Rail, provider: Provider) -> None:
    rail.opening = 100_000
    payout = a_payout(rail)
    given = await provider.pay_out(payout)
    await provider.pay_out(payout)
    (giving,) = rail.givings.values()
    rail.settle_giving(giving.id)
    seen = await provider.find_given(payout, given.provider_ref)
    assert seen is not None
    assert (seen.state, seen.provider_ref) == (State.approved, given.provider_ref)
    assert (await provider.balances())[rail.currency] == rail.held(rail.currency) == 75_000


@by_phone
@pytest.mark.parametrize("fault", [answer_lost, dropped])
async def test_a_payout_whose_answer_was_lost_is_still_paid_once(
    rail: Rail, provider: Provider, case: Case, fault: Callable[[str], Fault]
) -> None:
    payout = a_payout(rail)
    rail.troubles = [fault(case.pays_out)]
    with pytest.raises(Lost):
        await provider.pay_out(payout)
    if await provider.find_given(payout, "") is None:
        await provider.pay_out(payout)
    (giving,) = rail.givings.values()
    rail.settle_giving(giving.id)
    seen = await provider.find_given(payout, "")
    assert seen is not None
    assert seen.state is State.approved


@by_phone
async def test_a_payout_that_failed_says_why(rail: Rail, provider: Provider) -> None:
    payout = a_payout(rail)
    given = await provider.pay_out(payout)
    (giving,) = rail.givings.values()
    giving.more["error"] = "PAYEE_NOT_FOUND"
    rail.settle_giving(giving.id, "declined")
    seen = await provider.find_given(payout, given.provider_ref)
    assert seen is not None
    assert (seen.state, seen.reason) == (State.declined, "wrong_number")
