"""What can be refunded, to whom, and what that does to the books. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kit.contracts.payments.orders import OrderKind, OrderState
from kit.contracts.payments.refunds import Way
from payments_service.models.ledger import Kind
from payments_service.models.orders import Attempt, Order
from payments_service.rules.accounts import at_provider, coins_owed, expense, unmatched
from payments_service.rules.journals import Leg

PAID = frozenset({OrderState.paid, OrderState.fulfilled, OrderState.partially_refunded})
# What who bought may have refunded by themselves, as long as it is as new.
RETURNABLE = frozenset(
    {OrderKind.coins, OrderKind.film, OrderKind.rental, OrderKind.bundle, OrderKind.season}
)


@dataclass(frozen=True, slots=True)
class Left:
    """What of an order was given back or is on its way: in its currency, and in the captured."""

    amount: int
    captured: int
    reserved_amount: int = 0
    reserved_source: int = 0

    @property
    def refundable(self) -> int:
        return self.amount - self.reserved_amount

    def source_amount(self, amount: int) -> int:
        """Return what of the captured money this part of the order is; the last takes the rest."""
        after = self.reserved_amount + amount
        if after >= self.amount:
            return self.captured - self.reserved_source
        return max(0, self.captured * after // self.amount - self.reserved_source)


def why_not(order: Order, at: datetime, days: int, *, is_used: bool) -> str:
    """Return why who bought may not have this refunded; "" when they may."""
    if order.state == OrderState.disputed:
        return "disputed"
    if order.state in {OrderState.refunded, OrderState.partially_refunded}:
        return "nothing_left"
    if order.state not in PAID or order.paid_at is None or not order.amount:
        return "not_paid"
    if order.kind not in RETURNABLE:
        return "kind"
    if at > until(order, days):
        return "late"
    return "watched" if is_used else ""


def ways(kind: str, coins: int, *, may_send: bool) -> list[Way]:
    """Return how who bought can have it back: money where it came from, or so many coins.

    `may_send`: money can be sent there.

    Coins are not turned into coins: a small pack, dearer by the coin, would come back as more.
    """
    found: list[Way] = ["source"] if may_send else []
    if coins and kind != OrderKind.coins:
        found.append("coins")
    return found


def until(order: Order, days: int) -> datetime:
    return (order.paid_at or order.created_at) + timedelta(days=days)


def coins_for(amount: int, coin_amount: int, bonus_percent: int) -> tuple[int, int]:
    """Return the coins that stand for money, rounded up, and those that come on top."""
    coins = -(-amount // coin_amount)
    return coins, coins * bonus_percent // 100


def given_back(credited: Sequence[Leg], whole: int, before: int, after: int) -> list[Leg]:
    """Return the debits that undo a part of where an order's money went.

    Of income and tax their own; what is only owed (coins, gift cards) is the seller's to take
    back, as far as it is there: until then it is an expense. All parts together are the whole.
    """
    found: list[Leg] = []
    for account, amount in credited:
        is_earned = account.kind is Kind.income or account.code.startswith("liability:tax:")
        target = account if is_earned else expense("refunds", account.currency)
        found.append((target, -amount * after // whole - -amount * before // whole))
    rest = after - before - sum(amount for _, amount in found)
    if found and rest:
        account, amount = found[-1]
        found[-1] = (account, amount + rest)
    return found


def to_source(order: Order, attempt: Attempt, amount: int, source_amount: int) -> list[Leg]:
    """Return the credits of money that leaves a provider, joined to the order's currency."""
    currency = attempt.seen_currency or attempt.currency
    legs: list[Leg] = [(at_provider(attempt.provider, currency), -source_amount)]
    return legs + _exchanged(order, currency, amount, source_amount)


def to_coins(order: Order, amount: int) -> list[Leg]:
    return [(coins_owed(order.currency), -amount)]


def unmatched_back(attempt: Attempt, amount: int) -> list[Leg]:
    """Return the legs of money that paid nothing and goes back to who sent it."""
    currency = attempt.seen_currency or attempt.currency
    return [(unmatched(currency), amount), (at_provider(attempt.provider, currency), -amount)]


def fee_legs(provider: str, currency: str, fee: int) -> list[Leg]:
    """Return what a provider keeps for sending money."""
    if fee <= 0:
        return []
    return [(expense(f"fees:{provider}", currency), fee), (at_provider(provider, currency), -fee)]


def _exchanged(order: Order, currency: str, amount: int, source_amount: int) -> list[Leg]:
    if currency == order.currency:
        return []
    return [
        (expense("exchange", currency), source_amount),
        (expense("exchange", order.currency), -amount),
    ]
