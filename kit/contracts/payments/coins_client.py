"""How to call payments_service about coins; `.acting(token)` for whose they are."""

from uuid import UUID

from kit.client import ServiceClient
from kit.contracts.payments import errors, shop_errors
from kit.contracts.payments.coins import (
    Gift,
    GiftNew,
    HouseGift,
    Movements,
    Pack,
    PackChange,
    PackNew,
    PackOffers,
    Packs,
    Spend,
    SpendNew,
    Wallet,
)

__all__ = ["CoinsClient", "errors", "shop_errors"]  # the errors must be known to come back by name


class CoinsClient(ServiceClient):
    SERVICE = "payments_service"

    async def wallet(self) -> Wallet:
        return await self.get("/me/wallet", Wallet)

    async def movements(self, cursor: str | None = None, limit: int = 50) -> Movements:
        """Return the history of the caller's coins, newest first."""
        return await self.get("/me/wallet/movements", Movements, cursor=cursor, limit=limit)

    async def wallet_of(self, account_id: UUID) -> Wallet:
        """Return anybody's wallet (`money:read`)."""
        return await self.get(f"/wallets/{account_id}", Wallet)

    async def movements_of(
        self, account_id: UUID, cursor: str | None = None, limit: int = 50
    ) -> Movements:
        path = f"/wallets/{account_id}/movements"
        return await self.get(path, Movements, cursor=cursor, limit=limit)

    async def spend(self, new: SpendNew, key: str) -> Spend:
        """Spend coins once, however often it is sent with this key; raise NotEnoughCoins."""
        return await self.post("/coins/spends", new, Spend, key=key)

    async def give(self, new: GiftNew, key: str) -> Gift:
        """Give coins to another account, once for this key."""
        return await self.post("/coins/gifts", new, Gift, key=key)

    async def grant(self, new: HouseGift, key: str) -> Wallet:
        """Have the house give coins (`money:write`), once for this key."""
        return await self.post("/coins/house-gifts", new, Wallet, key=key)

    async def pack_offers(self, country: str = "", code: str = "") -> PackOffers:
        """Return the packs on sale, at the caller's prices, with the caller's bonus."""
        return await self.get("/packs", PackOffers, country=country or None, code=code or None)

    async def packs(self) -> Packs:
        """Return all packs, with those that are not on sale (`money:read`)."""
        return await self.get("/packs/all", Packs)

    async def make_pack(self, new: PackNew) -> Pack:
        return await self.post("/packs", new, Pack)

    async def change_pack(self, pack_id: UUID, change: PackChange) -> Pack:
        return await self.patch(f"/packs/{pack_id}", change, Pack)

    async def withdraw_pack(self, pack_id: UUID) -> None:
        """Take a pack off sale; orders that name it stay good."""
        await self.delete(f"/packs/{pack_id}")
