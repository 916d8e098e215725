"""How the books are told: accounts of one sort together, both sides of a trial balance. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from kit.contracts.payments.ledger import (
    AccountKind,
    LedgerJournal,
    Leg,
    TrialBalance,
    TrialCurrency,
    TrialLine,
)
from payments_service.models.ledger import Journal

# What a `*` stands for in the code of a group, as PostgreSQL and Python both read it.
ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ORDER = tuple(AccountKind)


class Group(NamedTuple):
    """Accounts of one sort in one currency: how many, and the sums of either side."""

    currency: str
    code: str
    kind: str
    accounts: int
    debit: int
    credit: int


class Line(NamedTuple):
    """A leg with the code of its account; a hold's has no balance."""

    account: str
    currency: str
    amount: int
    balance: int | None


def group_of(code: str) -> str:
    """Return the code of an account's group: ids of people and things become `*`."""
    return re.sub(ID, "*", code)


def trial_balance(at: datetime, groups: Iterable[Group]) -> TrialBalance:
    found = sorted(groups, key=lambda one: (one.currency, ORDER.index(AccountKind(one.kind)), one))
    currencies = [
        _currency(currency, list(rows)) for currency, rows in groupby(found, lambda one: one[0])
    ]
    return TrialBalance(
        at=at,
        is_balanced=all(one.debit == one.credit for one in currencies),
        currencies=currencies,
    )


def told(
    journal: Journal, legs: Iterable[Line], reversed_by: object, resolved_by: object
) -> LedgerJournal:
    """Return a journal as the wire has it, debits first."""
    return LedgerJournal.model_validate(
        {
            **{name: getattr(journal, name) for name in _OWN},
            "reversed_by_id": reversed_by,
            "resolved_by_id": resolved_by,
            "legs": [Leg(**one._asdict()) for one in sorted(legs, key=lambda leg: -leg.amount)],
        }
    )


_OWN = (
    "id", "key", "phase", "kind", "at", "source", "description", "details", "expires_at",
    "reverses_id", "resolves_id",
)  # fmt: skip


def _currency(currency: str, groups: list[Group]) -> TrialCurrency:
    return TrialCurrency(
        currency=currency,
        debit=sum(one.debit for one in groups),
        credit=sum(one.credit for one in groups),
        lines=[
            TrialLine(
                group=one.code,
                kind=AccountKind(one.kind),
                accounts=one.accounts,
                debit=one.debit,
                credit=one.credit,
            )
            for one in groups
        ],
    )
