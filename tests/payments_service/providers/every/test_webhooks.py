"""What every rail promises of its webhooks."""

from datetime import timedelta
from typing import Any

import pytest

from kit import clock
from payments_service.providers.provider import (
    Provider,
    State,
    Unsigned,
    is_proven,
)
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Manners, Rail
from tests.payments_service.providers.cases import (
    a_charge,
    inbox,
    known,
    lower,
    opened,
)
from tests.payments_service.providers.every.rails import (
    Case,
    by_page,
    by_phone,
    every_rail,
    with_a_secret,
)


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


@by_phone
async def test_each_state_is_told_once_however_often_it_comes(
    rail: Rail, provider: Provider
) -> None:
    started = await provider.start(a_charge(rail))
    rail.decline(started.provider_ref)
    rail.approve(started.provider_ref)
    rail.manners = Manners(copies=5, is_shuffled=True)
    taken: list[Any] = []
    await rail.deliver(inbox(provider, taken))
    assert {each.provider_ref for each in taken} == {started.provider_ref}
    assert len({each.dedupe_key for each in taken}) == 2


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


@with_a_secret
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


@by_page
async def test_a_signature_of_long_ago_or_tomorrow_is_not_taken(
    rail: Rail, provider: Provider, case: Case
) -> None:
    started = await provider.start(a_charge(rail))
    rail.approve(started.provider_ref)
    headers, body = rail.waiting[-1]
    named = lower(headers)
    await provider.fetch_keys(named)
    provider.verify(named, body, clock.now())
    if not case.no_secret:  # nothing of it says when: the same bytes wake us again, no more
        later = provider.verify(named, body, clock.now() + timedelta(days=9))
        assert later.dedupe_key != provider.verify(named, body, clock.now()).dedupe_key
        return
    for days in (-9, 9):
        with pytest.raises(Unsigned):
            provider.verify(named, body, clock.now() + timedelta(days=days))
