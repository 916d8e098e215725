"""Payouts to film-makers: where to, how much, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.contracts.payments.orders import Country, Phone, Word
from kit.contracts.payments.refunds import GivingAttempt
from kit.pages import Page
from kit.schema import Flag, Name, Schema, Whole

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class PayoutState(StrEnum):
    """`pending`: waits for approval. `held`: somebody has to look first, `reason` says why.
    `in_transit`: with the provider. `failed`: the money is the film-maker's again.
    """

    pending = "pending"
    held = "held"
    in_transit = "in_transit"
    succeeded = "succeeded"
    failed = "failed"


class HolderCheck(StrEnum):
    """What the operator says of the holder's name that was given.

    `inactive`: nobody can be paid at this number. `unknown`: no rail here tells, so that who
    approves the first payout confirms the name by hand.
    """

    match = "match"
    differs = "differs"
    inactive = "inactive"
    unknown = "unknown"


class PayoutAccountNew(Schema):
    """`method`: the operator, as ways to pay are called; `holder_name` as the operator knows it."""

    phone: Phone
    country: Country | None = None
    method: Word
    holder_name: Name


class PayoutAccount(Schema):
    """Where somebody is paid. After a change nothing is paid before `usable_at`.

    `flags`: `name` (the holder is not called as the account), `duplicate` (somebody else is paid
    to this number), `holder` (the operator knows the number under another name, or not at all);
    with one, payouts are held until `checked_by` is somebody.
    `holder_checked_at`: when the operator last told; null: never.
    """

    id: UUID
    account_id: UUID
    phone: str
    country: str
    method: str
    holder_name: str
    account_name: str
    flags: list[Literal["name", "duplicate", "holder"]]
    checked_by: str
    holder_check: HolderCheck
    holder_checked_at: datetime | None
    usable_at: datetime
    created_at: datetime
    replaced_at: datetime | None


class PayoutAccountSeen(PayoutAccount):
    """As staff see it: `holder_found` is the name that `holder_checked_with` told.

    Its owner is not told that name: anybody could learn whose a number is.
    """

    holder_found: str
    holder_checked_with: str


PayoutAccounts = Page[PayoutAccountSeen]


class PayoutNew(Schema):
    """`amount` in minor units; left out, all that is available."""

    amount: Annotated[int, Field(strict=True, gt=0, le=2**53)] | None = None


class Payout(Schema):
    """Seen by who is paid, and by `money:read`.

    `reason`: `new_account`, `flags`, `staff` (held), `not_configured`, `refused` and what
    providers say (failed), `withdrawn`. `is_confirmed`: somebody looked at the number and the
    name, and found them well.
    """

    id: UUID
    account_id: UUID
    amount: Whole
    currency: str
    state: PayoutState
    reason: str
    note: str
    provider: str
    phone: str
    method: str
    holder_name: str
    flags: list[str]
    holder_check: HolderCheck
    holder_checked_at: datetime | None
    is_confirmed: Flag
    approved_by: str | None
    requested_at: datetime
    approved_at: datetime | None
    settled_at: datetime | None


class PayoutStory(Payout):
    """`holder_found`: the name that the operator has, as `holder_checked_with` told it."""

    holder_found: str
    holder_checked_with: str
    attempts: list[GivingAttempt]


class PayoutQuery(Schema):
    """Filters of `GET /payouts`; newest first."""

    state: PayoutState | None = None
    account_id: UUID | None = None


class PayoutApproval(Schema):
    """`confirms_name`: who approves knows whose the number is; asked for where no rail tells."""

    confirms_name: Flag = False


class PayoutNote(Schema):
    """Why; the film-maker is shown it."""

    note: Note = ""


Payouts = Page[Payout]
