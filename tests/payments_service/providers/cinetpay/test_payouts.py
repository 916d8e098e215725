"""CinetPay: money that goes out, and what is left."""

from typing import Any

import pytest

from payments_service.providers.cinetpay import CinetPay as Provider
from payments_service.providers.provider import (
    Lost,
    Refused,
    State,
)
from tests.fakes.cinetpay import CinetPay
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost, dropped
from tests.payments_service.providers.cases import a_charge, a_payout, a_refund


async def test_a_payout_is_paid_once(rail: CinetPay, provider: Provider) -> None:
    rail.opening = 100_000
    payout = a_payout(rail)
    first = await provider.pay_out(payout)
    second = await provider.pay_out(payout)
    (giving,) = rail.givings.values()
    rail.settle_giving(giving.id)
    seen = await provider.find_given(payout, first.provider_ref)
    assert first == second
    assert seen is not None
    assert (first.state, seen.state, giving.amount) == (State.pending, State.approved, 25_000)
    assert giving.more["given"]["notify_url"] == "https://pay.example.org/webhooks/cinetpay"
    assert (await provider.balances())["XOF"] == rail.held("XOF") == 75_000


@pytest.mark.parametrize("fault", [answer_lost, dropped])
async def test_a_payout_whose_answer_was_lost_is_still_paid_once(
    rail: CinetPay, provider: Provider, fault: Any
) -> None:
    payout = a_payout(rail)
    rail.troubles = [fault("POST /v1/transfer")]
    with pytest.raises(Lost):
        await provider.pay_out(payout)
    if await provider.find_given(payout, "") is None:
        await provider.pay_out(payout)
    assert len(rail.givings) == 1
    assert await provider.find_given(payout, "") == await provider.pay_out(payout)


async def test_a_payout_that_failed_says_why(rail: CinetPay, provider: Provider) -> None:
    payout = a_payout(rail)
    given = await provider.pay_out(payout)
    (giving,) = rail.givings.values()
    rail.settle_giving(giving.id, "declined")
    seen = await provider.find_given(payout, given.provider_ref)
    assert seen is not None
    assert (seen.state, seen.reason) == (State.declined, "wrong_number")


async def test_a_refund_is_a_payout_to_the_payer(rail: CinetPay, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    await provider.refund(a_refund(charge, started, country="", method="", amount=700))
    (giving,) = rail.givings.values()
    rail.settle_giving(giving.id)
    assert (giving.phone, giving.amount, rail.held("XOF")) == (charge.phone, 700, 800)
    with pytest.raises(Refused):
        await provider.refund(a_refund(charge, started, phone=""))


@pytest.mark.parametrize("answer", [{"code": -1}, {"code": 200}, {}, {"status": "PENDING"}])
async def test_a_payout_that_is_not_answered_clearly_is_unknown(
    rail: CinetPay, provider: Provider, answer: dict[str, Any]
) -> None:
    rail.troubles = [Fault("POST /v1/transfer", 200, answer)]
    with pytest.raises(Lost):
        await provider.pay_out(a_payout(rail))


@pytest.mark.parametrize(("fraction", "held"), [("", 1500), (".99", 1500), (".00", 1500)])
async def test_a_balance_is_told_in_whole_francs(
    rail: CinetPay, provider: Provider, fraction: str, held: int
) -> None:
    started = await provider.start(a_charge(rail))
    rail.approve(started.provider_ref)
    rail.fraction = fraction
    assert await provider.balances() == {"XOF": held}


@pytest.mark.parametrize("text", ["", "much", None, "1,5"])
async def test_a_balance_that_cannot_be_read_is_not_guessed(
    rail: CinetPay, provider: Provider, text: Any
) -> None:
    odd = {"code": 200, "available_balance": text, "currency": "XOF"}
    rail.troubles = [Fault("GET /v1/balances", 200, odd)]
    with pytest.raises(Lost):
        await provider.balances()
