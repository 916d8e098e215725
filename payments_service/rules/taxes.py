"""Tax on what is sold: prices include it. Pure."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from payments_service.models.ledger import Kind
from payments_service.rules.accounts import tax
from payments_service.rules.journals import Leg


def rate_of(percent: str) -> Decimal:
    """Return the rate of "18" or "19.25": 0.18; raise ValueError for what is none."""
    try:
        rate = Decimal(percent.strip() or "0") / 100
    except InvalidOperation as error:
        raise ValueError(f"{percent!r} is no percentage") from error
    if not 0 <= rate < 10:
        raise ValueError(f"{percent!r} is no percentage")
    return rate


def tax_within(amount: int, percent: str) -> int:
    """Return the tax inside a price that includes it, in whole minor units, half up."""
    rate = rate_of(percent)
    return _whole(amount * rate / (1 + rate))


def set_apart(legs: Sequence[Leg], tax_amount: int, currency: str) -> list[Leg]:
    """Return these legs with `tax_amount` of them credited as tax; the sum stays the same.

    It is taken from income, the largest first: what is only owed (coins, gift cards) is no income
    yet.
    """
    found, left = list(legs), tax_amount
    order = sorted(range(len(found)), key=lambda place: found[place][1])
    for place in order:
        account, amount = found[place]
        if account.kind is Kind.income and account.currency == currency and amount < 0:
            taken = min(left, -amount)
            found[place] = (account, amount + taken)
            left -= taken
    if tax_amount > left:
        found.append((tax(currency), left - tax_amount))
    return found


def _whole(exact: Decimal) -> int:
    return int(exact.to_integral_value(ROUND_HALF_UP))
