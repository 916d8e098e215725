"""What every rail promises of a charge."""

from dataclasses import replace

import pytest

from payments_service.providers.provider import Away, Lost, Provider, Refused, State, Trouble
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost, dropped
from tests.fakes.rail import Rail
from tests.payments_service.providers.cases import a_charge, a_payout, known, opened
from tests.payments_service.providers.every.rails import (
    Case,
    by_page,
    by_phone,
    every_rail,
    that_answer_with_a_charge,
)


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


@by_page
async def test_a_method_is_offered_where_it_is_reached(rail: Rail, provider: Provider) -> None:
    offered = [each for each in provider.methods() if each.name == rail.method]
    assert {each.country for each in offered} & {None, rail.country}
    assert all(rail.currency in each.currencies for each in offered)
    assert rail.method in await provider.available()
    assert provider.is_test


@by_phone
async def test_a_method_is_offered_where_the_operator_is(rail: Rail, provider: Provider) -> None:
    offered = [each for each in provider.methods() if each.name == rail.method]
    assert rail.country in {each.country for each in offered}
    assert all(each.currencies for each in offered)
    assert rail.method in await provider.available()


@by_phone
async def test_what_is_charged_twice_is_one_charge(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    first = await provider.start(charge)
    second = await provider.start(charge)
    assert first.provider_ref == second.provider_ref
    assert len(rail.charges) == 1


@by_phone
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


@by_page
async def test_a_provider_that_is_down_offers_nothing(rail: Rail, provider: Provider) -> None:
    rail.is_down = True
    with pytest.raises((Lost, Away)):
        await provider.available()
    rail.is_down = False
    assert await provider.available()


@by_phone
async def test_a_provider_that_is_down_offers_no_method_and_pays_nobody(
    rail: Rail, provider: Provider
) -> None:
    rail.is_down = True
    assert await provider.available() == frozenset()
    with pytest.raises((Lost, Away)):
        await provider.pay_out(a_payout(rail))
    rail.is_down = False
    assert await provider.available() != frozenset()


@every_rail
async def test_nothing_was_sent_where_nobody_listens(case: Case) -> None:
    async with case.rail() as rail:
        provider = opened(rail)
    with pytest.raises(Away):
        await provider.start(a_charge(rail))
    await provider.close()


@by_phone
async def test_nothing_was_paid_out_where_nobody_listens(case: Case) -> None:
    async with case.rail() as rail:
        provider = opened(rail)
    with pytest.raises(Away):
        await provider.pay_out(a_payout(rail))
    await provider.close()


@by_phone
async def test_what_nobody_has_heard_of_is_none(rail: Rail, provider: Provider) -> None:
    assert await provider.find(known(a_charge(rail))) is None
    assert await provider.find_given(a_payout(rail), "") is None


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


@that_answer_with_a_charge
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
    assert declined.state in {State.declined, State.pending}  # Wave lets them try again
    assert declined.reason
    assert (approved.state, approved.reason) == (State.approved, "")


@by_page
async def test_a_charge_that_was_not_paid_ends(rail: Rail, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.expire(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert seen.state in {State.expired, State.cancelled}
    assert (seen.amount, seen.currency) == (1500, rail.currency)


@by_phone
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


@by_phone
async def test_another_currency_than_was_asked_for_is_told_as_it_is(
    rail: Rail, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref, amount=10, currency="GNF")
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.amount, seen.currency) == (10, "GNF")


@by_page
async def test_a_page_is_where_the_payer_goes(rail: Rail, provider: Provider) -> None:
    method = "orange" if rail.provider == "cinetpay" else rail.method
    country = "CI" if rail.provider == "cinetpay" else rail.country
    started = await provider.start(a_charge(rail, method=method, country=country))
    assert started.redirect_url.startswith("https://")


@by_page
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


@every_rail
async def test_nobody_else_s_attempt_is_taken_for_ours(rail: Rail, provider: Provider) -> None:
    theirs = await provider.start(a_charge(rail))
    rail.approve(theirs.provider_ref)
    ours = a_charge(rail)
    seen = await provider.find(replace(known(ours, theirs)))
    assert seen is None or seen.attempt_id != ours.attempt_id
