"""Orders, and the whole story of one: its tries, webhooks and movements of money."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import back, next_page, show
from admin_interface.pages.money.sayings import saying
from admin_interface.pages.staff import acting
from kit.contracts.accounts import AccountsClient
from kit.contracts.payments.order_stories import (
    OrderQuery,
    OrderStory,
    OrderSummary,
    WebhookDetail,
    WebhookQuery,
    WebhookSummary,
)
from kit.contracts.payments.orders import AttemptState, OrderState
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.refunds import Dispute, DisputeQuery, Refund, RefundQuery
from kit.contracts.payments.refunds_client import RefundsClient
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Accounts = Annotated[AccountsClient, acting(AccountsClient)]
Payments = Annotated[OrdersClient, acting(OrdersClient)]
Refunding = Annotated[RefundsClient, acting(RefundsClient)]
REFUNDABLE = frozenset({OrderState.fulfilled, OrderState.paid, OrderState.partially_refunded})
OPEN_ATTEMPTS = frozenset({AttemptState.sent, AttemptState.unknown, AttemptState.pending})


class OrdersView(Schema):
    orders: list[OrderSummary]
    next: str
    chosen: dict[str, str]


class OrderView(Schema):
    story: OrderStory
    buyer: str
    refunds: list[Refund]
    disputes: list[Dispute]
    may_refund: bool
    open_attempts: list[UUID]


class WebhooksView(Schema):
    webhooks: list[WebhookSummary]
    next: str
    state: str
    provider: str


class WebhookView(Schema):
    webhook: WebhookDetail


@router.get("/money/orders")
async def orders(
    request: Request,
    payments: Payments,
    q: str = "",
    state: str = "",
    kind: str = "",
    provider: str = "",
    account: str = "",
    cursor: str | None = None,
) -> Response:
    chosen = {"q": q, "state": state, "kind": kind, "provider": provider, "account": account}
    wish = {
        "search": q.strip(),
        "state": state,
        "kind": kind,
        "provider": provider.strip(),
        "account_id": account,
    }
    filters = checked(OrderQuery, {name: value or None for name, value in wish.items()})
    page = await payments.orders(filters, cursor)
    view = OrdersView(orders=page.items, next=next_page(request, page.next_cursor), chosen=chosen)
    return show(request, "pages/money/orders.html", view)


@router.get("/money/orders/{order_id}")
async def order_page(
    request: Request,
    order_id: UUID,
    payments: Payments,
    refunding: Refunding,
    accounts: Accounts,
) -> Response:
    story = await payments.order_story(order_id)
    refunds = await refunding.refunds(RefundQuery(order_id=order_id))
    disputes = await refunding.disputes(DisputeQuery(order_id=order_id))
    view = OrderView(
        story=story,
        buyer=await _name(accounts, story.account_id),
        refunds=refunds.items,
        disputes=disputes.items,
        may_refund=story.order.state in REFUNDABLE,
        open_attempts=[each.id for each in story.attempts if each.state in OPEN_ATTEMPTS],
    )
    return show(request, "pages/money/order.html", view)


async def _name(accounts: AccountsClient, account_id: UUID | None) -> str:
    """Return who an account is, as far as whoever looks may know it."""
    if account_id is None:
        return ""
    try:
        return (await accounts.account(account_id)).name
    except AppError:
        return ""


@router.post("/money/orders/{order_id}/checks/{attempt_id}")
async def check(request: Request, order_id: UUID, attempt_id: UUID, payments: Payments) -> Response:
    """Ask the provider about one try now."""
    here = f"/money/orders/{order_id}"
    try:
        await payments.check_attempt(attempt_id)
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, mark("Le prestataire a été interrogé."), "info")


@router.get("/money/webhooks")
async def webhooks(
    request: Request,
    payments: Payments,
    state: str = "",
    provider: str = "",
    cursor: str | None = None,
) -> Response:
    wish = {"state": state or None, "provider": provider.strip() or None}
    page = await payments.webhooks(checked(WebhookQuery, wish), cursor)
    view = WebhooksView(
        webhooks=page.items,
        next=next_page(request, page.next_cursor),
        state=state,
        provider=provider,
    )
    return show(request, "pages/money/webhooks.html", view)


@router.get("/money/webhooks/{webhook_id}")
async def webhook_page(request: Request, webhook_id: UUID, payments: Payments) -> Response:
    view = WebhookView(webhook=await payments.webhook(webhook_id))
    return show(request, "pages/money/webhook.html", view)


@router.post("/money/webhooks/{webhook_id}/replays")
async def replay(request: Request, webhook_id: UUID, payments: Payments) -> Response:
    here = f"/money/webhooks/{webhook_id}"
    try:
        await payments.replay_webhook(webhook_id)
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, mark("Cet avis est traité de nouveau."))
