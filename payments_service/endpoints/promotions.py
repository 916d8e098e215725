"""Coupons and prices by country over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from kit.contracts.payments.promotions import (
    CountryPrice,
    CountryPriceNew,
    CountryPrices,
    Coupon,
    CouponChange,
    CouponCheck,
    CouponNew,
    CouponOffer,
    Coupons,
)
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session
from payments_service.actions.promotions import desk, using
from payments_service.endpoints.given import MoneyReader, MoneyWriter
from payments_service.endpoints.guessing import Guesses
from payments_service.endpoints.people import Cursor

router = Router(tags=["promotions"])
Named = Annotated[str | None, Query(max_length=200)]


@router.post("/coupon-checks", summary="What a coupon takes off")
async def check_coupon(
    session: ReadSession,
    caller: CallerDep,
    asked: CouponCheck,
    guesses: Annotated[Guesses, Depends()],
) -> CouponOffer:
    """Count nothing but wrong codes; the coupon is used by the order that names it."""
    async with guesses.counted():
        return await using.check(session, caller, asked)


@router.get("/coupons", summary="Coupons, newest first")
async def list_coupons(
    session: ReadSession, caller: MoneyReader, cursor: Cursor = None, limit: Limit = 50
) -> Coupons:
    return await desk.coupons(session, cursor, limit)


@router.post("/coupons", status_code=201, summary="Make a coupon")
async def make_coupon(session: Session, caller: MoneyWriter, new: CouponNew) -> Coupon:
    return await desk.make(session, caller, new)


@router.get("/coupons/{coupon_id}", summary="One coupon")
async def coupon(session: ReadSession, caller: MoneyReader, coupon_id: UUID) -> Coupon:
    return await desk.coupon(session, coupon_id)


@router.patch("/coupons/{coupon_id}", summary="Change a coupon")
async def change_coupon(
    session: Session, caller: MoneyWriter, coupon_id: UUID, change: CouponChange
) -> Coupon:
    return await desk.change(session, caller, coupon_id, change)


@router.get("/country-prices", summary="Prices that a country has of its own")
async def country_prices(
    session: ReadSession, caller: MoneyReader, kind: Named = None, subject: Named = None
) -> CountryPrices:
    return await desk.country_prices(session, kind, subject)


@router.put("/country-prices", summary="Set what one thing costs in one country")
async def set_country_price(
    session: Session, caller: MoneyWriter, new: CountryPriceNew
) -> CountryPrice:
    return await desk.set_country_price(session, caller, new)


@router.delete("/country-prices/{price_id}", status_code=204, summary="Back to the usual price")
async def remove_country_price(session: Session, caller: MoneyWriter, price_id: UUID) -> None:
    await desk.remove_country_price(session, caller, price_id)
