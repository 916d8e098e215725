"""What was bought: the orders of an account, and those made in this browser without one."""

import asyncio

from fastapi import APIRouter, Request, Response

from kit.contracts.payments.order_stories import OrderSummary
from kit.contracts.payments.orders import Order, OrderKind, OrderState
from kit.contracts.payments.orders_client import OrdersClient
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.session import MaybePerson, Person
from public_interface.pages.account.frame import back, words
from public_interface.pages.money import kept
from public_interface.pages.money.order_view import KINDS
from public_interface.pages.money.till import Orders, show

router = APIRouter()
HERE = "/account/orders"
STATES = {
    OrderState.created: ("warning", mark("à payer")),
    OrderState.pending: ("busy", mark("en cours")),
    OrderState.paid: ("busy", mark("payée")),
    OrderState.fulfilled: ("success", mark("payée")),
    OrderState.cancelled: ("neutral", mark("annulée")),
    OrderState.expired: ("neutral", mark("expirée")),
    OrderState.partially_refunded: ("info", mark("remboursée en partie")),
    OrderState.refunded: ("info", mark("remboursée")),
    OrderState.disputed: ("danger", mark("contestée")),
}
HAS_PAPER = frozenset({OrderState.fulfilled, OrderState.partially_refunded, OrderState.refunded})


class LineView(Schema):
    href: str
    receipt_href: str
    symbol: str
    title: str
    what: str
    amount: str
    at: str
    tone: str
    state: str
    is_test: bool


class OrdersView(Schema):
    lines: list[LineView]
    next_href: str
    first_href: str


@router.get(HERE)
async def orders(request: Request, orders: Orders, person: Person, cursor: str = "") -> Response:
    found = await orders.my_orders(cursor or None, limit=20)
    view = OrdersView(
        lines=[line(each, words(request)) for each in found.items],
        next_href=f"{HERE}?cursor={found.next_cursor}" if found.next_cursor else "",
        first_href=HERE if cursor else "",
    )
    return show(request, "orders", view)


@router.get("/orders")
async def of_this_browser(request: Request, orders: Orders, person: MaybePerson) -> Response:
    """List the orders made here without an account: this is how they are found again."""
    mine = kept.orders(request)
    if person is not None and not mine:
        return back(request, HERE)
    found = await asyncio.gather(*(_found(orders, each) for each in mine))
    lines = [line(order, words(request)) for order in found if order is not None]
    return show(request, "orders_here", OrdersView(lines=lines, next_href="", first_href=""))


async def _found(orders: OrdersClient, each: kept.Kept) -> Order | None:
    try:
        return await orders.order(each.order_id, each.secret)
    except AppError:
        return None


def line(order: Order | OrderSummary, say: Language) -> LineView:
    symbol, what = KINDS[OrderKind(order.kind)]
    tone, state = STATES[order.state]
    if order.state is OrderState.disputed and order.refunded_amount >= order.amount:
        state = mark("reprise par la banque")
    return LineView(
        href=f"/orders/{order.id}",
        receipt_href=f"/orders/{order.id}/receipt.pdf" if order.state in HAS_PAPER else "",
        symbol=symbol,
        title=order.title,
        what=say(what),
        amount=say.money(order.amount, order.currency),
        at=say.moment(order.created_at),
        tone=tone,
        state=say(state),
        is_test=order.is_test,
    )
