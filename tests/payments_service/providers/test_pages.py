"""What the rails with a page of their own promise: Stripe, PayPal, CinetPay, PayDunya."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from kit import clock
from payments_service.providers.provider import (
    Away,
    Lost,
    Provider,
    Refused,
    State,
    Trouble,
    Unsigned,
    is_proven,
)
from tests.fakes.cinetpay import CinetPay
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost, dropped
from tests.fakes.paydunya import PayDunya
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Manners, Rail
from tests.fakes.stripe import Stripe
from tests.payments_service.providers.cases import (
    a_charge,
    a_payout,
    a_refund,
    inbox,
    known,
    opened,
)


@dataclass(frozen=True)
class Case:
    """`creates`, `asks`, `refunds`: the requests that make a charge, tell of it, send it back.
    `no_secret`: the setting without which no webhook is taken.
    """

    rail: Callable[[], Rail]
    creates: str
    asks: str
    no_secret: str
    refunds: str = ""


STRIPE = Case(
    Stripe, "POST /v1/checkout/sessions", "GET /v1/checkout/sessions/", "stripe_webhook_secret",
    "POST /v1/refunds",
)  # fmt: skip
PAYPAL = Case(
    PayPal, "POST /v2/checkout/orders", "GET /v2/checkout/orders", "paypal_webhook_id",
    "/refund",
)  # fmt: skip
CINETPAY = Case(CinetPay, "POST /v1/payment", "GET /v1/payment", "")
PAYDUNYA = Case(PayDunya, "/checkout-invoice/create", "/checkout-invoice/confirm", "")

every_rail = pytest.mark.parametrize(
    "case", [STRIPE, PAYPAL, CINETPAY, PAYDUNYA], ids=lambda each: each.rail.__name__
)
those_that_refund = pytest.mark.parametrize(
    "case", [STRIPE, PAYPAL], ids=lambda each: each.rail.__name__
)


@pytest.fixture
async def rail(case: Case) -> AsyncIterator[Rail]:
    async with case.rail() as found:
        yield found


@pytest.fixture
async def provider(rail: Rail) -> AsyncIterator[Provider]:
    found = opened(rail)
    if isinstance(rail, PayPal):
        rail.trusted_by(found)
    yield found
    await found.close()


@every_rail
async def test_a_charge_is_pending_until_the_payer_agrees(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    before = await provider.find(known(charge, started))
    rail.approve(started.provider_ref)
    after = await provider.find(known(charge, started))
    assert (started.state, before and before.state) == (State.pending, State.pending)
    assert after is not None
    assert (after.state, after.amount, after.currency, after.attempt_id) == (
        State.approved,
        1500,
        rail.currency,
        charge.attempt_id,
    )
    assert after.provider_ref == started.provider_ref
    assert rail.held(rail.currency) == 1500


@every_rail
async def test_a_method_is_offered_where_it_is_reached(rail: Rail, provider: Provider) -> None:
    offered = [each for each in provider.methods() if each.name == rail.method]
    assert {each.country for each in offered} & {None, rail.country}
    assert all(rail.currency in each.currencies for each in offered)
    assert rail.method in await provider.available()
    assert provider.is_test


@every_rail
async def test_a_provider_that_is_down_is_not_believed_to_have_refused(
    rail: Rail, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.is_down = True
    for asked in (provider.start(a_charge(rail)), provider.find(known(charge, started))):
        with pytest.raises((Lost, Away)):
            await asked


@every_rail
async def test_a_provider_that_is_down_offers_nothing(rail: Rail, provider: Provider) -> None:
    rail.is_down = True
    with pytest.raises((Lost, Away)):
        await provider.available()
    rail.is_down = False
    assert await provider.available()


@every_rail
async def test_nothing_was_sent_where_nobody_listens(case: Case) -> None:
    async with case.rail() as rail:
        provider = opened(rail)
    with pytest.raises(Away):
        await provider.start(a_charge(rail))
    await provider.close()


@every_rail
@pytest.mark.parametrize("status", [400, 401, 403, 418, 429, 500, 502, 503])
async def test_a_question_that_is_not_answered_leaves_the_charge_unknown(
    rail: Rail, provider: Provider, case: Case, status: int
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    rail.troubles = [Fault(case.asks, status, {"message": "no"}) for _ in range(3)]
    with pytest.raises((Lost, Away)):
        await provider.find(known(charge, started))


@every_rail
@pytest.mark.parametrize("content", ["", "[]", "null", "<html>", "{", '{"status": "odd"}', "{}"])
async def test_an_answer_that_says_nothing_leaves_the_charge_unknown(
    rail: Rail, provider: Provider, case: Case, content: str
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.troubles = [Fault(case.asks, 200, content)]
    with pytest.raises((Lost, Away)):
        await provider.find(known(charge, started))


@every_rail
@pytest.mark.parametrize("content", ["", "[]", "null", "<html>", "{", '{"status": "odd"}', "{}"])
async def test_an_answer_to_a_charge_that_says_nothing_leaves_it_unknown(
    rail: Rail, provider: Provider, case: Case, content: str
) -> None:
    rail.troubles = [Fault(case.creates, 200, content)]
    with pytest.raises(Lost):
        await provider.start(a_charge(rail))


@every_rail
async def test_a_charge_that_never_arrived_is_unknown_there_and_can_be_made(
    rail: Rail, provider: Provider, case: Case
) -> None:
    charge = a_charge(rail)
    rail.troubles = [dropped(case.creates)]
    with pytest.raises(Lost):
        await provider.start(charge)
    assert await provider.find(known(charge)) is None
    assert (await provider.start(charge)).provider_ref in rail.charges


@every_rail
async def test_a_charge_that_is_declined_may_still_be_approved(
    rail: Rail, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.decline(started.provider_ref)
    declined = await provider.find(known(charge, started))
    rail.approve(started.provider_ref)
    approved = await provider.find(known(charge, started))
    assert declined is not None
    assert approved is not None
    assert (declined.state, bool(declined.reason)) == (State.declined, True)
    assert (approved.state, approved.reason) == (State.approved, "")


@every_rail
async def test_a_charge_that_was_not_paid_ends(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.expire(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert seen.state in {State.expired, State.cancelled}
    assert (seen.amount, seen.currency) == (1500, rail.currency)


@every_rail
async def test_another_amount_than_was_asked_for_is_told_as_it_is(
    rail: Rail, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref, amount=10)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.state, seen.amount, seen.currency) == (State.approved, 10, rail.currency)


@every_rail
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
    assert len(statuses) == 10
    assert {each.provider_ref for each in taken} <= {started.provider_ref, ""}
    assert {each.attempt_id for each in taken} == {charge.attempt_id}
    assert all(is_proven(each, started.secrets) for each in taken)


@every_rail
async def test_a_webhook_that_is_lost_changes_nothing(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    rail.manners = Manners(lost=1.0)
    assert await rail.deliver(inbox(provider, [])) == []
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert seen.state is State.approved


@pytest.mark.parametrize("case", [STRIPE, PAYPAL], ids=lambda each: each.rail.__name__)
async def test_without_a_secret_no_webhook_is_taken(rail: Rail, case: Case) -> None:
    open_to_all = opened(rail, **{case.no_secret: ""})
    if isinstance(rail, PayPal):
        rail.trusted_by(open_to_all)
    started = await open_to_all.start(a_charge(rail))
    rail.approve(started.provider_ref)
    assert set(await rail.deliver(inbox(open_to_all, []))) == {401}
    await open_to_all.close()


@every_rail
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
async def test_what_cannot_be_read_is_not_taken(provider: Provider, body: bytes) -> None:
    with pytest.raises(Unsigned):
        provider.verify({}, body, clock.now())


@every_rail
async def test_a_page_is_where_the_payer_goes(rail: Rail, provider: Provider) -> None:
    method = "orange" if rail.provider == "cinetpay" else rail.method
    country = "CI" if rail.provider == "cinetpay" else rail.country
    started = await provider.start(a_charge(rail, method=method, country=country))
    assert started.redirect_url.startswith("https://")


@every_rail
async def test_a_currency_it_does_not_take_is_refused(rail: Rail, provider: Provider) -> None:
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail, currency="GNF"))
    assert caught.value.reason in {"currency", "not_configured"}
    assert rail.charges == {}


@every_rail
async def test_no_trouble_tells_a_key(rail: Rail, provider: Provider) -> None:
    rail.is_down = True
    with pytest.raises(Trouble) as caught:
        await provider.start(a_charge(rail))
    secret = ("key", "secret", "accounts", "token")
    keys = [value for name, value in rail.settings().items() if name.endswith(secret)]
    parts = [part for key in keys for part in key.replace("=", " ").replace(":", " ").split()]
    assert parts
    said = f"{caught.value!r} {caught.value.__cause__!r}"
    assert not any(part in said for part in parts if len(part) > 8)


@those_that_refund
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


@those_that_refund
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


@those_that_refund
async def test_no_more_goes_back_than_came(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    await provider.find(known(charge, started))
    await provider.refund(a_refund(charge, started, amount=1000))
    with pytest.raises(Refused):
        await provider.refund(a_refund(charge, started, amount=501))
    assert rail.held(rail.currency) == 500


@those_that_refund
async def test_a_refund_of_another_currency_is_refused(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    with pytest.raises(Refused) as caught:
        await provider.refund(a_refund(charge, started, currency="XOF"))
    assert caught.value.reason == "currency"


@those_that_refund
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


@pytest.mark.parametrize("case", [STRIPE, PAYPAL, PAYDUNYA], ids=lambda e: e.rail.__name__)
async def test_who_cannot_pay_out_says_so(rail: Rail, provider: Provider) -> None:
    with pytest.raises(Refused) as caught:
        await provider.pay_out(a_payout(rail))
    assert caught.value.reason == "not_configured"


@every_rail
async def test_nobody_else_s_attempt_is_taken_for_ours(rail: Rail, provider: Provider) -> None:
    theirs = await provider.start(a_charge(rail))
    rail.approve(theirs.provider_ref)
    ours = a_charge(rail)
    seen = await provider.find(replace(known(ours, theirs)))
    assert seen is None or seen.attempt_id != ours.attempt_id


@every_rail
async def test_a_signature_of_long_ago_or_tomorrow_is_not_taken(
    rail: Rail, provider: Provider, case: Case
) -> None:
    started = await provider.start(a_charge(rail))
    rail.approve(started.provider_ref)
    headers, body = rail.waiting[-1]
    lower = {name.lower(): value for name, value in headers.items()}
    await provider.fetch_keys(lower)
    provider.verify(lower, body, clock.now())
    if not case.no_secret:  # nothing of it says when: the same bytes wake us again, no more
        later = provider.verify(lower, body, clock.now() + timedelta(days=9))
        assert later.dedupe_key != provider.verify(lower, body, clock.now()).dedupe_key
        return
    for days in (-9, 9):
        with pytest.raises(Unsigned):
            provider.verify(lower, body, clock.now() + timedelta(days=days))
