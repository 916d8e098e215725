"""Coupons and prices by country, as staff keep them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments import promotions as wire
from kit.contracts.payments.errors import (
    CountryPriceNotFound,
    CouponLimitTooLow,
    CouponNotFound,
    CouponTaken,
)
from kit.contracts.payments.promotions import (
    CountryPriceNew,
    CountryPrices,
    CouponChange,
    CouponNew,
    Coupons,
)
from kit.db import find, new_id
from kit.events import audit
from kit.pages import decode_cursor, encode_cursor
from payments_service.models.promotions import CountryPrice, Coupon
from payments_service.queries import promotions
from payments_service.rules.coupons import folded


async def make(session: AsyncSession, caller: Caller, new: CouponNew) -> wire.Coupon:
    """Make a coupon; raise CouponTaken."""
    code = folded(new.code)
    if await promotions.coupon_of_code(session, code) is not None:
        raise CouponTaken
    row = Coupon(
        id=new_id(), **new.model_dump(exclude={"code"}), code=code, used_count=0,
        created_at=now(), created_by=caller.id,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await audit(session, caller, "coupon.make", f"coupon:{row.id}", new.model_dump(mode="json"))
    return wire.Coupon.model_validate(row)


async def change(
    session: AsyncSession, caller: Caller, coupon_id: UUID, new: CouponChange
) -> wire.Coupon:
    row = await find(session, Coupon, coupon_id, CouponNotFound, lock=True)
    changes = new.model_dump(exclude_unset=True)
    limit = changes.get("limit_total")
    if limit is not None and limit < row.used_count:
        raise CouponLimitTooLow(used_count=row.used_count)
    for name, value in changes.items():
        if value is not None or name not in {"label", "is_active"}:
            setattr(row, name, value)
    told = new.model_dump(mode="json", exclude_unset=True)
    await audit(session, caller, "coupon.change", f"coupon:{coupon_id}", told)
    return wire.Coupon.model_validate(row)


async def coupon(session: AsyncSession, coupon_id: UUID) -> wire.Coupon:
    return wire.Coupon.model_validate(await find(session, Coupon, coupon_id, CouponNotFound))


async def coupons(session: AsyncSession, cursor: str | None, limit: int) -> Coupons:
    before = UUID(str(decode_cursor(cursor, 1)[0])) if cursor else None
    found = await promotions.coupons(session, before, limit + 1)
    items = [wire.Coupon.model_validate(row) for row in found[:limit]]
    more = len(found) > limit
    return Coupons(items=items, next_cursor=encode_cursor(str(items[-1].id)) if more else None)


async def country_prices(
    session: AsyncSession, kind: str | None, subject: str | None
) -> CountryPrices:
    found = await promotions.country_prices(session, kind, subject)
    return CountryPrices(items=[wire.CountryPrice.model_validate(row) for row in found])


async def set_country_price(
    session: AsyncSession, caller: Caller, new: CountryPriceNew
) -> wire.CountryPrice:
    """Set what one thing costs in one country, in place of what it did."""
    row = await promotions.country_price_for_update(session, new.kind, new.subject, new.country)
    if row is None:
        row = CountryPrice(id=new_id(), **new.model_dump(), created_at=now(), created_by=caller.id)
        session.add(row)
    row.amount, row.currency = new.amount, new.currency
    await session.flush()
    told = new.model_dump(mode="json")
    await audit(session, caller, "country_price.set", f"country-price:{row.id}", told)
    return wire.CountryPrice.model_validate(row)


async def remove_country_price(session: AsyncSession, caller: Caller, price_id: UUID) -> None:
    row = await find(session, CountryPrice, price_id, CountryPriceNotFound, lock=True)
    told = {"kind": row.kind, "subject": row.subject, "country": row.country}
    await session.delete(row)
    await audit(session, caller, "country_price.remove", f"country-price:{price_id}", told)
