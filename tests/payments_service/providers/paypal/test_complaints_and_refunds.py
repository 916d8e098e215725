"""PayPal: complaints, balances, and what is sent back."""

import pytest

from payments_service.providers.paypal import PayPal as Provider
from payments_service.providers.provider import Away, State
from tests.fakes.network import Trouble as Fault
from tests.fakes.paypal import PayPal
from tests.payments_service.providers.cases import a_charge, a_refund
from tests.payments_service.providers.paypal.steps import approved, seen_by


@pytest.mark.parametrize(
    ("status", "outcome", "is_disputed"),
    [
        ("OPEN", "", True),
        ("WAITING_FOR_SELLER_RESPONSE", "", True),
        ("RESOLVED", "RESOLVED_BUYER_FAVOUR", True),
        ("RESOLVED", "RESOLVED_SELLER_FAVOUR", False),
        ("RESOLVED", "CANCELED_BY_BUYER", False),
    ],
)
async def test_a_complaint_disputes_until_it_is_resolved_for_us(
    rail: PayPal, provider: Provider, status: str, outcome: str, is_disputed: bool
) -> None:
    charge, started = await approved(rail, provider)
    rail.complain(started.provider_ref, status, outcome)
    seen = await seen_by(provider, charge, started)
    assert (seen.state, seen.disputed) == (State.approved, is_disputed)


@pytest.mark.parametrize(("capture", "why"), [("PENDING", "BUYER_COMPLAINT"), ("REVERSED", "")])
async def test_an_account_that_may_not_ask_sees_complaints_by_the_capture(
    rail: PayPal, provider: Provider, capture: str, why: str
) -> None:
    charge, started = await approved(rail, provider)
    rail.may_report = False
    assert (await seen_by(provider, charge, started)).disputed is False
    rail.charges[started.provider_ref].more.update(capture=capture, why=why)
    seen = await seen_by(provider, charge, started)
    assert (seen.state, seen.disputed) == (State.approved, True)


async def test_balances_may_be_below_zero_and_may_be_nobody_s_business(
    rail: PayPal, provider: Provider
) -> None:
    rail.opening = -50
    assert await provider.balances() == {"EUR": -50, "USD": -50}
    rail.may_report = False
    assert await provider.balances() == {}


async def test_a_refund_keeps_our_ids(rail: PayPal, provider: Provider) -> None:
    charge, started = await approved(rail, provider)
    await seen_by(provider, charge, started)
    refund = a_refund(charge, started, amount=705)
    await provider.refund(refund)
    (giving,) = rail.givings.values()
    assert giving.more["given"] == {
        "amount": {"currency_code": "EUR", "value": "7.05"},
        "invoice_id": str(refund.id),
        "custom_id": str(charge.attempt_id),
    }


async def test_whether_something_was_sent_back_is_never_refused(
    rail: PayPal, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    assert await provider.find_given(a_refund(charge, started), "") is None
    assert await provider.find_given(a_refund(charge, started, currency="XOF"), "") is None


@pytest.mark.parametrize(("status", "is_there"), [(400, True), (404, True), (403, False)])
async def test_it_works_where_an_order_that_is_not_there_is_told(
    rail: PayPal, provider: Provider, status: int, is_there: bool
) -> None:
    rail.troubles = [Fault("GET /v2/checkout/orders/none", status, {"name": "odd"})]
    if is_there:
        assert await provider.available() == {"paypal"}
        return
    with pytest.raises(Away):
        await provider.available()
