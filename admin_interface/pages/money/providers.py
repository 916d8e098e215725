"""Who takes the money: whether each works, and a pause for one that does not."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import back, show
from admin_interface.pages.money.sayings import saying
from admin_interface.pages.staff import acting
from kit.contracts.payments.order_stories import ProviderChange, ProviderSeen
from kit.contracts.payments.orders_client import OrdersClient
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Payments = Annotated[OrdersClient, acting(OrdersClient)]
HERE = "/money/providers"


class ProvidersView(Schema):
    providers: list[ProviderSeen]


@router.get(HERE)
async def providers(request: Request, payments: Payments) -> Response:
    view = ProvidersView(providers=(await payments.providers()).items)
    return show(request, "pages/money/providers.html", view)


@router.post(HERE + "/{name}")
async def change(
    request: Request,
    name: str,
    payments: Payments,
    paused: Annotated[bool, Form()] = False,
    reason: Annotated[str, Form()] = "",
) -> Response:
    try:
        given = checked(ProviderChange, {"is_paused": paused, "reason": reason})
        await payments.change_provider(name, given)
    except AppError as error:
        return back(request, HERE, saying(request, error), "danger")
    return back(request, HERE, mark("C’est enregistré."))
