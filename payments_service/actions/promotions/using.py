"""Coupons in orders: tried, counted from the order's making on, given back when nobody pays.

The database has the last word: a trigger counts uses under a lock of the coupon's row, and its
limits are constraints. However many ask at once, no more get it than there are.
"""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.errors import CouponNotFound, CouponNotValid
from kit.contracts.payments.orders import OrderNew
from kit.contracts.payments.promotions import CouponCheck, CouponOffer
from kit.db import new_id
from payments_service.actions.orders.seeing import account_of
from payments_service.actions.orders.sellers import Quote
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.models.promotions import Coupon, CouponUse
from payments_service.queries import promotions
from payments_service.rules import coupons as rules
from payments_service.rules.coupons import Asked, Terms
from payments_service.rules.taxes import tax_within

USE = "coupon_use_id"  # in the details of an order


async def check(session: AsyncSession, caller: Caller, asked: CouponCheck) -> CouponOffer:
    """Say what a coupon would take off; raise CouponNotFound, CouponNotValid with its reason."""
    row = await promotions.coupon_of_code(session, rules.folded(asked.code))
    if row is None:
        raise CouponNotFound
    order = Asked(asked.kind, asked.subject, asked.amount, asked.currency, now())
    off = await _fitting(session, row, caller, order)
    if row.limit_total is not None and row.used_count >= row.limit_total:
        raise CouponNotValid(reason="used_up")
    person = _person(account_of(caller))
    if row.limit_per_person is not None and person is not None:
        used = await promotions.uses_of(session, row.id, person)
        if used >= row.limit_per_person:
            raise CouponNotValid(reason="used_by_you")
    return CouponOffer(
        code=row.code, discount=off, amount=asked.amount - off, currency=asked.currency
    )


async def discounted(
    session: AsyncSession, tools: Tools, asked: OrderNew, caller: Caller, quote: Quote
) -> Quote:
    """Return the price with the order's coupon; raise CouponNotValid with its reason."""
    row = await promotions.coupon_of_code(session, rules.folded(asked.coupon_code or ""))
    if row is None:
        raise CouponNotValid(reason="unknown")
    order = Asked(asked.kind, asked.subject, quote.amount, quote.currency, now())
    off = await _fitting(session, row, caller, order)
    use_id = new_id()
    await _count(
        session,
        CouponUse(
            id=use_id, coupon_id=row.id, person=_person(account_of(caller)) or f"use:{use_id}",
            number=1, discount=off, currency=quote.currency, created_at=now(),
        ),
    )  # fmt: skip
    made = replace(
        quote,
        discount_amount=quote.discount_amount + off,
        coupon_code=row.code,
        details={**quote.details, USE: str(use_id), "coupon_id": str(row.id), "coupon_off": off},
    )
    return replace(made, tax_amount=tax_within(made.amount, tools.settings.tax_percent)
                   if quote.tax_amount else 0)  # fmt: skip


async def give_back(session: AsyncSession, order: Order) -> None:
    """Let somebody else use it: this order was not paid in time."""
    if USE in order.details:
        await promotions.forget_use(session, UUID(order.details[USE]))


async def count_again(session: AsyncSession, order: Order) -> None:
    """Count the coupon of an order that was paid after all; its limits hold nobody's money up."""
    if USE not in order.details:
        return
    use_id = UUID(order.details[USE])
    if await session.get(CouponUse, use_id) is not None:
        return
    use = CouponUse(
        id=use_id, coupon_id=UUID(order.details["coupon_id"]),
        person=_person(order.account_id) or f"use:{use_id}", number=1,
        discount=order.details["coupon_off"], currency=order.currency, created_at=now(),
    )  # fmt: skip
    try:
        await _count(session, use)
    except CouponNotValid:
        return


async def _fitting(session: AsyncSession, row: Coupon, caller: Caller, asked: Asked) -> int:
    account_id = account_of(caller)
    off = rules.discount(Terms(**{name: getattr(row, name) for name in _TERMS}), asked)
    is_personal = row.limit_per_person is not None or row.first_order_only
    if is_personal and account_id is None:
        raise CouponNotValid(reason="needs_account")
    if row.first_order_only and account_id and await promotions.has_paid(session, account_id):
        raise CouponNotValid(reason="not_first")
    return off


async def _count(session: AsyncSession, use: CouponUse) -> None:
    try:
        async with session.begin_nested():
            session.add(use)
    except IntegrityError as error:
        name = getattr(getattr(error.orig, "__cause__", None), "constraint_name", "")
        reason = "used_by_you" if name == "limit_per_person" else "used_up"
        raise CouponNotValid(reason=reason) from error


def _person(account_id: UUID | None) -> str | None:
    return f"account:{account_id}" if account_id else None


_TERMS = tuple(Terms.__dataclass_fields__)
