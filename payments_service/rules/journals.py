"""Journals before they are posted: legs that sum to zero, keys, reversals."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from payments_service.models.ledger import Phase
from payments_service.rules.accounts import Account

Leg = tuple[Account, int]
FOLLOWED = ("liability:wallet:", "liability:coins:", "liability:maker:", "liability:payouts:")


class Unbalanced(ValueError):
    """A journal whose legs do not sum to zero in every currency."""


@dataclass(frozen=True, slots=True)
class NewJournal:
    """A journal to post; debits are positive, credits negative, in minor units.

    `key`: posting twice with one key is posting once; with other content it is refused.
    """

    key: str
    kind: str
    legs: tuple[Leg, ...]
    source: str = ""
    description: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    phase: Phase = Phase.posted
    reverses_id: UUID | None = None
    resolves_id: UUID | None = None
    expires_at: datetime | None = None

    @property
    def input_hash(self) -> str:
        """Return what tells whether the same was asked: texts for people are left out."""
        told = [
            self.kind,
            self.phase,
            self.source,
            sorted((account.code, amount) for account, amount in self.legs),
            str(self.reverses_id or ""),
            str(self.resolves_id or ""),
        ]
        return hashlib.sha256(orjson.dumps(told)).hexdigest()


def journal(key: str, kind: str, legs: Iterable[Leg], **more: Any) -> NewJournal:  # noqa: ANN401  (NewJournal's own)
    """Return a journal of these legs: one per account, none of nothing, zero per currency."""
    made = NewJournal(key, kind, _merged(legs), **more)
    sums: dict[str, int] = defaultdict(int)
    for account, amount in made.legs:
        sums[account.currency] += amount
    if off := {currency: total for currency, total in sums.items() if total}:
        raise Unbalanced(f"{key}: the legs are off by {off}")
    if not made.legs and made.phase is not Phase.void:
        raise Unbalanced(f"{key}: there is nothing to post")
    return made


def move(source: Account, target: Account, amount: int) -> list[Leg]:
    """Return the legs that take `amount` from one account (credit) to another (debit).

    Paying out of a liability is the same the other way round: its debit is what it loses.
    """
    return [(target, amount), (source, -amount)]


def reversed_legs(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    return tuple((account, -amount) for account, amount in legs)


def may_be_reversed(phase: Phase, codes: Sequence[str]) -> bool:
    """Say whether its opposite may be posted by hand.

    What other tables follow (lots of coins, earnings, payouts) is undone by those who keep them.
    """
    is_moved = phase in {Phase.posted, Phase.post} and bool(codes)
    return is_moved and not any(code.startswith(FOLLOWED) for code in codes)


def _merged(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    sums: dict[Account, int] = defaultdict(int)
    for account, amount in legs:
        sums[account] += amount
    return tuple((account, amount) for account, amount in sums.items() if amount)
