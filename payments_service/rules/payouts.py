"""Payout accounts and payouts: names, numbers, what holds them up. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from rapidfuzz import fuzz

from payments_service.models.payouts import PayoutAccount
from payments_service.rules.charges import Payer

AnyPayer = TypeVar("AnyPayer", bound=Payer)
ALIKE = 85.0
NAME, DUPLICATE = "name", "duplicate"


def are_alike(holder: str, name: str) -> bool:
    """Say whether two names are probably one person's: in any order, with or without accents.

    Operators know people by all their names, accounts by some: the shorter has to be in the longer.
    """
    one, other = _plain(holder), _plain(name)
    if not one or not other:
        return False
    return fuzz.token_set_ratio(one, other) >= ALIKE and fuzz.token_sort_ratio(one, other) >= 50


def flags_of(holder: str, name: str, *, is_shared: bool) -> list[str]:
    """Return what somebody has to look at before money goes there."""
    flags = [] if are_alike(holder, name) else [NAME]
    return [*flags, DUPLICATE] if is_shared else flags


def held_up_by(account: PayoutAccount, at: datetime) -> str:
    """Return why nothing may be sent there now; "" when it may."""
    if account.flags and not account.checked_by:
        return "flags"
    return "new_account" if at < account.usable_at else ""


def payer_for(
    providers: Iterable[AnyPayer], preferred: str, method: str, country: str
) -> AnyPayer | None:
    """Return who can pay to this operator: the preferred one, else the first that reaches it."""
    able = [one for one in providers if _reaches(one, method, country)]
    return next((one for one in able if one.name == preferred), able[0] if able else None)


def _reaches(provider: Payer, method: str, country: str) -> bool:
    return any(one.name == method and one.country in {country, None} for one in provider.methods())


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    letters: Sequence[str] = [c for c in decomposed if not unicodedata.combining(c)]
    return " ".join("".join(c if c.isalnum() else " " for c in letters).casefold().split())
