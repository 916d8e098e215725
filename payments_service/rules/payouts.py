"""Payout accounts and payouts: names, numbers, what holds them up. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from kit.contracts.payments.payouts import HolderCheck
from payments_service.models.payouts import PayoutAccount
from payments_service.rules.charges import Payer
from payments_service.rules.names import are_one_person

AnyPayer = TypeVar("AnyPayer", bound=Payer)
NAME, DUPLICATE, HOLDER = "name", "duplicate", "holder"
DOUBTFUL = frozenset({HolderCheck.differs, HolderCheck.inactive})


def flags_of(holder: str, name: str, *, is_shared: bool) -> list[str]:
    """Return what somebody has to look at before money goes there."""
    flags = [] if are_one_person(holder, name) else [NAME]
    return [*flags, DUPLICATE] if is_shared else flags


def with_holder(flags: Sequence[str], check: HolderCheck) -> list[str]:
    """Return the flags of a number, given what a rail says of its holder."""
    others = [flag for flag in flags if flag != HOLDER]
    return [*others, HOLDER] if check in DOUBTFUL else others


def is_unconfirmed(account: PayoutAccount) -> bool:
    """Say whether a person has to confirm the holder's name: no rail told, and nobody did yet."""
    return account.holder_check == HolderCheck.unknown and not account.checked_by


def held_up_by(account: PayoutAccount, at: datetime) -> str:
    """Return why nothing may be sent there now; "" when it may."""
    if account.flags and not account.checked_by:
        return "flags"
    return "new_account" if at < account.usable_at else ""


def payer_for(
    providers: Iterable[AnyPayer], preferred: str, method: str, country: str
) -> AnyPayer | None:
    """Return who can pay to this operator: the preferred one, else the first that reaches it."""
    return next(iter(payers_for(providers, preferred, method, country)), None)


def payers_for(
    providers: Iterable[AnyPayer], preferred: str, method: str, country: str
) -> list[AnyPayer]:
    """Return all who reach this operator, the one who would pay first."""
    able = [one for one in providers if _reaches(one, method, country)]
    return sorted(able, key=lambda one: one.name != preferred)


def _reaches(provider: Payer, method: str, country: str) -> bool:
    return any(one.name == method and one.country in {country, None} for one in provider.methods())
