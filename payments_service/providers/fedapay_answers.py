"""What FedaPay says, in our words: states, amounts, references, events. Pure."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from payments_service.providers.calls import object_at, text_at
from payments_service.providers.provider import Given, Hook, Lost, State
from payments_service.rules.amounts import minor_units
from payments_service.rules.ids import uuid_in
from payments_service.rules.reasons import reason_in

PAYOUT = "payout:"  # before the id of a payout: transactions are counted apart
STATES = {
    "created": State.pending,
    "pending": State.pending,
    "approved": State.approved,
    "transferred": State.approved,
    "refunded": State.approved,
    "approved_partially_refunded": State.approved,
    "transferred_partially_refunded": State.approved,
    "declined": State.declined,
    "canceled": State.cancelled,
    "expired": State.expired,
}
PAYOUT_STATES = {
    "pending": State.pending,
    "scheduled": State.pending,
    "started": State.pending,
    "processing": State.pending,
    "sent": State.approved,
    "failed": State.declined,
}


def minor_units_of(found: Mapping[str, Any], name: str) -> int:
    """Return an amount, which FedaPay tells in whole francs; 0 where there is none."""
    value = found.get(name)
    if value is None:
        return 0
    try:
        return minor_units(value, "XOF")
    except ValueError as error:
        raise Lost(f"FedaPay tells {name} in a way that cannot be read") from error


def state_of(found: Mapping[str, Any], states: Mapping[str, State]) -> State:
    status = text_at(found, "status")
    if status not in states:
        raise Lost(f"FedaPay says '{status[:40]}', which says nothing to us")
    return states[status]


def reason_of(found: Mapping[str, Any]) -> str:
    return reason_in(text_at(found, "last_error_code"), text_at(found, "last_error_message"))


def refunded_of(found: Mapping[str, Any], status: str, amount: int) -> int:
    if status == "refunded":
        return amount
    return minor_units_of(found, "amount_refunded") if "refunded" in status else 0


def attempt_of(found: Mapping[str, Any]) -> UUID | None:
    """Return which attempt of ours a transaction is for."""
    said = text_at(found, "merchant_reference")
    return uuid_in(said or text_at(object_at(found, "custom_metadata"), "reference"))


def given_of(found: Mapping[str, Any]) -> Given:
    state = state_of(found, PAYOUT_STATES)
    reason = reason_of(found) if state is State.declined else ""
    return Given(state, PAYOUT + text_at(found, "id"), reason, minor_units_of(found, "fees"))


def hook_of(event: Mapping[str, Any], thing: Mapping[str, Any], body: bytes) -> Hook:
    """Return what an event is about; it comes as a webhook or as the Events API tells it."""
    kind = text_at(event, "name", "type")
    about, number, changed = text_at(event, "object"), text_at(thing, "id"), "updated_at"
    named = text_at(event, "id")
    if not named and number and text_at(thing, changed):
        named = f"{kind}:{about}:{number}:{text_at(thing, changed)}"
    ref = {"transaction": number, "payout": number and PAYOUT + number}.get(kind.split(".")[0], "")
    attempt = attempt_of(thing) if kind.startswith("transaction.") else None
    return Hook(named or sha256(body).hexdigest(), kind, ref, attempt)
