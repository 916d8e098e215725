"""Making orders, and ending those that nobody pays."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller, derive_key
from kit.clock import now
from kit.contracts.payments import orders as wire
from kit.contracts.payments.errors import NeedsAccount, NeedsKey, OrderClosed, OrderKeyReused
from kit.contracts.payments.orders import OrderNew, OrderState
from kit.db import new_id
from payments_service.actions.orders import seeing, settling
from payments_service.actions.orders.sellers import Quote
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.queries import orders
from payments_service.rules.attempts import input_hash
from payments_service.rules.orders import (
    LONGEST_KEY,
    OPEN,
    SHORTEST_KEY,
    hash_of,
    payer_of,
    secret_of,
)

GRACE = timedelta(minutes=15)  # an order being paid does not expire under the payer's hands


async def make(
    session: AsyncSession, tools: Tools, caller: Caller, asked: OrderNew, key: str
) -> wire.OrderMade:
    """Make an order; the same key and content give the same order however often it is asked for.

    Raise NeedsKey, OrderKeyReused, NeedsAccount, and whatever its seller refuses it with.
    """
    check_key(key)
    account_id = seeing.account_of(caller)
    payer = payer_of(account_id)
    told = input_hash([asked.model_dump(mode="json")])
    known = await orders.order_of_key(session, payer, key)
    if known is not None:
        if known.input_hash != told:
            raise OrderKeyReused
        return seeing.made(tools, known)
    quote = await tools.seller(asked.kind).quote(session, tools, asked, caller)
    if quote.needs_account and account_id is None:
        raise NeedsAccount
    order = _order(tools, asked, quote, account_id)
    order.payer, order.key, order.input_hash = payer, key, told
    session.add(order)
    await session.flush()
    if not order.amount:
        await settling.pay_free(session, tools, order)
    return seeing.made(tools, order)


def check_key(key: str) -> None:
    """Raise NeedsKey: guessable keys would show one stranger's order to another."""
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise NeedsKey


async def cancel(session: AsyncSession, tools: Tools, order_id: UUID) -> Order:
    """Call an order off. A payment that comes all the same still pays it; raise OrderClosed."""
    order = await orders.order_for_update(session, order_id)
    if order.state == OrderState.cancelled:
        return order
    if order.state not in OPEN:
        raise OrderClosed(state=order.state)
    order.state = OrderState.cancelled
    await tools.seller(order.kind).lapse(session, tools, order)
    return order


async def expire(session: AsyncSession, tools: Tools, order_id: UUID) -> bool:
    """End an order whose time is over, unless somebody is still paying; return whether it ended."""
    order = await orders.order_for_update(session, order_id)
    at = now()
    if order.state not in OPEN or order.expires_at > at:
        return False
    is_busy = await orders.is_being_paid(session, order_id)
    if is_busy and at < order.created_at + timedelta(days=1):
        order.expires_at = at + GRACE
        return False
    order.state = OrderState.expired
    await tools.seller(order.kind).lapse(session, tools, order)
    return True


def _order(tools: Tools, asked: OrderNew, quote: Quote, account_id: UUID | None) -> Order:
    at, order_id = now(), new_id()
    secret = secret_of(derive_key(tools.secret, seeing.SECRET_PURPOSE), order_id)
    return Order(
        id=order_id,
        account_id=account_id,
        secret_hash=None if account_id else hash_of(secret),
        email=asked.email or "",
        phone=asked.phone or "",
        locale=asked.locale,
        country=asked.country,
        kind=asked.kind,
        subject=asked.subject,
        title=quote.title,
        quantity=asked.quantity,
        list_amount=quote.list_amount,
        discount_amount=quote.discount_amount,
        tax_amount=quote.tax_amount,
        amount=quote.amount,
        currency=quote.currency,
        coupon_code=quote.coupon_code,
        details=dict(quote.details),
        state=OrderState.created,
        expires_at=at + timedelta(minutes=tools.settings.order_minutes),
        created_at=at,
        attempts=[],
    )
