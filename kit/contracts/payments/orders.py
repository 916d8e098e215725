"""Orders: what is bought, how it is paid, and what became of it.

An order is its owner's: the account that made it, or whoever holds its secret (`X-Order-Secret`).
Amounts are integers in minor units of the currency beside them; XOF has none.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.schema import Count, Flag, Schema, Whole

SECRET_HEADER = "X-Order-Secret"  # noqa: S105  (a header's name)
Locale = Literal["fr", "en"]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3,4}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class OrderKind(StrEnum):
    coins = "coins"
    film = "film"
    rental = "rental"
    bundle = "bundle"
    season = "season"
    subscription = "subscription"
    gift_card = "gift_card"


class OrderState(StrEnum):
    """`pending`: somebody is paying. `paid`: the money is there, what was bought is not yet given.

    Money that comes in is never refused: an order that expired or was cancelled can still be paid.
    """

    created = "created"
    pending = "pending"
    paid = "paid"
    fulfilled = "fulfilled"
    cancelled = "cancelled"
    expired = "expired"
    partially_refunded = "partially_refunded"
    refunded = "refunded"
    disputed = "disputed"


class AttemptState(StrEnum):
    """`new`: written down, the provider not called yet. `unknown`: it was called, and nobody
    knows what came of it: it is asked again. `declined`, `cancelled` and `expired` can still turn
    out `approved`.
    """

    new = "new"
    sent = "sent"
    unknown = "unknown"
    pending = "pending"
    declined = "declined"
    cancelled = "cancelled"
    expired = "expired"
    approved = "approved"


class WebhookState(StrEnum):
    """`waiting` to be handled; `ignored`: about nothing of ours; `failed`: it is tried again."""

    waiting = "waiting"
    handled = "handled"
    ignored = "ignored"
    failed = "failed"


class OrderNew(Schema):
    """What somebody wants to buy; `subject` is the id of a film, a pack, a plan.

    `options` are what this kind of thing asks for (a gift card: for whom, from whom).
    """

    kind: OrderKind
    subject: Subject
    quantity: Annotated[int, Field(strict=True, ge=1, le=100)] = 1
    coupon_code: Annotated[str, StringConstraints(max_length=60)] | None = None
    country: Country | None = None
    email: Email | None = None
    phone: Phone | None = None
    locale: Locale = "fr"
    options: dict[str, Any] = Field(default_factory=dict, max_length=20)


class AttemptNew(Schema):
    """How to pay; `method` and `provider` as `GET /methods` offers them."""

    provider: Word
    method: Word
    phone: Phone | None = None
    country: Country | None = None


class Attempt(Schema):
    """One try to pay. `redirect_url`: where the payer goes on; without one, on the phone.

    `amount` and `currency` are what is charged; `rate` (of the order's currency for one of
    `currency`) when it is another currency than the order's. `reason` says why it did not work:
    refused, cancelled, expired, insufficient_funds, wrong_number, limit_reached, wrong_pin,
    operator_down, currency, not_configured, wrong_amount, paid_already.
    """

    id: UUID
    provider: str
    method: str
    phone: str = Field(description="all but the last two digits are hidden")
    amount: Whole
    currency: str
    rate: str | None
    state: AttemptState
    redirect_url: str
    reason: str
    is_test: Flag
    created_at: datetime
    updated_at: datetime


class Order(Schema):
    """An order as its owner sees it; `given` is what it gave (a code, an amount of coins …).

    `held_at`: since when that is closed, because all of its money is on its way back.
    """

    id: UUID
    kind: OrderKind
    subject: str
    title: str
    quantity: Count
    list_amount: Whole
    discount_amount: Whole
    tax_amount: Whole
    amount: Whole
    currency: str
    coupon_code: str | None
    state: OrderState
    is_test: Flag
    refunded_amount: Whole
    given: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    fulfilled_at: datetime | None
    held_at: datetime | None = None
    attempts: list[Attempt] = Field(description="oldest first")


class OrderMade(Order):
    """`secret` shows the order to whoever has it; only for an order without an account."""

    secret: str | None = None


class MethodOffered(Schema):
    """A way to pay this amount now. `is_shaky`: several payments failed there within minutes."""

    provider: str
    method: str
    country: str | None
    needs_phone: Flag
    amount: Whole
    currency: str
    rate: str | None
    is_test: Flag
    is_predicted: Flag
    is_shaky: Flag


class Methods(Schema):
    """What can be chosen, best first; `phone` as it is called from everywhere, if it is one."""

    phone: str | None
    country: str | None
    items: list[MethodOffered]
