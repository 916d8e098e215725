"""Vouchers and gift cards on the wire: codes that are worth money, and orders paid in cash.

A voucher is printed, sold for cash by an agent, and pays for an order or turns into coins. It is
worth nothing before its sale is confirmed. A gift card is a voucher that was bought through us.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.pages import Page
from kit.schema import Name, Schema, Whole

Amount = Annotated[Whole, Field(ge=1, le=10**12)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Typed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
MOST_IN_A_BATCH = 2000
SHEET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


class VoucherKind(StrEnum):
    voucher = "voucher"
    gift_card = "gift_card"


class VoucherState(StrEnum):
    """`made`: printed, not sold, worth nothing yet. `sold`: worth its `remaining`."""

    made = "made"
    sold = "sold"
    spent = "spent"
    expired = "expired"
    revoked = "revoked"


class Into(StrEnum):
    """What a code's money became."""

    order = "order"
    coins = "coins"


class VoucherBatchNew(Schema):
    """`agency`: who sells them. `days`: how long each is good for, from its sale on."""

    title: Name
    agency: Label = ""
    amount: Amount
    currency: Currency = "XOF"
    count: Annotated[Whole, Field(ge=1, le=MOST_IN_A_BATCH)]
    days: Annotated[Whole, Field(ge=1, le=3660)] = 365
    key: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None


class VoucherBatch(Schema):
    """`sold`, `spent`, `revoked`: how many of its codes are so."""

    id: UUID
    title: str
    agency: str
    amount: int
    currency: str
    count: int
    days: int
    created_at: datetime
    revoked_at: datetime | None
    sold: int = 0
    spent: int = 0
    revoked: int = 0


class Voucher(Schema):
    """One code as its keepers see it; the code itself is on the printed sheet only."""

    id: UUID
    kind: VoucherKind
    batch_id: UUID | None
    order_id: UUID | None
    number: int
    state: VoucherState
    amount: int
    remaining: int
    currency: str
    created_at: datetime
    sold_at: datetime | None
    sold_by: str
    agency: str
    expires_at: datetime | None


class VoucherQuery(Schema):
    """Filters of `GET /vouchers`; newest first."""

    kind: VoucherKind | None = None
    state: VoucherState | None = None
    batch_id: UUID | None = None


class CodeTyped(Schema):
    """A code as it was typed, in any spelling."""

    code: Typed


class CodeWorth(Schema):
    """What a code is worth now, for whoever holds it."""

    kind: VoucherKind
    remaining: int
    currency: str
    coins: int
    expires_at: datetime | None


class Redemption(Schema):
    """What became of a code's money: `coins` were given, or an order was paid."""

    id: UUID
    into: Into
    amount: int
    currency: str
    coins: int
    order_id: UUID | None
    remaining: int
    at: datetime


class CodeForOrder(Schema):
    """A code that pays for an order it covers whole; what is left stays on it."""

    code: Typed


class CashCode(Schema):
    """What somebody shows at an agency to pay an order in cash."""

    order_id: UUID
    code: str
    amount: int
    currency: str
    qr: str = Field(description="an SVG of the code, to show on the phone")
    expires_at: datetime


class CashOrder(Schema):
    """What an agent sees before they take the money. `is_paid`: it was paid meanwhile."""

    order_id: UUID
    title: str
    amount: int
    currency: str
    is_paid: bool
    confirmed_at: datetime | None


class AgentDebt(Schema):
    """Cash that one agent took and has not handed over yet."""

    agent_id: str
    agent_name: str
    currency: str
    owed: int
    sales: int


class AgentDebts(Schema):
    items: list[AgentDebt]


class AgentSettlementNew(Schema):
    """Cash that an agent handed over. `key` makes it count once."""

    amount: Amount
    currency: Currency
    key: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class GiftCardOptions(Schema):
    """`options` of an order of kind `gift_card`, all of them free: whom it is sent to, with what.

    Its `subject` is the amount. Without an address, the buyer sends or prints it.
    """

    to_email: Annotated[str, StringConstraints(pattern=r"^([^@\s]+@[^@\s]+)?$", max_length=320)] = (
        ""
    )
    to_name: Label = ""
    from_name: Label = ""
    message: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class GiftCard(Schema):
    """A gift card as its buyer sees it: to send on, or print."""

    order_id: UUID
    code: str
    amount: int
    remaining: int
    currency: str
    state: VoucherState
    expires_at: datetime | None


VoucherBatches = Page[VoucherBatch]
Vouchers = Page[Voucher]
