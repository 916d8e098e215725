"""What Stripe's answers and events say. Pure.

Amounts are in the minor units of ISO 4217, as ours: 5000 with `xof` is 5 000 F, there is nothing
to multiply. Fees are told in the currency Stripe pays out, which need not be the payment's.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from kit.contracts.payments.refunds import DisputeState
from payments_service.providers.calls import list_at, object_at, text_at
from payments_service.providers.provider import (
    Disputed,
    Given,
    Hook,
    Lost,
    Seen,
    State,
    together,
)
from payments_service.providers.stripe_line import reason

# Of the states of a dispute, those in which money moved; the others are warnings.
DISPUTES = {
    "needs_response": DisputeState.open,
    "under_review": DisputeState.open,
    "lost": DisputeState.lost,
    "won": DisputeState.won,
}
INTENTS = {
    "succeeded": State.approved,
    "processing": State.pending,
    "requires_action": State.pending,
    "requires_capture": State.pending,
    "requires_confirmation": State.pending,
    "requires_payment_method": State.declined,
    "canceled": State.cancelled,
}
REFUNDS = {
    "succeeded": State.approved,
    "pending": State.pending,
    "requires_action": State.pending,
    "failed": State.declined,
    "canceled": State.cancelled,
}


def session_seen(session: Mapping[str, Any], disputes: Mapping[str, Any]) -> Seen:
    """Return where a Checkout Session with its expanded payment stands.

    While it is open a card that was declined changes nothing: the payer may try another one.
    """
    ref, attempt_id = text_at(session, "id"), uuid_in(session.get("client_reference_id"))
    intent = object_at(session, "payment_intent")
    if session.get("status") == "complete" and intent:
        seen = intent_seen(intent, disputes)
        if (seen.state is State.approved) == (session.get("payment_status") == "paid"):
            return replace(seen, provider_ref=ref, attempt_id=attempt_id or seen.attempt_id)
        raise Lost("Stripe says two different things of one payment")
    states = {"open": State.pending, "complete": State.pending, "expired": State.expired}
    state = states.get(text_at(session, "status"))
    if state is None:
        raise Lost("Stripe's answer has no state")
    amount = whole(session.get("amount_total"))
    return Seen(state, amount, _currency(session), ref, attempt_id=attempt_id)


def intent_seen(intent: Mapping[str, Any], disputes: Mapping[str, Any]) -> Seen:
    state = INTENTS.get(text_at(intent, "status"))
    if state is None:
        raise Lost("Stripe's answer has no state")
    charge, currency = object_at(intent, "latest_charge"), _currency(intent)
    dispute = dispute_of(disputes, currency)
    approved = state is State.approved
    return Seen(
        state,
        whole(intent.get("amount_received" if approved else "amount")),
        currency,
        text_at(intent, "id"),
        reason="" if approved else _why(intent, state),
        fee=_fee(object_at(charge, "balance_transaction"), currency) if approved else 0,
        refunded=whole(charge.get("amount_refunded", 0)),
        disputed=dispute is not None and dispute.state is not DisputeState.won,
        dispute=dispute,
        attempt_id=uuid_in(object_at(intent, "metadata").get("attempt_id")),
        saved=_saved(intent) if approved else "",
    )


def dispute_of(disputes: Mapping[str, Any], currency: str) -> Disputed | None:
    """Return where the disputes of a payment stand: a bank may begin a second one."""
    found = [
        Disputed(state, _disputed_amount(each, currency), _dispute_fee(each, currency))
        for each in list_at(disputes, "data")
        if (state := DISPUTES.get(text_at(each, "status")))
    ]
    return together(found)


def dispute_hook(dispute: Mapping[str, Any], ref: str) -> Hook:
    """Return what a listed dispute is about, and how it stands."""
    status = text_at(dispute, "status")
    key = f"{text_at(dispute, 'id')}:{status}"
    return Hook(key, "dispute", ref, dispute_state=DISPUTES.get(status))


def refund_given(refund: Mapping[str, Any]) -> Given:
    state = REFUNDS.get(text_at(refund, "status"))
    if state is None:
        raise Lost("Stripe's refund has no state")
    why = text_at(refund, "failure_reason")
    return Given(state, text_at(refund, "id"), reason((why,)) if why else "")


def event_hook(event: Mapping[str, Any], kind: str) -> Hook:
    """Return what an event is about: our attempt where it says so, else Stripe's own payment."""
    about = object_at(object_at(event, "data"), "object")
    what = text_at(about, "object")
    attempt = about.get("client_reference_id") or object_at(about, "metadata").get("attempt_id")
    ref = text_at(about, "id") if what in ("checkout.session", "payment_intent") else ""
    return Hook(text_at(event, "id"), kind, ref or payment_of(about), uuid_in(attempt))


def payment_of(about: Mapping[str, Any]) -> str:
    """Return the id of the payment that something belongs to, expanded or not."""
    intent = about.get("payment_intent")
    return text_at(intent, "id") if isinstance(intent, dict) else text_at(about, "payment_intent")


def uuid_in(text: object) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


def whole(amount: object) -> int:
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        raise Lost("Stripe's answer has no amount")
    return amount


def _currency(about: Mapping[str, Any]) -> str:
    return text_at(about, "currency").upper()


def _why(intent: Mapping[str, Any], state: State) -> str:
    error = object_at(intent, "last_payment_error")
    if state is State.cancelled:
        return "cancelled"
    codes = (text_at(error, "decline_code"), text_at(error, "code"))
    return reason(codes) if state is State.declined else ""


def _fee(booked: Mapping[str, Any], currency: str) -> int:
    return whole(booked.get("fee")) if booked and _currency(booked) == currency else 0


def _disputed_amount(dispute: Mapping[str, Any], currency: str) -> int:
    return whole(dispute.get("amount")) if _currency(dispute) == currency else 0


def _dispute_fee(dispute: Mapping[str, Any], currency: str) -> int:
    """Return what was kept for a dispute, less what was given back when it was won."""
    fees = [
        each.get("fee")
        for each in list_at(dispute, "balance_transactions")
        if _currency(each) == currency
    ]
    return sum(fee for fee in fees if isinstance(fee, int) and not isinstance(fee, bool))


def _saved(intent: Mapping[str, Any]) -> str:
    """Return customer and card, where the card may be charged while the payer is away."""
    customer, card = text_at(intent, "customer"), text_at(intent, "payment_method")
    kept = intent.get("setup_future_usage") == "off_session" and customer and card
    return f"{customer}/{card}" if kept else ""
