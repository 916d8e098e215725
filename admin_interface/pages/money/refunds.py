"""Refunds: what one would do before it is done, all of them, and disputes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from admin_interface.forms import Mistyped, checked
from admin_interface.pages.desk import back, next_page, show, words
from admin_interface.pages.money.names import names
from admin_interface.pages.money.sayings import saying
from admin_interface.pages.money.typed import amount_in, plain
from admin_interface.pages.staff import acting
from kit.contracts.accounts import AccountsClient
from kit.contracts.payments.orders import Order
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.refunds import (
    Dispute,
    DisputeOutcome,
    DisputeQuery,
    Refund,
    RefundNew,
    RefundPlan,
    RefundQuery,
    RefundStory,
)
from kit.contracts.payments.refunds_client import RefundsClient
from kit.db import new_id
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Accounts = Annotated[AccountsClient, acting(AccountsClient)]
Payments = Annotated[OrdersClient, acting(OrdersClient)]
Refunding = Annotated[RefundsClient, acting(RefundsClient)]
Typed = Annotated[str, Form()]


class RefundsView(Schema):
    refunds: list[Refund]
    disputes: list[Dispute]
    next: str
    state: str


class RefundView(Schema):
    """`title`: what was bought. `asked_by`: the name of whoever of the people asked for it, if it
    was one of them.
    """

    refund: RefundStory
    title: str
    asked_by: str


class RefundNewView(Schema):
    """`plan`: what would be done with what is typed; shown before it is."""

    order: Order
    plan: RefundPlan | None
    amount: str
    way: str
    reason: str
    key: str
    trouble: str


@router.get("/money/refunds")
async def refunds(
    request: Request, refunding: Refunding, state: str = "", cursor: str | None = None
) -> Response:
    page = await refunding.refunds(checked(RefundQuery, {"state": state or None}), cursor)
    disputes = await refunding.disputes(DisputeQuery(), limit=20)
    view = RefundsView(
        refunds=page.items,
        disputes=disputes.items,
        next=next_page(request, page.next_cursor),
        state=state,
    )
    return show(request, "pages/money/refunds.html", view)


@router.get("/money/refunds/{refund_id}")
async def refund_page(
    request: Request, refund_id: UUID, refunding: Refunding, payments: Payments, accounts: Accounts
) -> Response:
    refund = await refunding.refund_story(refund_id)
    order = (await payments.order_story(refund.order_id)).order
    whose = await names(accounts, {refund.asked_by} - {""})
    view = RefundView(refund=refund, title=order.title, asked_by=whose.get(refund.asked_by, ""))
    return show(request, "pages/money/refund.html", view)


@router.get("/money/orders/{order_id}/refund")
async def refund_form(
    request: Request,
    order_id: UUID,
    payments: Payments,
    refunding: Refunding,
    amount: str = "",
    way: str = "source",
    reason: str = "",
) -> Response:
    """Show what a refund would do; nothing is done."""
    order = (await payments.order_story(order_id)).order
    plan, trouble = None, ""
    try:
        plan = await refunding.plan_refund(order_id, _wanted(order, amount, way, reason))
    except Mistyped:
        trouble = words(request)(mark("Ce montant est illisible."))
    except AppError as error:
        trouble = saying(request, error)
    view = RefundNewView(
        order=order,
        plan=plan,
        amount=amount,
        way=way,
        reason=reason,
        key=str(new_id()),
        trouble=trouble,
    )
    return show(request, "pages/money/refund_new.html", view)


@router.post("/money/orders/{order_id}/refund")
async def refund(
    request: Request, order_id: UUID, payments: Payments, refunding: Refunding
) -> Response:
    typed = plain(await request.form())
    here = f"/money/orders/{order_id}"
    order = (await payments.order_story(order_id)).order
    try:
        new = _wanted(order, typed.get("amount", ""), typed.get("way", ""), typed.get("reason", ""))
        await refunding.refund(order_id, new, typed.get("key", ""))
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, mark("Le remboursement est en route."))


@router.post("/money/disputes/{dispute_id}/outcome")
async def close_dispute(
    request: Request, dispute_id: UUID, refunding: Refunding, outcome: Typed, note: Typed = ""
) -> Response:
    try:
        told = checked(DisputeOutcome, {"outcome": outcome, "note": note})
        await refunding.close_dispute(dispute_id, told)
    except AppError as error:
        return back(request, "/money/refunds", saying(request, error), "danger")
    return back(request, "/money/refunds", mark("La décision est notée."))


def _wanted(order: Order, amount: str, way: str, reason: str) -> RefundNew:
    given = amount_in(amount, order.currency) if amount.strip() else None
    return checked(RefundNew, {"amount": given, "way": way or "source", "reason": reason})
