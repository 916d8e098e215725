"""Orders as staff see them (`money:read`): lists, whole stories, the inbox, the providers."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from kit.contracts.payments.orders import (
    Attempt,
    AttemptState,
    Order,
    OrderKind,
    OrderState,
    WebhookState,
)
from kit.pages import Page
from kit.schema import Count, Flag, Name, Schema, Whole


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
