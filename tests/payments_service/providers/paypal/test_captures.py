"""PayPal: what the payer approved is captured once, by whoever asks."""

import asyncio
from dataclasses import replace

import pytest

from kit.db import new_id
from payments_service.providers.paypal import PayPal as Provider
from payments_service.providers.provider import Away, Lost, State
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost, dropped
from tests.fakes.paypal import PayPal
from tests.payments_service.providers.cases import a_charge, known
from tests.payments_service.providers.paypal.steps import approved, seen_by

CAPTURE = "/capture"


async def test_an_approved_order_is_captured_once_by_all_who_ask(
    rail: PayPal, provider: Provider
) -> None:
    charge, started = await approved(rail, provider)
    seen = await asyncio.gather(*(seen_by(provider, charge, started) for _ in range(5)))
    assert {(each.state, each.amount) for each in seen} == {(State.approved, 1500)}
    assert (rail.captures, rail.held("EUR")) == (1, 1500)


async def test_a_capture_whose_answer_was_lost_is_not_repeated(
    rail: PayPal, provider: Provider
) -> None:
    charge, started = await approved(rail, provider)
    rail.troubles = [answer_lost(CAPTURE)]
    with pytest.raises(Lost):
        await provider.find(known(charge, started))
    assert (await seen_by(provider, charge, started)).state is State.approved
    assert (rail.captures, rail.held("EUR")) == (1, 1500)


async def test_a_capture_that_never_arrived_is_made_later(rail: PayPal, provider: Provider) -> None:
    charge, started = await approved(rail, provider)
    rail.troubles = [dropped(CAPTURE)]
    with pytest.raises(Lost):
        await provider.find(known(charge, started))
    assert (await seen_by(provider, charge, started)).state is State.approved
    assert rail.captures == 1


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
async def test_a_capture_that_is_not_made_says_nothing_of_the_payment(
    rail: PayPal, provider: Provider, status: int
) -> None:
    charge, started = await approved(rail, provider)
    rail.troubles = [Fault(CAPTURE, status, {"name": "odd"})]
    with pytest.raises((Away, Lost)):
        await provider.find(known(charge, started))
    assert (await seen_by(provider, charge, started)).state is State.approved


async def test_a_card_turned_down_may_be_followed_by_another(
    rail: PayPal, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.decline(started.provider_ref)
    first = await seen_by(provider, charge, started)
    second = await seen_by(provider, charge, started)
    rail.approve(started.provider_ref)
    third = await seen_by(provider, charge, started)
    assert [each.state for each in (first, second, third)] == [
        State.declined,
        State.pending,
        State.approved,
    ]
    assert rail.held("EUR") == 1500


async def test_an_order_of_another_attempt_is_not_captured(
    rail: PayPal, provider: Provider
) -> None:
    charge, started = await approved(rail, provider)
    stranger = replace(known(charge, started), attempt_id=new_id())
    seen = await provider.find(stranger)
    assert seen is not None
    assert (seen.state, seen.attempt_id) == (State.pending, charge.attempt_id)
    assert rail.captures == 0


async def test_the_fee_is_told_where_it_is_of_the_same_currency(
    rail: PayPal, provider: Provider
) -> None:
    charge, started = await approved(rail, provider)
    rail.charges[started.provider_ref].fee = 86
    assert (await seen_by(provider, charge, started)).fee == 86


async def test_money_that_is_held_back_is_pending(rail: PayPal, provider: Provider) -> None:
    charge, started = await approved(rail, provider)
    rail.charges[started.provider_ref].more["capture"] = "PENDING"
    assert (await seen_by(provider, charge, started)).state is State.pending
