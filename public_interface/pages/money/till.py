"""What every page of paying asks: the clients, whose order it is, how often one may try."""

import secrets
from base64 import b64encode
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from kit.client import ServiceClient
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.refunds_client import RefundsClient
from kit.limits import Limiter
from kit.schema import Schema
from kit.site.render import render
from kit.site.session import MaybePerson, address
from public_interface.pages.account.frame import NOT_KEPT
from public_interface.pages.money import kept

Client = TypeVar("Client", bound=ServiceClient)


def speaking(kind: type[Client]) -> Any:  # noqa: ANN401  (FastAPI's Depends)
    """Return the dependency that hands out a client for whoever is there, signed in or not."""

    async def client(request: Request, person: MaybePerson) -> Client:
        found: Client = request.app.state.clients[kind].viewed_from(address(request))
        return found.acting(person.token) if person else found

    return Depends(client)


Orders = Annotated[OrdersClient, speaking(OrdersClient)]
Refunds = Annotated[RefundsClient, speaking(RefundsClient)]


class Mine:
    """One order for whoever made it: their account's, or the one whose secret this browser has."""

    def __init__(self, order_id: UUID, request: Request, orders: Orders, refunds: Refunds) -> None:
        self.id = order_id
        self.orders = orders
        self.refunds = refunds
        self.secret = kept.secret_of(request, order_id)
        self.path = f"/orders/{order_id}"


MyOrder = Annotated[Mine, Depends(Mine)]


def show(
    request: Request, template: str, view: Schema | None = None, status: int = 200
) -> HTMLResponse:
    return render(request, f"pages/money/{template}.html", view, status, NOT_KEPT)


def new_key() -> str:
    """Return what makes a form that is sent twice count once."""
    return secrets.token_urlsafe(18)


async def not_too_often(request: Request, what: str) -> None:
    limiter: Limiter = request.app.state.limiter
    await limiter.hit(request.app.state.settings.order_limit, what, address(request))


def picture_of(svg: str) -> str:
    """Return a drawing as an address: our policy lets no style of its own in.

    What was drawn to stand in a page has no namespace; alone, it is no picture without one.
    """
    if "xmlns" not in svg:
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
