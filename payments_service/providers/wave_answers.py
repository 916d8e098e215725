"""What Wave says, in our words: sessions, payouts, refusals. Pure."""

from collections.abc import Mapping
from typing import Any

import httpx

from payments_service.providers.calls import body, object_at, text_at, told
from payments_service.providers.provider import Given, Lost, Refused, State
from payments_service.rules.amounts import minor_units
from payments_service.rules.reasons import reason_in

PAYOUT_STATES = {
    "processing": State.pending,
    "succeeded": State.approved,
    "failed": State.declined,
    "reversed": State.declined,
}
Found = dict[str, Any]


def best_of(sessions: list[Found]) -> Found:
    """Return the session that was paid, else one that still can be."""
    ranks = {State.approved: 0, State.pending: 1}
    return min(sessions, key=lambda each: ranks.get(state_of(each), len(ranks)))


def state_of(session: Mapping[str, Any]) -> State:
    """Return where a session stands: until it is complete or expired, the payer may try again."""
    paid, checkout = text_at(session, "payment_status"), text_at(session, "checkout_status")
    if paid == "succeeded":
        return State.approved
    if checkout == "expired":
        return State.expired
    if paid == "cancelled":
        return State.cancelled
    if checkout == "open" or paid == "processing":
        return State.pending
    raise Lost(f"Wave says '{paid[:40]}' and '{checkout[:40]}', which says nothing to us")


def given_of(found: Mapping[str, Any], currency: str) -> Given:
    status = text_at(found, "status")
    if status not in PAYOUT_STATES:
        raise Lost(f"Wave says '{status[:40]}', which says nothing to us")
    state = PAYOUT_STATES[status]
    error = object_at(found, "payout_error")
    reason = reason_in(text_at(error, "error_code"), text_at(error, "error_message"))
    fee = amount_of(found, "fee", currency) if text_at(found, "fee") else 0
    return Given(state, text_at(found, "id"), reason if state is State.declined else "", fee)


def amount_of(found: Mapping[str, Any], name: str, currency: str) -> int:
    try:
        return minor_units(found.get(name), currency)
    except ValueError as error:
        raise Lost(f"Wave tells {name} in a way that cannot be read") from error


def with_id(answer: httpx.Response) -> Found:
    found = told(answer)
    if not text_at(found, "id"):
        raise Lost("Wave answered without an id")
    return found


def refused(answer: httpx.Response) -> Refused:
    found = body(answer)
    error = object_at(found, "error") or found
    code, said = text_at(error, "code", "error_code"), text_at(error, "message")
    staff = f"Wave answered {answer.status_code}: {code} {said}".strip()
    if answer.status_code in {401, 403}:
        return Refused(staff, "not_configured")
    return Refused(staff, reason_in(code, said))
