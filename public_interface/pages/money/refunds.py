"""Giving an order back: what would come, one press to ask for it, and how far it is."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from kit.contracts.payments.refunds import RefundNew
from kit.errors import AppError
from kit.i18n import mark
from kit.site.filled import filled
from public_interface import rules
from public_interface.forms import RefundForm
from public_interface.pages.account.frame import back, words
from public_interface.pages.account.sayings import said
from public_interface.pages.home import Catalog
from public_interface.pages.money.order_view import film_of
from public_interface.pages.money.refund_view import Found, RefundView, refund_view
from public_interface.pages.money.till import MyOrder, not_too_often, show
from public_interface.rules import Stage

router = APIRouter()
HERE = "/orders/{order_id}/refund"
UNPAID = frozenset({Stage.choose, Stage.wait, Stage.over})
CHOOSE = mark("Choisissez comment être remboursé.")


@router.get(HERE)
async def refund(
    request: Request,
    mine: MyOrder,
    catalog: Catalog,
    fragment: Annotated[bool, Query()] = False,
) -> Response:
    """Show what giving it back brings; nothing is given back by looking."""
    order = await mine.orders.order(mine.id, mine.secret)
    if rules.stage(order) in UNPAID:
        return back(request, mine.path)
    view = await _view(request, mine, catalog)
    return show(request, "refund_state" if fragment else "refund", view)


@router.post(HERE)
async def give_back(request: Request, mine: MyOrder) -> Response:
    """Ask for it once: a form that is sent again finds the refund under way, or done."""
    await mine.orders.order(mine.id, mine.secret)  # staff are shown other people's refunds
    here = f"{mine.path}/refund"
    typed = await filled(request, RefundForm, words(request))
    if typed.form is None:
        return back(request, here, CHOOSE, "danger")
    try:
        await not_too_often(request, "refund")
        offer = await mine.refunds.refund_offer(mine.id, mine.secret)
        if offer.may:
            asked = RefundNew(way=typed.form.way)
            await mine.refunds.refund(mine.id, asked, typed.form.key, mine.secret)
    except AppError as error:
        return back(request, here, said(error, words(request)), "danger")
    return back(request, here)


async def _view(request: Request, mine: MyOrder, catalog: Catalog) -> RefundView:
    order, offer, gone = await asyncio.gather(
        mine.orders.order(mine.id, mine.secret),
        mine.refunds.refund_offer(mine.id, mine.secret),
        mine.refunds.refunds_of(mine.id, mine.secret),
    )
    found = Found(order, await film_of(catalog, order), offer, gone.items)
    return refund_view(request, mine, found)
