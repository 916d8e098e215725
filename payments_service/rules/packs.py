"""What a pack of coins costs, and how many come on top of it."""

from dataclasses import dataclass
from datetime import datetime

from payments_service.models.coins import Pack


@dataclass(frozen=True, slots=True)
class Priced:
    """`list_amount` without the discount, `bonus` coins on top; `until`: when this ends."""

    list_amount: int
    amount: int
    currency: str
    bonus: int
    is_first: bool
    discount_percent: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Buyer:
    """`is_first`: they have never bought a pack. `code`: what they typed for more coins."""

    is_first: bool
    code: str
    at: datetime


def priced(pack: Pack, amount: int, currency: str, buyer: Buyer) -> Priced:
    """Return what this buyer gets now. A discount is rounded in the buyer's favour."""
    percent = pack.discount_percent if _lasts(pack.discount_until, buyer.at) else 0
    is_season = _is_season(pack, buyer.at)
    ends = [
        pack.discount_until if percent else None,
        pack.season_until if is_season and pack.season_coins else None,
    ]
    bonus = pack.bonus_coins
    bonus += pack.first_coins if buyer.is_first else 0
    bonus += pack.season_coins if is_season else 0
    bonus += pack.code_coins if is_code(pack, buyer.code) else 0
    return Priced(
        list_amount=amount,
        amount=max(1, amount * (100 - percent) // 100),
        currency=currency,
        bonus=bonus,
        is_first=buyer.is_first and pack.first_coins > 0,
        discount_percent=percent,
        until=min((one for one in ends if one), default=None),
    )


def is_code(pack: Pack, typed: str) -> bool:
    return bool(pack.code) and pack.code.casefold() == typed.strip().casefold()


def _lasts(until: datetime | None, at: datetime) -> bool:
    return until is None or at < until


def _is_season(pack: Pack, at: datetime) -> bool:
    has_begun = pack.season_from is None or pack.season_from <= at
    has_times = pack.season_from is not None or pack.season_until is not None
    return has_times and has_begun and _lasts(pack.season_until, at)
