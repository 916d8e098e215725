"""Coupons, who used them, and prices by country."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.models.orders import Order
from payments_service.models.promotions import CountryPrice, Coupon, CouponUse


@dataclass(frozen=True, slots=True)
class Price:
    amount: int
    currency: str


async def price_in(
    session: AsyncSession, kind: str, subject: str, country: str | None
) -> Price | None:
    """Return what a thing costs in a country, where that is not its usual price."""
    if not country:
        return None
    asked = select(CountryPrice.amount, CountryPrice.currency).where(
        CountryPrice.kind == kind,
        CountryPrice.subject == subject,
        CountryPrice.country == country,
    )
    row = (await session.execute(asked)).one_or_none()
    return Price(*row) if row else None


async def prices_in(session: AsyncSession, kind: str, country: str | None) -> dict[str, Price]:
    """Return all prices of one kind that a country has of its own, by subject."""
    if not country:
        return {}
    asked = select(CountryPrice).where(CountryPrice.kind == kind, CountryPrice.country == country)
    return {row.subject: Price(row.amount, row.currency) for row in await session.scalars(asked)}


async def country_prices(
    session: AsyncSession, kind: str | None, subject: str | None
) -> Sequence[CountryPrice]:
    asked = select(CountryPrice).order_by(
        CountryPrice.kind, CountryPrice.subject, CountryPrice.country
    )
    if kind is not None:
        asked = asked.where(CountryPrice.kind == kind)
    if subject is not None:
        asked = asked.where(CountryPrice.subject == subject)
    return (await session.scalars(asked.limit(1000))).all()


async def country_price_for_update(
    session: AsyncSession, kind: str, subject: str, country: str
) -> CountryPrice | None:
    asked = select(CountryPrice).where(
        CountryPrice.kind == kind,
        CountryPrice.subject == subject,
        CountryPrice.country == country,
    )
    return await session.scalar(asked.with_for_update())


async def coupon_of_code(session: AsyncSession, code: str) -> Coupon | None:
    return await session.scalar(select(Coupon).where(Coupon.code == code))


async def coupons(session: AsyncSession, before: UUID | None, limit: int) -> Sequence[Coupon]:
    asked = select(Coupon).order_by(Coupon.id.desc()).limit(limit)
    if before is not None:
        asked = asked.where(Coupon.id < before)
    return (await session.scalars(asked)).all()


async def has_paid(session: AsyncSession, account_id: UUID) -> bool:
    """Say whether an account has ever paid for anything."""
    asked = exists().where(Order.account_id == account_id, Order.paid_at.is_not(None))
    return bool(await session.scalar(select(asked)))


async def uses_of(session: AsyncSession, coupon_id: UUID, person: str) -> int:
    asked = select(CouponUse.id).where(CouponUse.coupon_id == coupon_id, CouponUse.person == person)
    return len((await session.scalars(asked)).all())


async def forget_use(session: AsyncSession, use_id: UUID) -> None:
    """Give a use back: the order it was for is not paid. Harmless the second time."""
    await session.execute(delete(CouponUse).where(CouponUse.id == use_id))
