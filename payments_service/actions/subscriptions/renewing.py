"""The order that keeps a subscription going: one at a time, payable by whoever has its link."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller, derive_key
from kit.clock import now
from kit.contracts.payments.errors import NoSubscription, OrderClosed
from kit.contracts.payments.orders import OrderKind, OrderNew
from kit.contracts.payments.subscriptions import RenewalPayment
from payments_service.actions.orders import making, seeing
from payments_service.actions.subscriptions import standing
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.models.subscriptions import Subscription
from payments_service.queries import orders, subscriptions
from payments_service.rules.orders import OPEN, hash_of, secret_of
from payments_service.rules.subscriptions import State


async def renewal(session: AsyncSession, tools: Tools, account_id: UUID) -> RenewalPayment:
    """Return what to pay so that it goes on; raise NoSubscription, SubscribedAlready."""
    row = await subscriptions.alive_for_update(session, account_id)
    if row is None or standing.of(row, now()).state is State.expired:
        raise NoSubscription
    order = await renewal_order(session, tools, row)
    return RenewalPayment(
        order_id=order.id, secret=secret(tools, order.id), url=link(tools, order.id)
    )


async def renewal_order(session: AsyncSession, tools: Tools, row: Subscription) -> Order:
    """Return the open order for the next period, or make one; raise what its seller raises."""
    if row.renewal_order_id is not None:
        order = await orders.order(session, row.renewal_order_id)
        if order.state in OPEN and order.expires_at > now():
            return order
    order = await _make(session, tools, row)
    row.renewal_order_id, row.amount = order.id, order.list_amount
    return order


def secret(tools: Tools, order_id: UUID) -> str:
    return secret_of(derive_key(tools.secret, seeing.SECRET_PURPOSE), order_id)


def link(tools: Tools, order_id: UUID) -> str:
    """Return the address that leads a payer to the order, signed in or not."""
    return f"{tools.home}/orders/{order_id}/with/{secret(tools, order_id)}"


async def drop(session: AsyncSession, tools: Tools, order_id: UUID) -> None:
    """Call off an order nobody needs any more; one that is paid already is credit."""
    try:
        await making.cancel(session, tools, order_id)
    except OrderClosed:
        return


async def _make(session: AsyncSession, tools: Tools, row: Subscription) -> Order:
    before = str(row.renewal_order_id or "first")
    asked = OrderNew(
        kind=OrderKind.subscription,
        subject=str(row.next_plan_id or row.plan_id),
        country=row.country or None,
        locale="en" if row.locale == "en" else "fr",
        options={"keep_card": bool(row.saved)},
    )
    key = f"subscription:{row.id}:{row.period_end:%Y%m%d%H%M%S}:{before}"
    await session.flush()  # the seller reads the subscription as it is now
    made = await making.make(session, tools, _owner(row), asked, key)
    order = await orders.order(session, made.id)
    order.secret_hash = hash_of(secret(tools, order.id))
    one = standing.of(row, now())
    order.expires_at = max(order.expires_at, one.grace_end)
    return order


def _owner(row: Subscription) -> Caller:
    return Caller("person", id=str(row.account_id))
