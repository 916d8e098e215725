"""PayDunya: a hash that proves nothing, a seal of ours that does, and the token that tells."""

from hashlib import sha512
from typing import Any

import pytest

from kit import clock
from kit.db import new_id
from payments_service.providers.paydunya import PayDunya as Provider
from payments_service.providers.paydunya import PayDunyaKeys
from payments_service.providers.provider import Away, Lost, Refused, State, Unsigned
from payments_service.rules.signatures import seal
from tests.fakes.network import Trouble as Fault
from tests.fakes.network import answer_lost
from tests.fakes.paydunya import MASTER, PRIVATE, TOKEN, PayDunya
from tests.payments_service.providers.cases import a_charge, a_refund, known, opened


@pytest.fixture
def simulator() -> type[PayDunya]:
    return PayDunya


async def test_the_page_is_for_the_operator_that_was_chosen(
    rail: PayDunya, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    given = rail.charges[started.provider_ref].more["given"]
    assert started.redirect_url.endswith(f"/invoice/{started.provider_ref}")
    assert given["invoice"]["channels"] == ["mtn-benin"]
    assert given["invoice"]["total_amount"] == 1500
    assert given["custom_data"]["attempt_id"] == str(charge.attempt_id)
    assert given["actions"] == {
        "return_url": charge.return_url,
        "cancel_url": charge.cancel_url,
        "callback_url": charge.webhook_url,
    }


async def test_an_invoice_whose_address_was_lost_can_be_made_again(
    rail: PayDunya, provider: Provider
) -> None:
    charge = a_charge(rail)
    rail.troubles = [answer_lost("/checkout-invoice/create")]
    with pytest.raises(Lost):
        await provider.start(charge)
    assert await provider.find(known(charge)) is None
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.state, rail.held("XOF")) == (State.approved, 1500)


@pytest.mark.parametrize("written", [1500, "1500", 1500.0, "1500.00"])
async def test_amounts_are_read_however_they_are_written(
    rail: PayDunya, provider: Provider, written: Any
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref).more["written"] = written
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.amount, seen.currency) == (1500, "XOF")


@pytest.mark.parametrize("written", [1500.5, "15.5", "1 500", "", None, "1500 FCFA", -1500])
async def test_an_amount_that_cannot_be_read_is_not_guessed(
    rail: PayDunya, provider: Provider, written: Any
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref).more["written"] = written
    with pytest.raises(Lost):
        await provider.find(known(charge, started))


async def test_an_invoice_that_paydunya_forgot_has_expired(
    rail: PayDunya, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.charges[started.provider_ref].state = "forgotten"
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.state, seen.amount) == (State.expired, 1500)


async def test_why_a_payment_failed_is_told_in_our_words(
    rail: PayDunya, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.decline(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.state, seen.reason) == (State.declined, "insufficient_funds")


async def test_test_money_does_not_pay_for_real(rail: PayDunya) -> None:
    live = opened(
        rail, paydunya_url=f"{rail.url}/api/v1", paydunya_private_key="live_private_a-key"
    )
    assert not live.is_test
    real = Provider(f"{rail.url}/api/v1", PayDunyaKeys(MASTER, PRIVATE, TOKEN), "Maison")
    charge = a_charge(rail)
    started = await real.start(charge)
    real.is_test = False
    rail.approve(started.provider_ref)
    with pytest.raises(Lost):
        await real.find(known(charge, started))
    rail.mode = "live"
    seen = await real.find(known(charge, started))
    assert seen is not None
    assert seen.state is State.approved
    await live.close()
    await real.close()


async def test_what_it_refuses_it_says_why(rail: PayDunya, provider: Provider) -> None:
    with pytest.raises(Refused, match="minimum est 200"):
        await provider.start(a_charge(rail, amount=100))


async def test_wrong_keys_are_no_answer_about_a_payment(rail: PayDunya) -> None:
    provider = opened(rail, paydunya_token="another-token")
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail))
    assert caught.value.reason == "not_configured"
    await provider.close()


@pytest.mark.parametrize("missing", ["master_key", "private_key", "token"])
def test_it_is_there_only_with_all_its_keys(missing: str) -> None:
    rail = PayDunya()
    with pytest.raises(StopIteration):
        opened(rail, **{f"paydunya_{missing}": " "})


def test_keys_are_not_shown() -> None:
    assert MASTER not in repr(PayDunyaKeys(MASTER, PRIVATE, TOKEN))


