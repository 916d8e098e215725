"""What is typed about money: amounts as people write them, and what is left out."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_precision

SPACES = {ord(space): None for space in "   "}
COUNTED = frozenset({"XOF", "XAF"})  # nothing is smaller than a franc


def plain(form: Mapping[str, Any]) -> dict[str, str]:
    """Return what was typed, trimmed; what was left empty is left out."""
    found = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    return {name: value for name, value in found.items() if value and name != "csrf"}


def amount_in(typed: str, currency: str) -> int | str:
    """Return "12,50" in minor units of a currency; what is no amount stays as it was typed."""
    try:
        exact = Decimal(typed.translate(SPACES).replace(",", "."))
        minor = exact.scaleb(0 if currency in COUNTED else get_currency_precision(currency))
    except InvalidOperation:
        return typed
    return int(minor) if minor.is_finite() and minor == minor.to_integral_value() else typed


def written(amount: int | None, currency: str) -> str:
    """Write minor units as they are typed into a field."""
    if amount is None:
        return ""
    digits = 0 if currency in COUNTED else get_currency_precision(currency)
    return f"{Decimal(amount).scaleb(-digits):f}"


def shown(
    found: Mapping[str, Any], *, amounts: Collection[str] = (), moments: Collection[str] = ()
) -> dict[str, Any]:
    """Return what is known of a thing as its form shows it: the way back from `values`."""
    currency = found.get("currency") or "XOF"
    made = {name: "" if value is None else value for name, value in found.items()}
    for name in amounts:
        made[name] = written(found.get(name), currency)
    for name in moments:
        at: datetime | None = found.get(name)
        made[name] = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") if at else ""
    return made


def whole(typed: str) -> int | str:
    """Return a whole number; what is none stays as it was typed."""
    bare = typed.translate(SPACES)
    return int(bare) if bare.lstrip("-").isdecimal() and bare.isascii() else typed


def values(
    typed: Mapping[str, str],
    *,
    amounts: Collection[str] = (),
    numbers: Collection[str] = (),
    moments: Collection[str] = (),
    flags: Collection[str] = (),
) -> dict[str, Any]:
    """Return what was typed as a contract takes it; `amounts` are in `currency`.

    A flag that was not ticked is false. Moments are a browser's, which have no zone: UTC.
    """
    currency = typed.get("currency", "XOF").upper()
    found: dict[str, Any] = dict(typed)
    for name in typed:
        if name in amounts:
            found[name] = amount_in(typed[name], currency)
        elif name in numbers:
            found[name] = whole(typed[name])
        elif name in moments:
            found[name] = _moment(typed[name])
    return found | {name: name in typed for name in flags}


def _moment(typed: str) -> datetime | str:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=UTC)
    except ValueError:
        return typed
