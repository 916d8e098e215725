"""What PayPal's answers and events say. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kit.contracts.payments.refunds import DisputeState
from payments_service.providers.calls import list_at, object_at, text_at
from payments_service.providers.provider import (
    Disputed,
    Given,
    Hook,
    Lost,
    Refused,
    Seen,
    State,
    together,
)
from payments_service.rules.amounts import minor_units
from payments_service.rules.reasons import reason_in

ORDERS = {
    "APPROVED": State.pending,  # by the payer; the money moves when we capture it
    "CREATED": State.pending,
    "PAYER_ACTION_REQUIRED": State.pending,
    "SAVED": State.pending,
    "VOIDED": State.cancelled,
}
CAPTURES = {
    "COMPLETED": State.approved,
    "DECLINED": State.declined,
    "FAILED": State.declined,
    "PARTIALLY_REFUNDED": State.approved,
    "PENDING": State.pending,
    "REFUNDED": State.approved,
    "REVERSED": State.approved,
}
REFUNDS = {
    "CANCELLED": State.cancelled,
    "COMPLETED": State.approved,
    "FAILED": State.declined,
    "PENDING": State.pending,
}
TAKEN_BACK = frozenset({"BUYER_COMPLAINT", "CHARGEBACK"})
GONE = frozenset({"REVERSED", "REFUNDED"})
# How complaints end; whom a payout of PayPal's own protects, only the capture tells.
OUTCOMES = {
    "ACCEPTED": DisputeState.lost,
    "CANCELED_BY_BUYER": DisputeState.won,
    "DENIED": DisputeState.won,
    "RESOLVED_BUYER_FAVOUR": DisputeState.lost,
    "RESOLVED_SELLER_FAVOUR": DisputeState.won,
}
BY_CAPTURE = "RESOLVED_WITH_PAYOUT"
# Why PayPal moves money of a complaint, where that is a fee; the rest is what it is about.
FEES = frozenset({"CHARGEBACK_FEE", "DISPUTE_FEE", "DISPUTE_SETTLEMENT_FEE"})
DECLINES = frozenset(
    {"INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY", "TRANSACTION_REFUSED", "COMPLIANCE_VIOLATION"}
)
REASONS = {
    "CURRENCY_NOT_SUPPORTED": "currency",
    "INSTRUMENT_DECLINED": "refused",
    "PAYER_CANNOT_PAY": "refused",
    "TRANSACTION_LIMIT_EXCEEDED": "limit_reached",
}


def order_seen(order: Mapping[str, Any], complaints: Sequence[Mapping[str, Any]] = ()) -> Seen:
    """Return where an order stands: by its capture, once there is one."""
    unit = next(iter(list_at(order, "purchase_units")), {})
    ref, attempt_id = text_at(order, "id"), uuid_in(unit.get("custom_id"))
    payments = object_at(unit, "payments")
    if (capture := capture_of(order)) is None:
        state = ORDERS.get(text_at(order, "status"))
        if state is None:
            raise Lost(f"PayPal's order is {text_at(order, 'status') or 'nothing'}, and not paid")
        amount, currency = money(unit)
        return Seen(state, amount, currency, ref, attempt_id=attempt_id)
    state = _capture_state(capture)
    amount, currency = money(capture)
    dispute = dispute_of(capture, complaints, currency)
    return Seen(
        state,
        amount,
        currency,
        ref,
        reason="refused" if state is State.declined else "",
        fee=_fee(capture, currency),
        refunded=_refunded(payments, currency),
        disputed=dispute is not None and dispute.state is not DisputeState.won,
        dispute=dispute,
        attempt_id=uuid_in(capture.get("custom_id")) or attempt_id,
    )


def capture_of(order: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what was captured; of several, one whose money came."""
    unit = next(iter(list_at(order, "purchase_units")), {})
    captures = list_at(object_at(unit, "payments"), "captures")
    captures.sort(key=lambda each: _capture_state(each) is not State.approved)
    return captures[0] if captures else None


def refund_of(order: Mapping[str, Any], giving_id: UUID) -> dict[str, Any] | None:
    unit = next(iter(list_at(order, "purchase_units")), {})
    refunds = list_at(object_at(unit, "payments"), "refunds")
    return next((each for each in refunds if each.get("invoice_id") == str(giving_id)), None)


def refund_given(refund: Mapping[str, Any]) -> Given:
    state = REFUNDS.get(text_at(refund, "status"))
    if state is None:
        raise Lost("PayPal's refund has no state")
    why = "refused" if state is State.declined else ""
    return Given(state, text_at(refund, "id"), why)


def money(about: Mapping[str, Any], name: str = "amount") -> tuple[int, str]:
    """Return minor units and currency of an amount: `{"currency_code": "EUR", "value": "7.62"}`."""
    told = object_at(about, name)
    currency = text_at(told, "currency_code")
    try:
        return minor_units(told.get("value"), currency), currency
    except ValueError as error:
        raise Lost(f"PayPal's {name} cannot be read") from error


def dispute_of(
    capture: Mapping[str, Any], complaints: Sequence[Mapping[str, Any]], currency: str
) -> Disputed | None:
    """Return where the complaints about a capture stand: a chargeback may follow a claim.

    An account that may not ask for complaints is told by the capture alone.
    """
    found = [each for told in complaints if (each := _complaint(capture, told, currency))]
    if not found and _is_taken_back(capture):
        is_gone = capture.get("status") == "REVERSED"
        return Disputed(DisputeState.lost if is_gone else DisputeState.open)
    return together(found)


