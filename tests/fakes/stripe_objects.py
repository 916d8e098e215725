"""What Stripe's API shows of what the simulator keeps, and how it reads forms."""

import re
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.fakes.rail import RailCharge, RailGiving

INTENTS = {
    "approved": "succeeded",
    "cancelled": "canceled",
    "declined": "requires_payment_method",
    "pending": "processing",
}
REFUNDS = {"approved": "succeeded", "declined": "failed", "pending": "pending"}
AWAY = ("needs_response", "under_review", "lost")
ENDED = ("won", "lost", "warning_closed")
PART = re.compile(r"\[([^\]]*)\]")
NOTHING: frozenset[str] = frozenset()
Shown = dict[str, Any]


def shown_session(charge: RailCharge, expand: frozenset[str] = NOTHING, settles: str = "") -> Shown:
    ended = {"approved": "complete", "declined": "complete", "pending": "open"}
    status = ended.get(charge.state, "expired")
    intent: Any = charge.more["intent"] if status == "complete" else None
    if intent and "payment_intent" in expand:
        intent = shown_intent(charge, expand, settles)
    return {
        "id": charge.ref,
        "object": "checkout.session",
        "created": charge.more["created"],
        "amount_total": charge.amount,
        "currency": charge.currency.lower(),
        "client_reference_id": charge.attempt,
        "metadata": charge.more["metadata"],
        "status": status,
        "payment_status": "paid" if charge.state == "approved" else "unpaid",
        "payment_intent": intent,
        "url": f"https://checkout.stripe.com/c/{charge.ref}" if status == "open" else None,
    }


def shown_intent(charge: RailCharge, expand: frozenset[str] = NOTHING, settles: str = "") -> Shown:
    is_paid = charge.state == "approved"
    latest: Any = f"ch_{charge.ref}" if is_paid else None
    if is_paid and "latest_charge" in expand:
        latest = _shown_charge(charge, expand, settles)
    code = charge.more.get("decline", "card_declined")
    error = {"type": "card_error", "code": "card_declined", "decline_code": code}
    return {
        "id": charge.more["intent"],
        "object": "payment_intent",
        "created": charge.more["created"],
        "amount": charge.amount,
        "amount_received": charge.amount if is_paid else 0,
        "currency": charge.currency.lower(),
        "status": INTENTS.get(charge.state, "canceled"),
        "metadata": charge.more["metadata"],
        "latest_charge": latest,
        "last_payment_error": error if charge.state == "declined" else None,
        "customer": "cus_1" if charge.more.get("keeps") else None,
        "payment_method": charge.more.get("card", "pm_1"),
        "setup_future_usage": charge.more.get("keeps"),
    }


def _shown_charge(charge: RailCharge, expand: frozenset[str], settles: str) -> Shown:
    booked: Any = f"txn_{charge.ref}"
    if "balance_transaction" in expand:
        currency = (settles or charge.currency).lower()
        booked = {"id": booked, "fee": charge.fee, "currency": currency}
    return {
        "id": f"ch_{charge.ref}",
        "object": "charge",
        "amount_refunded": charge.refunded,
        "balance_transaction": booked,
        "disputed": charge.is_disputed,
        "metadata": charge.more["metadata"],
        "payment_intent": charge.more["intent"],
    }


def dispute(charge: RailCharge, status: str, amount: int, fee: int) -> list[str]:
    """Move the dispute of a charge on; return the kinds of its events. The bank takes money once,
    and gives it back when the dispute is won; the fee stays with Stripe.
    """
    begun = charge.more.get("dispute")
    found = charge.more.setdefault("dispute", {"amount": amount, "fee": fee, "moves": []})
    found["status"], charge.is_disputed = status, True
    kinds = ["updated" if begun else "created"]
    is_away = sum(moved for moved, _ in found["moves"]) < 0
    if status in AWAY and not is_away:
        found["moves"].append((-found["amount"], 0 if found["moves"] else found["fee"]))
        kinds.insert(0, "funds_withdrawn")
    if status in ENDED:
        kinds.insert(0, "closed")
    if status == "won" and is_away:
        found["moves"].append((found["amount"], 0))
        kinds.insert(0, "funds_reinstated")
    return kinds


def taken(charge: RailCharge) -> int:
    """Return what a dispute has taken of a charge until now, with what Stripe keeps for it."""
    moves = charge.more.get("dispute", {}).get("moves", [])
    return sum(fee - amount for amount, fee in moves)


def shown_dispute(charge: RailCharge) -> Shown:
    dispute, currency = charge.more["dispute"], charge.currency.lower()
    return {
        "id": f"dp_{charge.ref}",
        "object": "dispute",
        "created": charge.more["created"],
        "amount": dispute["amount"],
        "balance_transactions": [
            {"amount": amount, "fee": fee, "net": amount - fee, "currency": currency}
            for amount, fee in dispute["moves"]
        ],
        "currency": currency,
        "charge": f"ch_{charge.ref}",
        "payment_intent": charge.more["intent"],
        "status": dispute["status"],
        "metadata": {},
    }


async def form(request: web.Request) -> Shown:
    """Return a form as Stripe reads it: `a[b][0]=c` is {"a": {"b": {"0": "c"}}}."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(await request.text()):
        inner = found
        parts = [name.partition("[")[0], *PART.findall(name)]
        for part in parts[:-1]:
            inner = inner.setdefault(part, {})
        inner[parts[-1]] = value
    return found


def expanded(request: web.Request) -> frozenset[str]:
    """Return what is asked to be told in full, all levels of it."""
    asked = [value for name, value in request.query.items() if name.startswith("expand")]
    return frozenset(part for each in asked for part in each.split("."))


def shown_refund(giving: RailGiving, charge: RailCharge) -> Shown:
    return {
        "id": giving.ref,
        "object": "refund",
        "amount": giving.amount,
        "currency": giving.currency.lower(),
        "payment_intent": charge.more["intent"],
        "metadata": giving.more["metadata"],
        "status": REFUNDS[giving.state],
        "failure_reason": "expired_or_canceled_card" if giving.state == "declined" else None,
    }
