"""The books on the wire. Amounts are minor units; debits are positive, credits negative."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.pages import Page
from kit.schema import Schema, Whole

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=500)]
AccountCode = Annotated[str, StringConstraints(min_length=3, max_length=200)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3,4}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{16,200}$")]


class AccountKind(StrEnum):
    """What an account is in the books."""

    asset = "asset"
    liability = "liability"
    equity = "equity"
    income = "income"
    expense = "expense"


class LedgerAccount(Schema):
    """An account of the books. `held_debit` and `held_credit`: what open holds keep back."""

    code: str
    kind: AccountKind
    currency: str
    posted: int
    held_debit: int
    held_credit: int
    posting_count: int
    created_at: datetime


class LedgerAccounts(Page[LedgerAccount]):
    pass


class AccountQuery(Schema):
    """`q`: a part of the code."""

    q: Annotated[str, StringConstraints(max_length=200)] = ""
    kind: AccountKind | None = None
    currency: Currency | None = None


class StatementLine(Schema):
    """One movement on an account, and the balance after it; `number` counts from 1."""

    number: int
    amount: int
    balance: int
    journal_id: UUID
    kind: str
    source: str
    description: str
    at: datetime


class AccountStatement(Page[StatementLine]):
    """Movements of an account, the latest first."""

    account: LedgerAccount


class Leg(Schema):
    """One side of a movement. A hold's has no balance: it moves nothing yet."""

    account: str
    currency: str
    amount: int
    balance: int | None = None


class LedgerJournal(Schema):
    """A movement, whole and for good. `phase`: posted, hold, post, void."""

    id: UUID
    key: str
    phase: str
    kind: str
    at: datetime
    source: str
    description: str
    details: dict[str, Any]
    expires_at: datetime | None
    reverses_id: UUID | None
    reversed_by_id: UUID | None = None
    resolves_id: UUID | None
    resolved_by_id: UUID | None = None
    legs: list[Leg]


class LedgerJournals(Page[LedgerJournal]):
    """Movements, the latest first."""


class JournalQuery(Schema):
    """`source` is what caused it, `order/…`, or the start of it when it ends with `*`."""

    key: Annotated[str, StringConstraints(max_length=200)] | None = None
    source: Annotated[str, StringConstraints(max_length=200)] | None = None
    kind: Annotated[str, StringConstraints(max_length=100)] | None = None
    since: datetime | None = None
    until: datetime | None = None


class TrialLine(Schema):
    """Accounts of one sort together: a `*` stands for ids of people, as in `wallet:*:bought`."""

    group: str
    kind: AccountKind
    accounts: int
    debit: int
    credit: int


class TrialCurrency(Schema):
    """The books in one currency: both totals are the same, or something is very wrong."""

    currency: str
    debit: int
    credit: int
    lines: list[TrialLine]


class TrialBalance(Schema):
    """All accounts as they stood at a moment."""

    at: datetime
    is_balanced: bool
    currencies: list[TrialCurrency]


class ReversalNew(Schema):
    """Why a movement is undone; it stays, and its opposite is posted beside it."""

    reason: Reason


class AdjustmentKind(StrEnum):
    """What only we can know of a provider's balance: what it kept, or paid into our bank."""

    fees = "fees"
    to_bank = "to_bank"
    from_bank = "from_bank"


class AdjustmentNew(Schema):
    """Money at a provider that moved without an order. A negative amount gives fees back."""

    key: Key
    kind: AdjustmentKind
    provider: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    currency: Currency
    amount: Annotated[Whole, Field(ge=-(10**12), le=10**12)]
    reason: Reason


class FindingKind(StrEnum):
    """Which promise of the books is broken."""

    trial_balance = "trial_balance"
    account_balance = "account_balance"
    account_history = "account_history"
    held_amount = "held_amount"
    overdue_hold = "overdue_hold"
    bare_journal = "bare_journal"
    open_item = "open_item"
    provider_balance = "provider_balance"
    coin_lots = "coin_lots"
    earnings = "earnings"
    missing_paper = "missing_paper"


class Finding(Schema):
    """Something in the books that should not be; it closes itself once a check finds it gone."""

    id: UUID
    kind: FindingKind
    subject: str
    details: dict[str, Any]
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None


class Findings(Page[Finding]):
    """Findings, the latest first."""


class ProviderBalance(Schema):
    """What we say a provider holds for us, and what it says; `theirs` is null when it says nothing.

    `differs_since`: since when both have been apart, without a pause.
    """

    provider: str
    currency: str
    ours: int
    theirs: int | None
    at: datetime | None
    differs_since: datetime | None


class OpenItem(Schema):
    """What is left of one thing on an account that clears itself: `payouts`, `unmatched`."""

    account: str
    currency: str
    item: str
    amount: int
    since: datetime


class Books(Schema):
    """How the books stand with the world outside them."""

    providers: list[ProviderBalance]
    open_items: list[OpenItem]
    open_findings: int


TableForm = Literal["csv", "xlsx"]
ExportForm = Literal["csv", "xlsx", "beancount"]


class ExportQuery(Schema):
    """A period: from `since`, until before `until`."""

    since: datetime | None = None
    until: datetime | None = None
