"""FedaPay: questions on the phone, references, and what was lost."""

import pytest

from payments_service.providers import fedapay_api
from payments_service.providers.fedapay import FedaPay
from payments_service.providers.provider import Lost, Provider, Refused, State
from tests.fakes.fedapay import FedaPay as Simulator
from tests.fakes.network import answer_lost
from tests.fakes.rail import RailCharge
from tests.payments_service.providers.cases import a_charge, known, opened


async def test_the_payer_is_asked_on_the_phone_with_the_number_the_sandbox_knows(
    rail: Simulator, provider: Provider
) -> None:
    started = await provider.start(a_charge(rail))
    assert started.redirect_url == ""
    assert rail.asked_phones == [("momo_test", {"number": "64000001", "country": "bj"})]


async def test_a_live_key_asks_the_operator_under_the_number_of_ten_digits() -> None:
    async with Simulator(key="sk_live_a-key-that-is-long-enough") as rail:
        provider = opened(rail)
        await provider.start(a_charge(rail, phone="+2290197000000"))
        await provider.close()
    assert not provider.is_test
    assert rail.asked_phones == [("mtn_open", {"number": "+2290197000000", "country": "bj"})]


@pytest.mark.parametrize(("key", "is_test"), [("sk_sandbox_x", True), ("sk_live_x", False)])
async def test_the_key_says_whether_it_is_test_money_and_where(key: str, is_test: bool) -> None:
    found = FedaPay("", key, "")
    assert found.is_test is is_test
    assert found.api.http.base_url.host.startswith("sandbox-") is is_test
    await found.close()


@pytest.mark.parametrize(
    ("country", "method", "phone"),
    [("CI", "orange", "+2250707070707"), ("SN", "wave", ""), ("", "card", ""), ("BJ", "mtn", "")],
)
async def test_whoever_cannot_be_asked_on_the_phone_goes_to_its_page(
    rail: Simulator, provider: Provider, country: str, method: str, phone: str
) -> None:
    charge = a_charge(rail, country=country, method=method, phone=phone)
    started = await provider.start(charge)
    assert started.redirect_url == "https://sandbox-process.fedapay.com/token-1000"
    assert rail.asked_phones == []


async def test_an_account_that_may_not_ask_on_the_phone_uses_the_page(
    rail: Simulator, provider: Provider
) -> None:
    rail.has_phones = False
    assert (await provider.start(a_charge(rail))).redirect_url.startswith("https://")


async def test_a_number_that_cannot_be_asked_is_refused(
    rail: Simulator, provider: Provider
) -> None:
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail, phone="+"))
    assert caught.value.reason == "wrong_number"


@pytest.mark.parametrize(
    ("phone", "state"),
    [
        ("+2290164000001", State.approved),
        ("+2290166000001", State.approved),
        ("+2290197000000", State.declined),
    ],
)
async def test_the_sandbox_s_numbers_pay_and_others_do_not(
    rail: Simulator, provider: Provider, phone: str, state: State
) -> None:
    charge = a_charge(rail, phone=phone)
    started = await provider.start(charge)
    rail.answer_phone(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert seen.state is state


async def test_a_charge_that_was_paid_meanwhile_is_not_asked_for_again(
    rail: Simulator, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    assert (await provider.start(charge)).state is State.approved
    assert len(rail.asked_phones) == 1


@pytest.mark.parametrize("at", ["/token", "/v1/momo_test"])
async def test_a_line_that_breaks_while_the_payer_is_asked_is_gone_on_with(
    rail: Simulator, provider: Provider, at: str
) -> None:
    charge = a_charge(rail)
    rail.troubles = [answer_lost(at)]
    with pytest.raises(Lost):
        await provider.start(charge)
    seen = await provider.find(known(charge))
    started = await provider.start(charge)
    assert seen is not None
    assert (seen.state, seen.provider_ref) == (State.pending, started.provider_ref)
    assert len(rail.charges) == 1


async def test_a_lost_charge_is_found_among_the_newest_where_references_have_no_address(
    rail: Simulator, provider: Provider
) -> None:
    rail.knows_references = False
    charge = a_charge(rail)
    rail.troubles = [answer_lost("POST /v1/transactions")]
    with pytest.raises(Lost):
        await provider.start(charge)
    for ref in map(str, range(2000, 2150)):
        rail.charges[ref] = RailCharge(ref, "somebody else's", 1, "XOF")
    seen = await provider.find(known(charge))
    assert seen is not None
    assert seen.provider_ref == "1000"


async def test_more_charges_than_can_be_looked_through_leave_it_unknown(
    rail: Simulator, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fedapay_api, "PAGES", 1)
    monkeypatch.setattr(fedapay_api, "PAGE", 1)
    await provider.start(a_charge(rail))
    with pytest.raises(Lost):
        await provider.find(known(a_charge(rail)))


async def test_older_pages_are_not_read(
    rail: Simulator, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fedapay_api, "PAGE", 2)
    for _ in range(6):
        await provider.start(a_charge(rail))
    for each in rail.charges.values():
        each.more["created_at"] = "2026-01-01T00:00:00.000Z"
    rail.asked.clear()
    assert await provider.find(known(a_charge(rail))) is None
    assert rail.asked.count("GET /v1/transactions") == 1


async def test_a_currency_that_is_only_numbered_is_looked_up_once(
    rail: Simulator, provider: Provider
) -> None:
    rail.expands = False
    charge = a_charge(rail)
    started = await provider.start(charge)
    for _ in range(2):
        seen = await provider.find(known(charge, started))
        assert seen is not None
        assert seen.currency == "XOF"
    assert rail.asked.count("GET /v1/currencies") == 1


async def test_what_it_keeps_and_what_went_back_are_told(
    rail: Simulator, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.charges[started.provider_ref].fee = 27
    rail.approve(started.provider_ref)
    rail.charges[started.provider_ref].refunded = 500
    part = await provider.find(known(charge, started))
    rail.charges[started.provider_ref].refunded = 1500
    whole = await provider.find(known(charge, started))
    assert part is not None
    assert whole is not None
    assert (part.fee, part.refunded, whole.refunded) == (27, 500, 1500)
    assert part.state is whole.state is State.approved


async def test_a_wrong_key_is_a_matter_for_staff(rail: Simulator) -> None:
    provider = opened(rail, fedapay_secret_key="sk_sandbox_another")
    with pytest.raises(Refused) as caught:
        await provider.start(a_charge(rail))
    assert caught.value.reason == "not_configured"
    assert await provider.available() == frozenset()
    await provider.close()


async def test_what_it_will_not_charge_is_refused(rail: Simulator, provider: Provider) -> None:
    with pytest.raises(Refused):
        await provider.start(a_charge(rail, description=""))
    assert rail.charges == {}
