"""What Stripe is asked for. Pure. `Any`: the SDK's own types of what may be sent."""

from datetime import datetime, timedelta
from typing import Any

from stripe import RequestOptions

from payments_service.providers.provider import Charge, Giving

CURRENCIES = frozenset({"XOF", "EUR", "USD"})
AROUND = timedelta(minutes=5)  # between its clock and ours
LASTS = timedelta(days=1)  # a Checkout page


def page(charge: Charge) -> Any:  # noqa: ANN401
    """Return a Checkout page for one payment by card."""
    payment = _payment(charge)
    asked: dict[str, Any] = {
        "mode": "payment",
        "payment_method_types": ["card"],
        "client_reference_id": str(charge.attempt_id),
        "metadata": payment["metadata"],
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": charge.currency.lower(),
                    "unit_amount": charge.amount,
                    "product_data": {"name": charge.description[:250]},
                },
            }
        ],
        "payment_intent_data": payment,
        "success_url": charge.return_url,
        "cancel_url": charge.cancel_url,
        "locale": "fr" if charge.locale == "fr" else "en",
    }
    if charge.email:
        asked["customer_email"] = charge.email
    if charge.keeps_card:
        asked["customer_creation"] = "always"
        payment["setup_future_usage"] = "off_session"
    return asked


def _payment(charge: Charge) -> dict[str, Any]:
    ids = {"attempt_id": str(charge.attempt_id), "order_id": str(charge.order_id)}
    return {"metadata": ids, "description": charge.description[:250]}


def again(charge: Charge, saved: str) -> Any:  # noqa: ANN401
    """Return a payment by a kept card, while the payer is away."""
    customer, _, card = saved.partition("/")
    return _payment(charge) | {
        "amount": charge.amount,
        "currency": charge.currency.lower(),
        "customer": customer,
        "payment_method": card,
        "confirm": True,
        "off_session": True,
    }


def to_send_back(giving: Giving, intent_id: str) -> Any:  # noqa: ANN401
    return {
        "payment_intent": intent_id,
        "amount": giving.amount,
        "metadata": {"refund_id": str(giving.id)},
    }


def once(key: str) -> RequestOptions:
    """Return the option that makes a second call with this key answer what the first did."""
    return {"idempotency_key": key}


def around(created_at: datetime | None) -> dict[str, Any]:
    """Return the filter of a list for what an attempt of that time may have made."""
    if created_at is None:
        return {}
    since, until = created_at - AROUND, created_at + LASTS + AROUND
    return {"created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())}}
