"""What film-makers get of views and sales, split without losing a minor unit. Pure.

What each is due is exact, in billionths of a minor unit, and includes what rounding still owed
them; whole units go to whoever is owed most. Over any time nobody is off by more than rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

UNIT = 1_000_000_000  # per-view terms in millionths times a share in thousandths: exact


@dataclass(frozen=True, slots=True)
class Part:
    """One maker of a film: their share, and the terms that hold for them and this film."""

    account_id: UUID
    per_mille: int
    per_view: int
    """In millionths of a minor unit."""
    sale_per_mille: int

    def told(self) -> dict[str, Any]:
        """Return it as it is kept with an accrual, to be reckoned again."""
        return {
            "account_id": str(self.account_id),
            "per_mille": self.per_mille,
            "per_view": self.per_view,
            "sale_per_mille": self.sale_per_mille,
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Part":
        return cls(
            UUID(str(told["account_id"])),
            int(told["per_mille"]),
            int(told["per_view"]),
            int(told["sale_per_mille"]),
        )


@dataclass(frozen=True, slots=True)
class Given:
    """What one maker gets: `due` exactly, `amount` in whole units, `carry` owed to them still."""

    due: int
    amount: int
    carry: int


def views_due(parts: Sequence[Part], count: int) -> dict[UUID, int]:
    """Return what counted views come to for each, in billionths."""
    return {part.account_id: count * part.per_view * part.per_mille for part in parts}


def sale_due(parts: Sequence[Part], amount: int) -> dict[UUID, int]:
    """Return what a sale comes to for each, in billionths; negative when taken back."""
    return {part.account_id: amount * 1000 * part.sale_per_mille * part.per_mille for part in parts}


def split(due: Mapping[UUID, int], carry: Mapping[UUID, int]) -> dict[UUID, Given]:
    """Return what each gets in whole units: together all the whole units there are.

    What is left of a unit is carried. Of a taken-back sale everything has the other sign.
    """
    if sum(due.values()) < 0:
        turned = split(
            {one: -exact for one, exact in due.items()},
            {one: -carry.get(one, 0) for one in due},
        )
        return {one: Given(-g.due, -g.amount, -g.carry) for one, g in turned.items()}
    owed = {one: exact + carry.get(one, 0) for one, exact in due.items()}
    total = max(0, sum(owed.values()) // UNIT)
    amounts = largest_remainders(owed, total)
    return {
        one: Given(due[one], amount, owed[one] - amount * UNIT) for one, amount in amounts.items()
    }


def largest_remainders(owed: Mapping[UUID, int], total: int) -> dict[UUID, int]:
    """Return whole units that sum to `total`, none negative, each as near to what is owed."""
    amounts = {one: max(0, exact // UNIT) for one, exact in owed.items()}

    def rest(one: UUID) -> tuple[int, int]:
        return owed[one] - amounts[one] * UNIT, one.int

    while (missing := total - sum(amounts.values())) > 0:
        for one in sorted(amounts, key=rest, reverse=True)[:missing]:
            amounts[one] += 1
    while sum(amounts.values()) > total:
        amounts[min((one for one in amounts if amounts[one]), key=rest)] -= 1
    return amounts


def split_evenly(amount: int, among: Sequence[UUID]) -> dict[UUID, int]:
    """Return a bundle's price, film by film: all of it, none of it twice."""
    each, left = divmod(abs(amount), len(among))
    sign = 1 if amount >= 0 else -1
    return {one: sign * (each + (place < left)) for place, one in enumerate(among)}
