"""Whatever JSON a provider answers with: it is read as it is meant, or nothing is concluded."""

import copy
import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments_service.providers import cinetpay_answers, paypal_answers, stripe_answers
from payments_service.providers.cinetpay_numbers import number_for
from payments_service.providers.paydunya import seen_of as paydunya_seen
from payments_service.providers.provider import Given, Hook, Known, Lost, Refused, Seen
from tests.fakes.paypal_objects import money, shown_capture, shown_order
from tests.fakes.rail import RailCharge, RailGiving
from tests.fakes.stripe_objects import shown_dispute, shown_intent, shown_session

ATTEMPT = UUID("01900000-0000-7000-8000-000000000001")
KNOWN = Known(ATTEMPT, "ref", "card", 1500, "EUR", created_at=datetime(2026, 11, 21, tzinfo=UTC))
EXAMPLES = int(os.environ.get("ODD_ANSWERS", "40"))
ALL = frozenset({"payment_intent", "latest_charge", "balance_transaction"})
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
Read = Callable[[Mapping[str, Any]], object]


def _charge() -> RailCharge:
    charge = RailCharge("ORDER1", str(ATTEMPT), 1500, "EUR", "approved", fee=73, refunded=500)
    charge.more.update(
        intent="pi_1",
        created=1,
        metadata={"attempt_id": str(ATTEMPT)},
        keeps="off_session",
        version=1,
        is_agreed=True,
        given={"purchase_units": [{"reference_id": "1"}]},
    )
    return charge


def _order() -> Mapping[str, Any]:
    refund = RailGiving("R-1", "1", 500, "EUR", "ORDER1", state="approved")
    refund.more["given"] = {"invoice_id": "1", "custom_id": str(ATTEMPT)}
    return shown_order(_charge(), [refund], "https://paypal.test")


CINETPAY = {
    "code": 100,
    "status": "SUCCESS",
    "amount": "1500",
    "currency": "XOF",
    "fee_amount": "0",
    "transaction_id": "cp-1",
    "merchant_transaction_id": number_for(ATTEMPT),
}
PAYDUNYA = {
    "status": "completed",
    "mode": "live",
    "invoice": {"token": "ref", "total_amount": "1500"},
    "custom_data": {"attempt_id": str(ATTEMPT)},
}
BALANCE = {"currency": "XOF", "available_balance": "1500.75"}
EVENT = {"id": "1", "resource_type": "capture", "resource": shown_capture(_charge())}
DISPUTES = {"data": [shown_dispute(_charge(), "lost")]}
COMPLAINTS = {"items": [{"status": "OPEN", "dispute_outcome": {"outcome_code": "X"}}]}
REFUND = {"id": "R-1", "status": "COMPLETED", "amount": money(500, "EUR")}

CASES: dict[str, tuple[Mapping[str, Any], Read]] = {
    "stripe session": (
        shown_session(_charge(), ALL),
        lambda told: stripe_answers.session_seen(told, DISPUTES),
    ),
    "stripe payment": (
        shown_intent(_charge(), ALL),
        lambda told: stripe_answers.intent_seen(told, DISPUTES),
    ),
    "stripe disputes": (
        DISPUTES,
        lambda told: stripe_answers.intent_seen(shown_intent(_charge(), ALL), told),
    ),
    "stripe refund": ({"id": "re_1", "status": "succeeded"}, stripe_answers.refund_given),
    "stripe event": (
        {"id": "evt_1", "data": {"object": shown_session(_charge())}},
        lambda told: stripe_answers.event_hook(told, "x"),
    ),
    "paypal order": (_order(), lambda told: paypal_answers.order_seen(told, is_disputed=False)),
    "paypal refund": (REFUND, paypal_answers.refund_given),
    "paypal complaints": (COMPLAINTS, paypal_answers.is_disputed),
    "paypal refusal": (
        {"name": "X", "details": [{"issue": "Y"}]},
        lambda told: paypal_answers.refusal(422, told),
    ),
    "paypal event": (EVENT, lambda told: paypal_answers.event_hook(told, "x")),
    "cinetpay payment": (CINETPAY, lambda told: cinetpay_answers.seen_of(told, KNOWN)),
    "cinetpay transfer": (CINETPAY, cinetpay_answers.given_of),
    "cinetpay balance": (BALANCE, cinetpay_answers.held),
    "cinetpay refusal": (CINETPAY, cinetpay_answers.refused_or_lost),
    "paydunya invoice": (PAYDUNYA, lambda told: paydunya_seen(told, KNOWN)),
}
UNHASHABLE: Mapping[str, Any] = {"data": [{"status": []}]}
every_case = pytest.mark.parametrize("name", CASES)


@every_case
def test_what_is_meant_is_read(name: str) -> None:
    answer, read = CASES[name]
    found = read(json.loads(json.dumps(answer)))
    if isinstance(found, Seen):
        assert (found.amount, found.attempt_id) == (1500, ATTEMPT)
    assert isinstance(found, Seen | Given | Hook | Refused | Lost | tuple | bool)


def test_a_dispute_whose_state_is_a_list_is_none() -> None:
    seen = stripe_answers.intent_seen(shown_intent(_charge(), ALL), UNHASHABLE)
    assert not seen.disputed


@every_case
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_what_is_odd_is_read_as_nothing_else(name: str, data: st.DataObject) -> None:
    answer, read = CASES[name]
    odd = _changed(json.loads(json.dumps(answer)), data)
    try:
        found = read(odd)
    except Lost:
        return
    if isinstance(found, Seen):
        assert type(found.amount) is type(found.fee) is type(found.refunded) is int
        assert min(found.amount, found.fee, found.refunded) >= 0
        assert isinstance(found.currency, str)
    assert isinstance(found, Seen | Given | Hook | Refused | Lost | tuple | bool)


def _changed(answer: Any, data: st.DataObject) -> Any:
    """Return an answer with one or two of its values changed to anything, or gone."""
    changed = copy.deepcopy(answer)
    for _ in range(data.draw(st.integers(1, 2))):
        places = list(_places(changed))
        if not places:
            return changed
        holder, key = data.draw(st.sampled_from(range(len(places))).map(places.__getitem__))
        if data.draw(st.integers(0, 4)) == 0 and isinstance(holder, dict):
            del holder[key]
        else:
            holder[key] = data.draw(ODD)
    return changed


def _places(value: Any) -> list[tuple[Any, Any]]:
    if not isinstance(value, dict | list):
        return []
    inner = list(value.items() if isinstance(value, dict) else enumerate(value))
    deeper = [place for _, each in inner for place in _places(each)]
    return [(value, key) for key, _ in inner] + deeper