async def test_refunds_are_left_to_others(rail: PayDunya, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    with pytest.raises(Refused):
        await provider.refund(a_refund(charge, started))
    assert await provider.find_given(a_refund(charge, started), "") is None
    assert await provider.balances() == {}


@pytest.mark.parametrize(("status", "is_there"), [(200, True), (404, True), (403, False)])
async def test_it_works_where_an_invoice_that_is_not_there_is_told(
    rail: PayDunya, provider: Provider, status: int, is_there: bool
) -> None:
    rail.troubles = [Fault("/checkout-invoice/confirm/none", status, {"response_code": "odd"})]
    if is_there:
        assert "mtn" in await provider.available()
        return
    with pytest.raises(Away):
        await provider.available()


# Webhooks.


@pytest.mark.parametrize("writes", ["form", "json", "both"])
async def test_a_webhook_is_read_however_it_is_written(
    rail: PayDunya, provider: Provider, writes: str
) -> None:
    rail.writes = writes
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    ((_, body),) = rail.waiting
    hook = provider.verify({}, body, clock.now())
    assert (hook.attempt_id, hook.kind) == (charge.attempt_id, "invoice.completed")


def test_the_hash_is_that_of_the_facts() -> None:
    wanted = (
        "78c7552e3d951335d732c3a59bdd90c558fc5b48211f03a7b112bf1aa8adf6da"
        "82b4bdffaf3191b25961b8c6a25b81fcd845b8c7232db5946ce9eb77222d4be7"
    )
    assert sha512(b"master-key").hexdigest() == wanted
    attempt_id = new_id()
    own = {"attempt_id": str(attempt_id), "seal": seal(str(attempt_id), "master-key")}
    rail = PayDunya()
    _, body = rail.told({"custom_data": own, "status": "completed"}, master="master-key")
    assert wanted.encode() in body
    alone = Provider("http://127.0.0.1:1", PayDunyaKeys("master-key", "p", "t"), "Maison")
    assert alone.verify({}, body, clock.now()).attempt_id == attempt_id


async def test_who_has_seen_one_webhook_cannot_make_another(
    rail: PayDunya, provider: Provider
) -> None:
    """The hash is in every webhook; the seal is of one payment."""
    mine, yours = a_charge(rail), a_charge(rail)
    started = await provider.start(mine)
    own = dict(rail.charges[started.provider_ref].more["given"]["custom_data"])
    _, real = rail.told({"custom_data": own, "status": "completed"})
    assert provider.verify({}, real, clock.now()).attempt_id == mine.attempt_id
    for forged in (
        {**own, "attempt_id": str(yours.attempt_id)},
        {**own, "seal": ""},
        {**own, "seal": own["seal"][:-1]},
        {"attempt_id": own["attempt_id"]},
        {"seal": own["seal"]},
        {},
    ):
        _, body = rail.told({"custom_data": forged, "status": "completed"})
        with pytest.raises(Unsigned):
            provider.verify({}, body, clock.now())


@pytest.mark.parametrize("master", ["", "another", MASTER[:-1], f"{MASTER} "])
async def test_another_master_key_is_not_ours(
    rail: PayDunya, provider: Provider, master: str
) -> None:
    attempt_id = str(new_id())
    own = {"attempt_id": attempt_id, "seal": seal(attempt_id, MASTER)}
    _, body = rail.told({"custom_data": own, "status": "completed"}, master=master)
    with pytest.raises(Unsigned):
        provider.verify({}, body, clock.now())


def test_without_a_master_key_nothing_is_verified() -> None:
    attempt_id = str(new_id())
    own = {"attempt_id": attempt_id, "seal": seal(attempt_id, "")}
    _, body = PayDunya().told({"custom_data": own, "status": "completed"}, master="")
    alone = Provider("http://127.0.0.1:1", PayDunyaKeys("", "p", "t"), "Maison")
    with pytest.raises(Unsigned):
        alone.verify({}, body, clock.now())


async def test_what_a_webhook_says_does_not_count(rail: PayDunya, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    own = rail.charges[started.provider_ref].more["given"]["custom_data"]
    told = {"custom_data": own, "status": "completed", "invoice": {"token": "x"}}
    hook = provider.verify({}, rail.told(told)[1], clock.now())
    seen = await provider.find(known(charge, started))
    assert hook.kind == "invoice.completed"
    assert seen is not None
    assert seen.state is State.pending


async def test_a_form_with_too_many_fields_is_not_read(provider: Provider) -> None:
    with pytest.raises(Unsigned):
        provider.verify({}, b"&".join([b"a=1"] * 1000), clock.now())


@pytest.mark.parametrize("code", ["4001", "", None])
async def test_an_answer_without_its_code_leaves_the_charge_unknown(
    rail: PayDunya, provider: Provider, code: Any
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    odd = {"response_code": code, "status": "completed", "invoice": {"total_amount": 1500}}
    rail.troubles = [Fault("/checkout-invoice/confirm", 200, odd)]
    with pytest.raises(Away):
        await provider.find(known(charge, started))
