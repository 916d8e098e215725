"""Where money goes in the books when a provider has taken it. Pure."""

from collections.abc import Iterable

from payments_service.models.orders import Attempt, Order
from payments_service.rules.accounts import at_provider, expense, unmatched
from payments_service.rules.journals import Leg, NewJournal, journal


def paid(order: Order, attempt: Attempt, sold: Iterable[Leg]) -> NewJournal:
    """Return the journal of an order that this attempt has paid; `sold` are its seller's legs."""
    legs = [*_taken(attempt), *_exchanged(order, attempt), *sold]
    return journal(
        f"order:{order.id}:paid",
        "payment",
        legs,
        source=f"order/{order.id}",
        description=order.title,
        details={
            "attempt": str(attempt.id),
            "provider": attempt.provider,
            "kind": order.kind,
            **({"rate": attempt.rate} if attempt.rate else {}),
        },
    )


def came_for_nothing(attempt: Attempt) -> NewJournal:
    """Return the journal of money that pays nothing: it is owed to whoever sent it."""
    legs = [*_taken(attempt), (unmatched(attempt.seen_currency or ""), -(attempt.seen_amount or 0))]
    return journal(
        f"attempt:{attempt.id}:unmatched",
        "unmatched",
        legs,
        source=f"order/{attempt.order_id}",
        description=attempt.reason,
        details={"attempt": str(attempt.id), "provider": attempt.provider},
    )


def _taken(attempt: Attempt) -> list[Leg]:
    """Return what the provider holds now, and what it kept for itself."""
    amount, currency = attempt.seen_amount or 0, attempt.seen_currency or ""
    fee = expense(f"fees:{attempt.provider}", currency)
    return [(at_provider(attempt.provider, currency), amount - attempt.fee), (fee, attempt.fee)]


def _exchanged(order: Order, attempt: Attempt) -> list[Leg]:
    """Return what joins two currencies: bought in one and sold in the other, at the quoted rate."""
    if attempt.currency == order.currency:
        return []
    return [
        (expense("exchange", attempt.currency), -attempt.amount),
        (expense("exchange", order.currency), order.amount),
    ]
