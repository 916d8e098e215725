"""Orders: which can still be paid, whose they are, and prices in other currencies. Pure."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from uuid import UUID

from kit.contracts.payments.orders import OrderState
from payments_service.rules.amounts import decimals

OPEN = frozenset({OrderState.created, OrderState.pending})
PAYABLE = OPEN | {OrderState.cancelled, OrderState.expired}  # money that comes in is not refused
GIVEN = frozenset({OrderState.paid, OrderState.partially_refunded})
ANYONE = "anyone"
SHORTEST_KEY, LONGEST_KEY = 16, 200


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount in the currency it is charged in; `rate`: the other currency for one of it."""

    amount: int
    currency: str
    rate: str | None = None


def payer_of(account_id: UUID | None) -> str:
    """Return who an Idempotency-Key belongs to."""
    return f"account:{account_id}" if account_id else ANYONE


def secret_of(key: bytes, order_id: UUID) -> str:
    """Return what shows an order without an account to whoever made it: the same each time."""
    digest = hmac.digest(key, order_id.bytes, hashlib.sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def holds(secret: str, secret_hash: str | None) -> bool:
    """Say whether this is the secret of an order; one without a secret has none that fits."""
    return bool(secret and secret_hash) and hmac.compare_digest(hash_of(secret), secret_hash or "")


def rates_in(text: str, own: str) -> Mapping[str, Decimal]:
    """Read "EUR=655.957,USD=610": what one of each costs in `own`. Raise ValueError."""
    found = {own: Decimal(1)}
    for part in filter(None, (each.strip() for each in text.split(","))):
        currency, _, rate = part.partition("=")
        try:
            found[currency.strip().upper()] = Decimal(rate.strip())
        except InvalidOperation as error:
            raise ValueError(f"{part} is no rate; write EUR=655.957") from error
    if wrong := [name for name, rate in found.items() if not (rate.is_finite() and rate > 0)]:
        raise ValueError(f"the rate of {', '.join(wrong)} has to be above zero")
    return found


def priced(
    amount: int, currency: str, takes: frozenset[str], rates: Mapping[str, Decimal]
) -> Priced | None:
    """Return what to charge where only these currencies are taken; None when there is no rate.

    Its own currency costs no exchange; else the first with a rate, rounded to the nearest unit.
    """
    if currency in takes:
        return Priced(amount, currency)
    for other in sorted(takes & rates.keys()):
        if currency in rates:
            rate = rates[other] / rates[currency]
            units = Decimal(amount).scaleb(-decimals(currency)) / rate
            scaled = units.scaleb(decimals(other)).quantize(Decimal(1), ROUND_HALF_UP)
            return Priced(max(int(scaled), 1), other, f"{rate:.8g}")
    return None
