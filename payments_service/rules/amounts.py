"""Amounts as providers write them: text, with as many decimals as the currency has. Pure.

Never through a float. An amount that does not fit its currency is refused rather than rounded.
"""

import re
from decimal import Decimal

from babel.numbers import get_currency_precision

WRITTEN = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")


def decimals(currency: str) -> int:
    """Return how many decimals a currency has: 0 for XOF, 2 for EUR."""
    return int(get_currency_precision(currency))


def written(amount: int, currency: str) -> str:
    """Return minor units as text: 1500 XOF is "1500", 1500 EUR is "15.00"."""
    return f"{Decimal(amount).scaleb(-decimals(currency)):.{decimals(currency)}f}"


def minor_units(text: object, currency: str) -> int:
    """Return the minor units of "1500", "1500.00" or 1500; raise ValueError for anything else."""
    if isinstance(text, float) and text.is_integer():
        text = int(text)  # JSON that says 1500.0
    is_text = isinstance(text, str | int) and not isinstance(text, bool)
    if not is_text or not WRITTEN.fullmatch(str(text)):
        raise ValueError("this is not an amount")
    scaled = Decimal(str(text)).scaleb(decimals(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{currency} has only {decimals(currency)} decimals")
    return int(scaled)
