"""Orders over HTTP: for who buys, and for staff."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from kit.contracts.payments.order_stories import (
    AttemptDetail,
    AttemptQuery,
    Attempts,
    OrderQuery,
    Orders,
    OrderStory,
    ProviderChange,
    Providers,
    ProviderSeen,
)
from kit.contracts.payments.orders import (
    AttemptNew,
    Country,
    Currency,
    Methods,
    Order,
    OrderMade,
    OrderNew,
)
from kit.errors import Forbidden, Unauthenticated
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session, limited
from payments_service.actions.orders import desk, looking, making, offers, paying, seeing
from payments_service.endpoints.given import Key, MoneyReader, MoneyWriter, Secret, ToolsDep

router = Router(tags=["orders"])
Cursor = Annotated[str | None, Query(max_length=300)]
Number = Annotated[str, Query(max_length=40)]


@router.post(
    "/orders",
    status_code=201,
    summary="Order something",
    dependencies=[limited("120/hour", "orders")],
)
async def make_order(
    new: OrderNew, caller: CallerDep, session: Session, tools: ToolsDep, key: Key = ""
) -> OrderMade:
    """With one Idempotency-Key the same order is answered however often one asks.

    Without an account, `secret` of the answer is what shows the order again.
    """
    return await making.make(session, tools, caller, new, key)


@router.get("/orders", summary="All orders")
async def orders(
    caller: MoneyReader,
    session: ReadSession,
    filters: Annotated[OrderQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Orders:
    return await desk.listed(session, filters, cursor, limit)


@router.get("/my-orders", summary="What I ordered")
async def my_orders(
    caller: CallerDep, session: ReadSession, cursor: Cursor = None, limit: Limit = 50
) -> Orders:
    account_id = seeing.account_of(caller)
    if caller.kind == "anonymous":
        raise Unauthenticated
    if account_id is None:
        raise Forbidden("Only people have orders of their own.")
    return await desk.listed(session, OrderQuery(account_id=account_id), cursor, limit)


@router.get("/orders/{order_id}", summary="An order of mine")
async def order(
    order_id: UUID, caller: CallerDep, session: ReadSession, secret: Secret = ""
) -> Order:
    return seeing.shown(await seeing.seen(session, caller, order_id, secret))


@router.get("/orders/{order_id}/story", summary="Everything known of an order")
async def order_story(order_id: UUID, caller: MoneyReader, session: ReadSession) -> OrderStory:
    return await desk.story(session, order_id)


@router.post(
    "/orders/{order_id}/attempts",
    status_code=201,
    summary="Begin to pay",
    dependencies=[limited("120/hour", "attempts")],
)
async def pay(
    order_id: UUID,
    new: AttemptNew,
    caller: CallerDep,
    tools: ToolsDep,
    key: Key = "",
    secret: Secret = "",
) -> Order:
    """Write the attempt down, then call the provider; what came of it is the newest of `attempts`.

    An answer that got lost is `unknown`, and is asked for until it is known.
    """
    return seeing.shown(await paying.pay(tools, paying.Asked(order_id, caller, secret, key, new)))


@router.post(
    "/orders/{order_id}/looks",
    summary="Ask the provider how it stands",
    dependencies=[limited("1200/hour", "looks")],
)
async def look(order_id: UUID, caller: CallerDep, tools: ToolsDep, secret: Secret = "") -> Order:
    return seeing.shown(await looking.look(tools, caller, order_id, secret))


@router.post("/orders/{order_id}/cancellation", summary="Call an order off")
async def cancel_order(
    order_id: UUID, caller: CallerDep, session: Session, tools: ToolsDep, secret: Secret = ""
) -> Order:
    """Call it off. A payment that comes all the same still pays it: money is not refused."""
    await seeing.seen(session, caller, order_id, secret)
    return seeing.shown(await making.cancel(session, tools, order_id))


@router.get("/methods", summary="The ways to pay that work now, the likeliest first")
async def methods(
    caller: CallerDep,
    session: ReadSession,
    tools: ToolsDep,
    amount: Annotated[int, Query(ge=0, le=2**53)],
    currency: Annotated[Currency, Query()],
    country: Annotated[Country | None, Query()] = None,
    phone: Number = "",
) -> Methods:
    wanted = offers.Wanted(amount, currency, country or "", phone)
    return await offers.offered(session, tools, wanted)


@router.get("/attempts", summary="All attempts to pay")
async def attempts(
    caller: MoneyReader,
    session: ReadSession,
    filters: Annotated[AttemptQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Attempts:
    return await desk.attempts(session, filters, cursor, limit)


@router.post("/attempts/{attempt_id}/checks", summary="Ask the provider about an attempt")
async def check_attempt(attempt_id: UUID, caller: MoneyWriter, tools: ToolsDep) -> AttemptDetail:
    return await desk.check(tools, attempt_id)


@router.get("/providers", summary="The payment providers, and how they are")
async def providers(caller: MoneyReader, session: ReadSession, tools: ToolsDep) -> Providers:
    return await desk.providers(session, tools)


@router.patch("/providers/{name}", summary="Pause a provider, or let it go on")
async def change_provider(
    name: str, change: ProviderChange, caller: MoneyWriter, session: Session, tools: ToolsDep
) -> ProviderSeen:
    return await desk.change_provider(session, tools, caller, name, change)
