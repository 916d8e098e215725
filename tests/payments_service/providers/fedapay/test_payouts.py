"""FedaPay: payouts in two steps, and refunds."""

import pytest

from payments_service.providers.provider import Lost, Provider, Refused, State
from tests.fakes.fedapay import FedaPay as Simulator
from tests.fakes.network import Trouble, answer_lost, dropped
from tests.payments_service.providers.cases import a_charge, a_payout, a_refund


async def test_a_payout_that_was_made_and_never_started_is_started_later(
    rail: Simulator, provider: Provider
) -> None:
    payout = a_payout(rail)
    rail.troubles = [dropped("PUT /v1/payouts/start")]
    with pytest.raises(Lost):
        await provider.pay_out(payout)
    assert rail.starts == []
    assert await provider.find_given(payout, "") is None
    given = await provider.pay_out(payout)
    assert (given.state, rail.starts) == (State.pending, [str(payout.id)])


async def test_a_payout_whose_start_was_lost_is_not_started_again(
    rail: Simulator, provider: Provider
) -> None:
    payout = a_payout(rail)
    rail.troubles = [answer_lost("PUT /v1/payouts/start")]
    with pytest.raises(Lost):
        await provider.pay_out(payout)
    seen = await provider.find_given(payout, "")
    await provider.pay_out(payout)
    assert seen is not None
    assert seen.state is State.pending
    assert rail.count("PUT /v1/payouts/start") == 1


async def test_an_operator_that_it_cannot_pay_out_to_is_refused(
    rail: Simulator, provider: Provider
) -> None:
    with pytest.raises(Refused) as caught:
        await provider.pay_out(a_payout(rail, method="orange", country="CI"))
    assert caught.value.reason == "not_configured"
    assert rail.givings == {}


async def test_a_refund_needs_the_number_it_goes_to(rail: Simulator, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    with pytest.raises(Refused):
        await provider.refund(a_refund(charge, started, phone=""))


async def test_a_start_that_is_refused_is_told(rail: Simulator, provider: Provider) -> None:
    rail.troubles = [Trouble("PUT /v1/payouts/start", 422, {"message": "solde insuffisant"})]
    with pytest.raises(Refused) as caught:
        await provider.pay_out(a_payout(rail))
    assert caught.value.reason == "insufficient_funds"
