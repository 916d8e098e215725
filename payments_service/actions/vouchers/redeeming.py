"""What becomes of the money on a code: an order is paid, or coins come into a wallet."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments import orders as wire
from kit.contracts.payments.errors import (
    CodeInOtherCurrency,
    CodeTooSmall,
    OrderClosed,
)
from kit.contracts.payments.vouchers import Into, Redemption
from kit.db import new_id
from payments_service.actions.coins import lots
from payments_service.actions.orders import seeing
from payments_service.actions.orders.fulfilling import fulfil_now
from payments_service.actions.orders.making import check_key
from payments_service.actions.tools import Tools
from payments_service.actions.vouchers import codes, paying
from payments_service.actions.vouchers.paying import Paying
from payments_service.models.vouchers import Voucher, VoucherUse
from payments_service.providers.offline import VOUCHER
from payments_service.queries import ledger, orders, vouchers
from payments_service.rules.accounts import coins_owed
from payments_service.rules.journals import journal, move
from payments_service.rules.orders import OPEN


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose order is to be paid with which code."""

    order_id: UUID
    caller: Caller
    secret: str
    code: str


async def into_coins(
    session: AsyncSession, tools: Tools, account_id: UUID, text: str, key: str
) -> Redemption:
    """Turn all that is left on a code into coins, once for this key; raise CodeWorthless."""
    check_key(key)
    row = await codes.found_for_update(session, tools, text)
    known = await vouchers.use_of_key(session, row.id, key) if row else None
    if row is not None and known is not None and known.account_id == account_id:
        return _shown(row, known)
    row = await codes.good_for_update(session, tools, text)
    coins = codes.coins_for(tools, row.remaining, row.currency)
    if row.currency != tools.settings.currency:
        raise CodeInOtherCurrency
    if not coins:
        raise CodeTooSmall(remaining=row.remaining, currency=row.currency)
    use = VoucherUse(
        id=new_id(), voucher_id=row.id, key=key, into=Into.coins, account_id=account_id,
        order_id=None, amount=row.remaining, currency=row.currency, coins=coins, at=now(),
    )  # fmt: skip
    session.add(use)
    codes.take(row, use.amount)
    await session.flush()
    await _move_to_coins(session, row, use, account_id)
    return _shown(row, use)


async def pay_order(tools: Tools, asked: Asked) -> wire.Order:
    """Pay an order with a code, and give what it is for at once."""
    async with tools.database.sessions.begin() as session:
        await pay(session, tools, asked)
    await fulfil_now(tools, asked.order_id)
    async with tools.database.reads() as session:
        return seeing.shown(await orders.order(session, asked.order_id))


async def pay(session: AsyncSession, tools: Tools, asked: Asked) -> None:
    """Pay an order with a code that covers it whole; doing it again with that code is fine.

    Raise OrderNotFound, OrderClosed, CodeWorthless, CodeTooSmall, CodeInOtherCurrency.
    """
    order = await orders.order_for_update(session, asked.order_id)
    seeing.check_owner(order, asked.caller, asked.secret)
    row = await codes.found_for_update(session, tools, asked.code)
    known = await vouchers.use_of_order(session, order.id)
    if known is not None and row is not None and known.voucher_id == row.id:
        return
    if order.state not in OPEN or not order.amount:
        raise OrderClosed(state=order.state)
    row = await codes.good_for_update(session, tools, asked.code)
    if row.currency != order.currency:
        raise CodeInOtherCurrency
    if row.remaining < order.amount:
        raise CodeTooSmall(remaining=row.remaining, currency=row.currency)
    use = VoucherUse(
        id=new_id(), voucher_id=row.id, key=f"order:{order.id}", into=Into.order,
        account_id=order.account_id, order_id=order.id, amount=order.amount,
        currency=order.currency, coins=0, at=now(),
    )  # fmt: skip
    session.add(use)
    codes.take(row, use.amount)
    await session.flush()
    await paying.pay(session, tools, Paying(order, VOUCHER, f"voucher:{use.id}", codes.owed(row)))


async def _move_to_coins(
    session: AsyncSession, row: Voucher, use: VoucherUse, account_id: UUID
) -> None:
    legs = move(coins_owed(row.currency), codes.owed(row), use.amount)
    source = f"voucher/{row.id}"
    await ledger.post(
        session, journal(f"voucher:{row.id}:use:{use.id}", "voucher_redeemed", legs, source=source)
    )
    coming = lots.Coming(
        account_id=account_id,
        key=f"voucher:{use.id}",
        source=source,
        title=row.kind,
        bought=use.coins,
        value=use.amount,
        currency=use.currency,
    )
    await lots.issue(session, coming)


def _shown(row: Voucher, use: VoucherUse) -> Redemption:
    return Redemption(
        id=use.id,
        into=use.into,
        amount=use.amount,
        currency=use.currency,
        coins=use.coins,
        order_id=use.order_id,
        remaining=row.remaining,
        at=use.at,
    )