def _complaint(
    capture: Mapping[str, Any], told: Mapping[str, Any], currency: str
) -> Disputed | None:
    about, fee = _amount_in(told, "dispute_amount", currency), _dispute_fee(told, currency)
    if told.get("status") != "RESOLVED":
        return Disputed(DisputeState.open, about, fee)
    outcome = object_at(told, "dispute_outcome")
    code = text_at(outcome, "outcome_code")
    state = OUTCOMES.get(code)
    if code == BY_CAPTURE:
        is_gone = capture.get("status") in GONE
        state = DisputeState.lost if is_gone else DisputeState.won
    if state is DisputeState.lost:
        return Disputed(state, _amount_in(outcome, "amount_refunded", currency) or about, fee)
    return Disputed(state, about, fee) if state else None


def _dispute_fee(told: Mapping[str, Any], currency: str) -> int:
    """Return what PayPal kept of ours for a complaint, less what it gave back of that.

    It lists what it moved in `fund_movements`, or in the older `money_movements`; where it lists
    nothing, nothing is known: then nothing is booked, and the balance differs.
    """
    newer, older = list_at(told, "fund_movements"), list_at(told, "money_movements")
    total = 0
    for each in newer or older:
        is_ours = (each.get("party") or each.get("affected_party")) == "SELLER"
        if is_ours and text_at(each, "reason") in FEES:
            amount = _amount_in(each, "amount", currency)
            is_back = (each.get("direction") or each.get("type")) == "CREDIT"
            total += -amount if is_back else amount
    return total


def _amount_in(about: Mapping[str, Any], name: str, currency: str) -> int:
    """Return an amount, where it is told in this currency; else 0."""
    if not object_at(about, name):
        return 0
    amount, of = money(about, name)
    return amount if of == currency else 0


def attempt_of(disputed: Mapping[str, Any]) -> object:
    """Return the attempt that a disputed transaction is of: our order's `custom_id`, or invoice."""
    return disputed.get("custom") or disputed.get("invoice_number")


def dispute_hook(told: Mapping[str, Any]) -> Hook:
    """Return what a complaint is about, as its webhook would, and how it stands."""
    disputed = next(iter(list_at(told, "disputed_transactions")), {})
    key = f"{text_at(told, 'dispute_id')}:{text_at(told, 'status')}"
    state: DisputeState | None = DisputeState.open
    if told.get("status") == "RESOLVED":
        state = OUTCOMES.get(text_at(object_at(told, "dispute_outcome"), "outcome_code"))
    return Hook(key, "dispute", "", uuid_in(attempt_of(disputed)), dispute_state=state)


def event_hook(event: Mapping[str, Any], kind: str) -> Hook:
    """Return what an event is about; `custom_id` is our attempt, wherever there is one."""
    about = object_at(event, "resource")
    unit = next(iter(list_at(about, "purchase_units")), {})
    disputed = next(iter(list_at(about, "disputed_transactions")), {})
    related = object_at(object_at(about, "supplementary_data"), "related_ids")
    attempt = about.get("custom_id") or unit.get("custom_id") or attempt_of(disputed)
    is_order = event.get("resource_type") == "checkout-order"
    ref = text_at(about, "id") if is_order else text_at(related, "order_id")
    return Hook(text_at(event, "id"), kind, ref, uuid_in(attempt))


def refusal(status: int, answer: Mapping[str, Any]) -> Refused:
    """Return what PayPal's `no` means; `debug_id` is what its support asks for."""
    issues = [text_at(each, "issue") for each in list_at(answer, "details")]
    name = text_at(answer, "name", "error")
    reason = next((REASONS[each] for each in issues if each in REASONS), "")
    if status in (401, 403):
        reason = "not_configured"
    said = " ".join([name, *issues, text_at(answer, "debug_id")]).strip()
    return Refused(f"PayPal: {status} {said}"[:300], reason or reason_in(*issues, name))


def is_declined(answer: Mapping[str, Any]) -> bool:
    """Say whether the payer's card or account was turned down, rather than what we asked."""
    return any(text_at(each, "issue") in DECLINES for each in list_at(answer, "details"))


def uuid_in(text: object) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _capture_state(capture: Mapping[str, Any]) -> State:
    """Return a capture's state; money that a complaint holds back had come before."""
    state = CAPTURES.get(text_at(capture, "status"))
    if state is None:
        raise Lost("PayPal's capture has no state")
    return State.approved if _is_taken_back(capture) else state


def _is_taken_back(capture: Mapping[str, Any]) -> bool:
    why = text_at(object_at(capture, "status_details"), "reason")
    return why in TAKEN_BACK or capture.get("status") == "REVERSED"


def _fee(capture: Mapping[str, Any], currency: str) -> int:
    told = object_at(capture, "seller_receivable_breakdown")
    fee = object_at(told, "paypal_fee")
    if not fee or fee.get("currency_code") != currency:
        return 0
    return money(told, "paypal_fee")[0]


def _refunded(payments: Mapping[str, Any], currency: str) -> int:
    """Return what went back, or is about to."""
    gone = [
        money(each)
        for each in list_at(payments, "refunds")
        if each.get("status") in ("COMPLETED", "PENDING")
    ]
    return sum(amount for amount, of in gone if of == currency)
