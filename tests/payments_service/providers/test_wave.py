"""Wave's protocol: sessions, signatures with nothing between time and body, refunds, payouts."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from payments_service.providers.provider import Away, Lost, Provider, Refused, State, Unsigned
from payments_service.providers.wave import Wave as Rail
from payments_service.rules.signatures import sign
from tests.fakes.network import Trouble, answer_lost, dropped
from tests.fakes.wave import KEY, Wave
from tests.payments_service.providers.cases import a_charge, a_payout, a_refund, known, opened

# The vector of the facts: FedaPay's body, signed as Wave signs.
BODY = (
    b'{"name":"transaction.approved","object":"transaction",'
    b'"entity":{"id":1,"amount":5000,"status":"approved"}}'
)
SECRET = "wave_sn_WHS_test"
SIGNATURE = "072a9324288c311d8917f62dfada96880fea1ddc5363cf1b78ba47677c93a2d0"
MOMENT = datetime.fromtimestamp(1_700_000_000, UTC)
verifier = Rail("http://127.0.0.1:1", KEY, SECRET, "SN")


@pytest.fixture
def simulator() -> type[Wave]:
    return Wave


def header(signature: str, moment: str = "1700000000") -> dict[str, str]:
    return {"wave-signature": f"t={moment},v1={signature}"}


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_the_vector_is_signed_for_five_minutes(seconds: int) -> None:
    at = MOMENT + timedelta(seconds=seconds)
    for signature in (SIGNATURE, f"{'0' * 64},v1={SIGNATURE}"):
        assert verifier.verify(header(signature), BODY, at).provider_ref == ""


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_signature_of_another_time_is_refused(seconds: int) -> None:
    with pytest.raises(Unsigned):
        verifier.verify(header(SIGNATURE), BODY, MOMENT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "headers",
    [
        header(sign("1700000000", BODY, SECRET, joint=b".")),
        header(sign("1700000000", BODY, KEY, joint=b"")),
        header(sign("1700000000", BODY, "", joint=b"")),
        header(sign("", BODY, SECRET, joint=b"")),
        header(SIGNATURE, "170000000"),
        {"authorization": f"Bearer {SECRET}"},
        {},
    ],
    ids=["with a dot", "api key", "empty", "body alone", "time", "shared secret", "none"],
)
def test_what_others_sign_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unsigned):
        verifier.verify(headers, BODY, MOMENT)


def test_digits_cannot_move_from_the_time_into_the_body() -> None:
    """Nothing stands between the two: a signature of t=17000000001 and {} also fits t=1700000000
    and 1{}. Such a time is out of its five minutes, or such a body is no event.
    """
    signature = sign("17000000001", b"{}", SECRET, joint=b"")
    assert signature == sign("1700000000", b"1{}", SECRET, joint=b"")
    with pytest.raises(Unsigned):
        verifier.verify(header(signature), b"1{}", MOMENT)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b"7"])
def test_a_signed_body_that_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(Unsigned):
        verifier.verify(header(sign("1700000000", body, SECRET, joint=b"")), body, MOMENT)


def test_an_event_of_another_kind_is_about_no_session() -> None:
    event = {"id": "EV_1", "type": "merchant.payment_received", "data": {"id": "T_1"}}
    body = json.dumps(event).encode()
    hook = verifier.verify(header(sign("1700000000", body, SECRET, joint=b"")), body, MOMENT)
    assert (hook.dedupe_key, hook.provider_ref, hook.attempt_id) == ("EV_1", "", None)


async def test_the_payer_goes_to_wave_and_comes_back(rail: Wave, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    assert started.redirect_url == f"https://pay.wave.com/c/{started.provider_ref}"
    session = rail.charges[started.provider_ref]
    assert session.more == {"success_url": charge.return_url, "error_url": charge.cancel_url}


async def test_a_payment_that_failed_can_be_tried_again_on_the_same_page(
    rail: Wave, provider: Provider
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.decline(started.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.state, seen.reason) == (State.pending, "insufficient_funds")
    assert await provider.start(charge) == started


async def test_of_two_sessions_the_one_that_was_paid_counts(rail: Wave, provider: Provider) -> None:
    rail.keeps_keys = False
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.troubles = [Trouble("GET /v1/checkout/sessions/search", 404)]
    other = await provider.start(charge)
    assert other.provider_ref != started.provider_ref
    rail.approve(other.provider_ref)
    seen = await provider.find(known(charge, started))
    assert seen is not None
    assert (seen.state, seen.provider_ref) == (State.approved, other.provider_ref)


@pytest.mark.parametrize("lost", [dropped, answer_lost])
async def test_a_search_that_is_lost_has_done_nothing(
    rail: Wave, provider: Provider, lost: type[Trouble]
) -> None:
    rail.troubles = [lost("/search"), lost("/search")]
    with pytest.raises(Away):
        await provider.start(a_charge(rail))
    with pytest.raises(Away):
        await provider.pay_out(a_payout(rail))
    assert (rail.charges, rail.givings) == ({}, {})


@pytest.mark.parametrize("state", ["cancelled", "expired", "approved"])
async def test_a_session_that_ended_has_no_page_any_more(
    rail: Wave, provider: Provider, state: str
) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.move(started.provider_ref, state)
    again = await provider.start(charge)
    assert (again.state, again.redirect_url) == (state, "")


async def test_a_part_goes_back_as_a_payout_to_the_number(rail: Wave, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    refund = a_refund(charge, started, amount=500)
    given = await provider.refund(refund)
    assert rail.held("XOF") == 1000
    assert await provider.find_given(refund, given.provider_ref) == given
    with pytest.raises(Refused):
        await provider.refund(a_refund(charge, started, amount=500, phone=""))


async def test_what_was_not_paid_is_not_refunded(rail: Wave, provider: Provider) -> None:
    charge = a_charge(rail)
    started = await provider.start(charge)
    with pytest.raises(Refused):
        await provider.refund(a_refund(charge, started))
    with pytest.raises(Refused):
        await provider.refund(a_payout(rail))


@pytest.mark.parametrize("tells", [True, False])
async def test_a_refund_whose_answer_was_lost_is_seen_or_asked_for_again(
    rail: Wave, provider: Provider, tells: bool
) -> None:
    rail.tells_refunds = tells
    charge = a_charge(rail)
    started = await provider.start(charge)
    rail.approve(started.provider_ref)
    refund = a_refund(charge, started)
    rail.troubles = [answer_lost("/refund")]
    with pytest.raises(Lost):
        await provider.refund(refund)
    seen = await provider.find_given(refund, "")
    assert (seen is not None) is tells
    assert (await provider.refund(refund)).state is State.approved
    assert rail.charges[started.provider_ref].refunded == 1500


async def test_a_payout_takes_its_time(rail: Wave, provider: Provider) -> None:
    rail.is_slow = True
    payout = a_payout(rail)
    given = await provider.pay_out(payout)
    rail.settle_giving(str(payout.id))
    seen = await provider.find_given(payout, given.provider_ref)
    assert (given.state, seen and seen.state) == (State.pending, State.approved)


async def test_a_payout_under_a_key_of_another_amount_is_unknown(
    rail: Wave, provider: Provider
) -> None:
    payout = a_payout(rail)
    rail.give(str(payout.id), 7, "XOF", reference="another")
    with pytest.raises(Lost):
        await provider.pay_out(payout)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("insufficient-funds", "insufficient_funds"),
        ("recipient-mobile-invalid", "wrong_number"),
        ("kyb-limits-exceeded", "limit_reached"),
        ("something-new", "refused"),
    ],
)
async def test_its_reasons_are_told_in_words_of_ours(
    rail: Wave, provider: Provider, code: str, reason: str
) -> None:
    rail.troubles = [Trouble("POST /v1/payout", 400, {"code": code, "message": ""})]
    with pytest.raises(Refused) as caught:
        await provider.pay_out(a_payout(rail))
    assert caught.value.reason == reason


async def test_another_currency_is_refused(rail: Wave, provider: Provider) -> None:
    with pytest.raises(Refused):
        await provider.start(a_charge(rail, currency="EUR"))


async def test_a_wrong_key_is_a_matter_for_staff(rail: Wave) -> None:
    provider = opened(rail, wave_api_key="another")
    with pytest.raises(Away):
        await provider.start(a_charge(rail))
    assert await provider.available() == frozenset()
    await provider.close()


def test_it_is_offered_where_the_settings_say() -> None:
    found = Rail("", KEY, "", " ci, SN ,XX").methods()
    assert {each.country for each in found} == {"CI", "SN"}
