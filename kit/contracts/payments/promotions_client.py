"""How to call payments_service about coupons and prices by country."""

from uuid import UUID

from kit.client import ServiceClient
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


class PromotionsClient(ServiceClient):
    SERVICE = "payments_service"

    async def check_coupon(
        self, asked: CouponCheck, *, viewer_address: str | None = None
    ) -> CouponOffer:
        """Say what a coupon takes off; `viewer_address` is whose guesses are counted."""
        headers = {"X-Viewer-Address": viewer_address} if viewer_address else {}
        answer = await self.send("POST", "/coupon-checks", asked, headers=headers, key="repeatable")
        return CouponOffer.model_validate_json(answer.content)

    async def make_coupon(self, new: CouponNew) -> Coupon:
        return await self.post("/coupons", new, Coupon)

    async def change_coupon(self, coupon_id: UUID, change: CouponChange) -> Coupon:
        return await self.patch(f"/coupons/{coupon_id}", change, Coupon)

    async def coupon(self, coupon_id: UUID) -> Coupon:
        return await self.get(f"/coupons/{coupon_id}", Coupon)

    async def coupons(self, cursor: str | None = None, limit: int = 50) -> Coupons:
        return await self.get("/coupons", Coupons, cursor=cursor, limit=limit)

    async def country_prices(
        self, kind: str | None = None, subject: str | None = None
    ) -> CountryPrices:
        return await self.get("/country-prices", CountryPrices, kind=kind, subject=subject)

    async def set_country_price(self, new: CountryPriceNew) -> CountryPrice:
        """Set what one thing costs in one country; the price before is replaced."""
        return await self.put("/country-prices", new, CountryPrice)

    async def remove_country_price(self, price_id: UUID) -> None:
        await self.delete(f"/country-prices/{price_id}")
