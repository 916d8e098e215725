"""MTN MoMo: money that goes back, and whose a number is."""

from dataclasses import replace

import pytest

from payments_service.providers.provider import (
    Holder,
    Lost,
    Naming,
    Provider,
    Refused,
)
from tests.fakes.mtn_momo import MtnMomo
from tests.fakes.network import Trouble
from tests.payments_service.providers.cases import a_charge, a_payout, a_refund, known, opened


async def test_parts_go_back_until_nothing_is_left(rail: MtnMomo, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    for amount in (500, 1000):
        refund = a_refund(charge, started, amount=amount)
        await provider.refund(refund)
        rail.settle_giving(str(refund.id))
    assert rail.charges[started.provider_ref].refunded == 1500
    with pytest.raises(Refused):
        await provider.refund(a_refund(charge, started, amount=1))


async def test_without_disbursement_keys_no_money_is_given(rail: MtnMomo) -> None:
    provider = opened(rail, momo_disbursement_key="")
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    for giving in (provider.refund(a_refund(charge, started)), provider.pay_out(a_payout(rail))):
        with pytest.raises(Refused) as caught:
            await giving
        assert caught.value.reason == "not_configured"
    assert await provider.find_given(a_payout(rail), "") is None
    assert await provider.balances() == {"XOF": 1500}
    await provider.close()


async def test_a_refund_is_not_found_among_payouts(rail: MtnMomo, provider: Provider) -> None:
    payout = a_payout(rail)
    given = await provider.pay_out(payout)
    charge = a_charge(rail)
    refund = replace(payout, charge=known(charge, await provider.start(charge)))
    assert await provider.find_given(refund, given.provider_ref) is None
    assert await provider.find_given(payout, given.provider_ref) is not None


async def test_a_refund_without_its_payment_is_refused(rail: MtnMomo, provider: Provider) -> None:
    with pytest.raises(Refused):
        await provider.refund(a_payout(rail))


async def test_whose_a_number_is_comes_from_the_product_that_pays(rail: MtnMomo) -> None:
    rail.holders["2290197000000"] = ("Awa", "KOSSI")
    for changes, product in (({}, "disbursement"), ({"momo_disbursement_user": ""}, "collection")):
        provider = opened(rail, **changes)
        assert isinstance(provider, Naming)
        assert await provider.holder("+2290197000000") == Holder("Awa KOSSI")
        where = f"GET /{product}/v1_0/accountholder/msisdn/2290197000000"
        assert rail.asked[-2:] == [f"{where}/active", f"{where}/basicuserinfo"]
        await provider.close()


async def test_a_number_that_is_not_there_is_not_active(rail: MtnMomo, provider: Provider) -> None:
    assert isinstance(provider, Naming)
    assert await provider.holder("+2290196000000") == Holder("", is_active=False)
    rail.troubles = [Trouble("/active", 404, {"code": "RESOURCE_NOT_FOUND"})]
    assert await provider.holder("+2290196000000") == Holder("", is_active=False)


@pytest.mark.parametrize(
    ("told", "holder"),
    [
        ({"given_name": "Awa", "family_name": "KOSSI"}, Holder("Awa KOSSI")),
        ({"name": "Awa Afi KOSSI", "given_name": "Awa"}, Holder("Awa Afi KOSSI")),
        ({"locale": "fr_BJ"}, Holder("")),
        ({"name": 12, "family_name": None}, Holder("12")),
    ],
)
async def test_a_holder_s_name_is_read_as_far_as_it_is_told(
    rail: MtnMomo, provider: Provider, told: dict[str, object], holder: Holder
) -> None:
    assert isinstance(provider, Naming)
    rail.holders["2290197000000"] = ("Awa", "KOSSI")
    rail.troubles = [Trouble("/basicuserinfo", 200, told)]
    assert await provider.holder("+2290197000000") == holder


@pytest.mark.parametrize(
    ("at", "status", "said"),
    [
        ("/active", 200, {"result": "maybe"}),
        ("/active", 200, {}),
        ("/active", 403, {}),
        ("/basicuserinfo", 200, "<html>"),
        ("/basicuserinfo", 403, {"code": "NOT_ALLOWED"}),
        ("/basicuserinfo", 500, {}),
    ],
)
async def test_an_answer_about_a_holder_that_says_nothing_says_nothing_of_anybody(
    rail: MtnMomo, provider: Provider, at: str, status: int, said: object
) -> None:
    assert isinstance(provider, Naming)
    rail.holders["2290197000000"] = ("Awa", "KOSSI")
    rail.troubles = [Trouble(at, status, said)]
    with pytest.raises(Lost):
        await provider.holder("+2290197000000")
