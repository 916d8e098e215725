"""Orders paid in cash: a short code that the payer shows, and the agent who takes the money."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments import vouchers as wire
from kit.contracts.payments.errors import CashCodeNotFound, OrderClosed
from kit.contracts.payments.vouchers import CashOrder
from kit.events import audit
from payments_service.actions.orders import seeing
from payments_service.actions.orders.fulfilling import fulfil_now
from payments_service.actions.tools import Tools
from payments_service.actions.vouchers import agents
from payments_service.actions.vouchers.agents import Taken
from payments_service.actions.vouchers.codes import TYPO
from payments_service.actions.vouchers.paying import Paying, pay
from payments_service.models.orders import Order
from payments_service.models.vouchers import CashCode
from payments_service.providers.offline import CASH
from payments_service.queries import orders, vouchers
from payments_service.rules import accounts
from payments_service.rules.orders import OPEN, PAYABLE
from payments_service.rules.vouchers import CASH_LENGTH, drawn, typed, written


async def code_of(
    session: AsyncSession, tools: Tools, caller: Caller, order_id: UUID, secret: str
) -> wire.CashCode:
    """Return the code of an order to pay in cash, its picture left to whoever shows it.

    The order waits for cash longer than it waits for others.
    """
    order = await orders.order_for_update(session, order_id)
    seeing.check_owner(order, caller, secret)
    if order.state not in OPEN or not order.amount:
        raise OrderClosed(state=order.state)
    at = now()
    until = at + timedelta(hours=tools.settings.cash_hours)
    row = await session.get(CashCode, order_id)
    if row is None:
        row = CashCode(
            order_id=order_id, code=drawn(CASH_LENGTH), created_at=at, expires_at=until,
            confirmed_at=None, agent_id="", agent_name="",
        )  # fmt: skip
        session.add(row)
        await session.flush()
    order.expires_at = max(order.expires_at, row.expires_at)
    return wire.CashCode(
        order_id=order_id,
        code=written(row.code),
        amount=order.amount,
        currency=order.currency,
        qr="",
        expires_at=row.expires_at,
    )


async def look(session: AsyncSession, text: str) -> CashOrder:
    """Return what is to be paid under a code, before the money is taken."""
    row = await _code(session, text)
    return _shown(await orders.order(session, row.order_id), row)


async def confirm(tools: Tools, caller: Caller, text: str) -> CashOrder:
    """Take the cash for an order, and give what it is for at once."""
    async with tools.database.sessions.begin() as session:
        found = await take(session, tools, caller, text)
    await fulfil_now(tools, found.order_id)
    return found


async def take(session: AsyncSession, tools: Tools, caller: Caller, text: str) -> CashOrder:
    """Write down that the cash for an order was taken: it is paid.

    Doing it twice is fine for the same agent. Raise OrderClosed: it was paid otherwise, so the
    money has to go back over the counter; CashCodeNotFound.
    """
    found = await _code(session, text)
    order = await orders.order_for_update(session, found.order_id)
    row = await session.get(CashCode, found.order_id, populate_existing=True)
    if row is None:
        raise CashCodeNotFound
    if row.confirmed_at is not None and row.agent_id == caller.id:
        return _shown(order, row)
    if order.state not in PAYABLE:
        raise OrderClosed(state=order.state)
    row.confirmed_at, row.agent_id, row.agent_name = now(), caller.id, caller.name
    await session.flush()
    owed = accounts.agents(order.currency)
    await pay(session, tools, Paying(order, CASH, f"cash:{order.id}", owed))
    agents.write(session, caller, Taken(f"cash:{order.id}", order.amount, order.currency))
    told = {"amount": order.amount, "currency": order.currency}
    await audit(session, caller, "order.take_cash", f"order:{order.id}", told)
    return _shown(await orders.order(session, order.id), row)


async def _code(session: AsyncSession, text: str) -> CashCode:
    code = typed(text, CASH_LENGTH)
    if code is None:
        raise CashCodeNotFound(reason=TYPO)
    row = await vouchers.cash_code(session, code)
    if row is None or (row.confirmed_at is None and row.expires_at <= now()):
        raise CashCodeNotFound
    return row


def _shown(order: Order, row: CashCode) -> CashOrder:
    return CashOrder(
        order_id=order.id,
        title=order.title,
        amount=order.amount,
        currency=order.currency,
        is_paid=order.paid_at is not None,
        confirmed_at=row.confirmed_at,
    )
