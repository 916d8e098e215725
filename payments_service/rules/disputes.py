"""What a provider has taken for a dispute, and what is undone of a sale by that. Pure."""

from dataclasses import dataclass

from kit.contracts.payments.refunds import DisputeState
from payments_service.models.orders import Attempt, Order
from payments_service.rules.accounts import at_provider, disputed, expense
from payments_service.rules.journals import Leg


@dataclass(frozen=True, slots=True)
class Taken:
    """What is not with the provider, in the captured currency: argued about, or gone for good."""

    held: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Says:
    """What a provider says: see `providers.provider.Disputed`."""

    state: DisputeState
    amount: int = 0
    lost: int = 0


def taken(says: Says, about: int, left: int, was_lost: int) -> Taken:
    """Return what is taken now. `about`: what the dispute was about; `left`: what was not sent
    back. What was lost stays lost until somebody says that it is won, also while that is asked.
    """
    if says.state is DisputeState.won:
        return Taken()
    if says.state is DisputeState.lost:
        return Taken(lost=min(says.amount or about, left))
    away = min(says.amount + says.lost if says.amount else about, left)
    lost = min(max(says.lost, was_lost), away)
    return Taken(away - lost, lost)


def undone(order: Order, more: Taken, before: Taken, undone_before: int, left: int) -> int:
    """Return how much of an order's amount `more` undoes; below zero: how much stands again."""
    if more.lost >= 0:
        rest = left - before.lost
        return part_of(order.amount - order.refunded_amount, more.lost, rest) if more.lost else 0
    back = -more.lost
    return -undone_before if back >= before.lost else -(undone_before * back // before.lost)


def part_of(amount: int, gone: int, captured: int) -> int:
    """Return the part of an order's amount that this much of what was captured stands for."""
    return amount if gone >= captured else min(amount, max(1, amount * gone // captured))


def legs(order: Order, attempt: Attempt, more: Taken, part: int) -> list[Leg]:
    """Return the legs of what was taken more, or came back, beside those that undo the sale.

    What is lost and was given back in coins before is lost twice: nobody pays the house that.
    """
    currency = attempt.seen_currency or attempt.currency
    found: list[Leg] = [
        (disputed(currency), more.held),
        (at_provider(attempt.provider, currency), -more.held - more.lost),
    ]
    if currency == order.currency:
        return [*found, (expense("disputes", currency), more.lost - part)]
    return [
        *found,
        (expense("exchange", currency), more.lost),
        (expense("exchange", order.currency), -part),
    ]


def fee_legs(attempt: Attempt, fee: int) -> list[Leg]:
    """Return what a provider keeps for a dispute; less than zero: what it gives back of that."""
    currency = attempt.seen_currency or attempt.currency
    return [
        (expense(f"fees:{attempt.provider}", currency), fee),
        (at_provider(attempt.provider, currency), -fee),
    ]
