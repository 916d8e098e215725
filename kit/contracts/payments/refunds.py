"""Refunds, to where the money came from or in coins; disputes. Never more than was captured."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.pages import Page
from kit.schema import Count, Flag, Schema, Whole

Way = Literal["source", "coins"]
Rule = Literal["window", "admin", "unmatched"]
Why = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class RefundState(StrEnum):
    """`failed`: the provider refused it; nothing was sent, and another may be asked for."""

    pending = "pending"
    succeeded = "succeeded"
    failed = "failed"


class DisputeState(StrEnum):
    open = "open"
    won = "won"
    lost = "lost"


class RefundNew(Schema):
    """`amount` in minor units of the order's currency; left out, all that is left.

    Who bought may ask for the whole within the window, as long as nothing was watched; staff
    (`money:write`) for any part, at any time. `coins` needs an order with an account.
    """

    amount: Annotated[int, Field(strict=True, gt=0, le=2**53)] | None = None
    way: Way = "source"
    reason: Why = ""


class JournalLeg(Schema):
    account: str
    currency: str
    amount: Whole


class PlannedJournal(Schema):
    """What would be written in the ledger: debits are positive."""

    kind: str
    lines: list[JournalLeg]


class RefundPlan(Schema):
    """What a refund would do, before anybody does it.

    `refundable_amount`: what is left of the order. `source_amount` goes back at the provider, in
    the currency that was charged. `takes_back`: what was bought would be taken away.
    """

    order_id: UUID
    amount: Whole
    currency: str
    refundable_amount: Whole
    way: Way
    rule: Rule
    source_amount: Whole
    source_currency: str
    provider: str
    coins: Count
    bonus_coins: Count
    takes_back: Flag
    journals: list[PlannedJournal]


class GivingAttempt(Schema):
    """One call to a provider to send money: for a refund or a payout.

    `unknown` was sent and no answer came: the provider is asked until it tells.
    """

    id: UUID
    number: Count
    provider: str
    amount: Whole
    currency: str
    state: Literal["new", "pending", "unknown", "approved", "declined"]
    provider_ref: str
    reason: str
    trouble: str
    checks: Count
    next_check_at: datetime
    created_at: datetime
    updated_at: datetime


class Refund(Schema):
    """Seen by whose order it is, and by `money:read` (`trouble`, `attempts` and who of the staff
    asked by them alone). `title`: what was bought, in lists.
    """

    id: UUID
    order_id: UUID
    account_id: UUID | None
    way: Way
    rule: Rule
    reason: str
    amount: Whole
    currency: str
    source_amount: Whole
    source_currency: str
    coins: Count
    bonus_coins: Count
    state: RefundState
    trouble: str
    asked_by: str
    created_at: datetime
    settled_at: datetime | None
    title: str = ""


class OrderRefunds(Schema):
    """What of one order went back, or is on its way; the oldest first."""

    items: list[Refund]


class RefundStory(Refund):
    attempts: list[GivingAttempt]


class RefundQuery(Schema):
    """Filters of `GET /refunds`; newest first."""

    state: RefundState | None = None
    way: Way | None = None
    order_id: UUID | None = None
    account_id: UUID | None = None


class RefundOffer(Schema):
    """Whether who bought may have an order refunded now, and until when; asked by a page.

    `why_not`: `late`, `watched`, `nothing_left`, `not_paid`, `kind`, `disputed`, `by_hand` (what
    took the money sends none back). `ways`: those that can be chosen now.
    """

    may: Flag
    why_not: str
    until: datetime | None
    refundable_amount: Whole
    currency: str
    coins: Count
    bonus_coins: Count
    ways: list[Way]


class Dispute(Schema):
    """A payer had their bank take the money back. Lost, what was bought is taken back as well; won
    after all, it is given again. `title`: what was bought, in lists.
    """

    id: UUID
    order_id: UUID
    attempt_id: UUID
    provider: str
    amount: Whole
    currency: str
    state: DisputeState
    note: str
    opened_at: datetime
    closed_at: datetime | None
    title: str = ""


class DisputeQuery(Schema):
    """Filters of `GET /disputes`; newest first."""

    state: DisputeState | None = None
    order_id: UUID | None = None


class DisputeOutcome(Schema):
    """How the bank decided: `won`, the money is ours again; `lost`, it is gone.

    What is decided already is turned round only with a `note` that says why.
    """

    outcome: Literal["won", "lost"]
    note: Why = ""


Refunds = Page[Refund]
Disputes = Page[Dispute]
