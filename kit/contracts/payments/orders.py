"""Orders: what is bought, how it is paid, and what became of it.

An order is its owner's: the account that made it, or whoever holds its secret (`X-Order-Secret`).
Amounts are integers in minor units of the currency beside them; XOF has none.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.pages import Page
from kit.schema import Count, Flag, Name, Schema, Whole

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
    """An order as its owner sees it; `given` is what it gave (a code, an amount of coins …)."""

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


# What staff see (`money:read`).


class OrderSummary(Schema):
    id: UUID
    account_id: UUID | None
    email: str
    kind: OrderKind
    title: str
    amount: Whole
    currency: str
    state: OrderState
    is_test: Flag
    refunded_amount: Whole
    provider: str | None
    created_at: datetime
    paid_at: datetime | None


class OrderQuery(Schema):
    """Filters of `GET /orders`; newest first. `search`: an id, an address, a number, a reference
    of a provider.
    """

    state: OrderState | None = None
    kind: OrderKind | None = None
    provider: str | None = None
    account_id: UUID | None = None
    search: Annotated[str, StringConstraints(max_length=200)] | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


class AttemptDetail(Attempt):
    """An attempt as staff see it; `seen_amount` is what the provider says it charged."""

    order_id: UUID
    country: str
    provider_ref: str | None
    seen_amount: Whole | None
    seen_currency: str | None
    fee: Whole
    is_matched: Flag
    is_disputed: Flag
    refunded_amount: Whole
    checks: Count
    next_check_at: datetime | None
    trouble: str


class AttemptQuery(Schema):
    """Filters of `GET /attempts`; newest first."""

    state: AttemptState | None = None
    provider: str | None = None
    order_id: UUID | None = None
    is_matched: bool | None = None


class WebhookSummary(Schema):
    """A webhook in the inbox; `delivery_count`: how often it came, all under one key."""

    id: UUID
    provider: str
    kind: str
    dedupe_key: str
    provider_ref: str
    attempt_id: UUID | None
    state: WebhookState
    outcome: str
    delivery_count: Count
    received_at: datetime
    handled_at: datetime | None


class WebhookDetail(WebhookSummary):
    """With what was sent; of the headers, those that are no secret."""

    headers: dict[str, str]
    body: str


class WebhookQuery(Schema):
    """Filters of `GET /webhooks`; newest first."""

    state: WebhookState | None = None
    provider: str | None = None
    attempt_id: UUID | None = None


class JournalLine(Schema):
    account: str
    currency: str
    amount: Whole


class JournalOfOrder(Schema):
    id: UUID
    key: str
    kind: str
    phase: str
    at: datetime
    lines: list[JournalLine]


class OrderStory(Schema):
    """Everything that is known of an order, for whoever has to explain it."""

    order: Order
    account_id: UUID | None
    email: str
    phone: str
    country: str | None
    locale: str
    details: dict[str, Any]
    attempts: list[AttemptDetail]
    webhooks: list[WebhookSummary]
    journals: list[JournalOfOrder]


class ProviderChange(Schema):
    """`is_paused`: no new payment goes there; those under way are followed to their end."""

    is_paused: Flag
    reason: Annotated[str, StringConstraints(max_length=300)] = ""


class ProviderSeen(Schema):
    """A provider; `available` are its methods that work now, counts are of the last hour."""

    name: Name
    is_test: Flag
    is_paused: Flag
    reason: str
    methods: list[str]
    available: list[str]
    trouble: str
    approved_count: Count
    failed_count: Count
    open_count: Count
    last_webhook_at: datetime | None


class Providers(Schema):
    items: list[ProviderSeen]


Orders = Page[OrderSummary]
Attempts = Page[AttemptDetail]
Webhooks = Page[WebhookSummary]
