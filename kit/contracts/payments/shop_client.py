"""How to call payments_service about films for sale; `.acting(token)` for who wants one."""

from uuid import UUID

from kit.client import ServiceClient
from kit.contracts.payments import errors, shop_errors
from kit.contracts.payments.shop import (
    Bundle,
    BundleChange,
    BundleNew,
    Bundles,
    FilmOffer,
    FilmStart,
    FilmTerms,
    FilmTermsList,
    FilmTermsNew,
    Grant,
    GrantKind,
    Grants,
    Unlocked,
    UnlockedBundle,
    UnlockNew,
)

__all__ = ["ShopClient", "errors", "shop_errors"]  # the errors must be known to come back by name


class ShopClient(ServiceClient):
    SERVICE = "payments_service"

    async def offer(self, film_id: UUID | str, country: str = "") -> FilmOffer:
        """Return what the caller can do about a film (its id or slug): for the unlock sheet."""
        return await self.get("/offers", FilmOffer, film_id=film_id, country=country or None)

    async def unlock(
        self, film_id: UUID, kind: GrantKind = GrantKind.own, *, key: str = ""
    ) -> Unlocked:
        """Have a film for coins, at once; asked again, nothing is charged again."""
        body = UnlockNew(kind=kind)
        return await self.post(f"/films/{film_id}/unlock", body, Unlocked, key=key or "again")

    async def unlock_bundle(self, bundle_id: UUID) -> UnlockedBundle:
        """Have all films of a bundle for coins."""
        path = f"/bundles/{bundle_id}/unlock"
        return await self.post(path, None, UnlockedBundle, key="again")

    async def grants(self, cursor: str | None = None, limit: int = 50) -> Grants:
        """Return the films the caller has, the newest first."""
        return await self.get("/me/grants", Grants, cursor=cursor, limit=limit)

    async def grant(self, grant_id: UUID) -> Grant:
        return await self.get(f"/grants/{grant_id}", Grant)

    async def start(self, grant_id: UUID) -> Grant:
        """Tell that somebody began to watch: a rental runs from then on. The first time counts."""
        return await self.post(f"/grants/{grant_id}/start", None, Grant, key="again")

    async def start_film(self, film_id: UUID) -> None:
        """Tell that the caller began to watch this film, whatever they have of it."""
        await self.post(f"/films/{film_id}/start", key="again")

    async def start_by_codes(self, film_id: UUID, new: FilmStart) -> None:
        """Tell that somebody began to watch by a code, wherever it was bought; services only."""
        await self.post(f"/films/{film_id}/starts", new, key="again")

    async def refund(self, grant_id: UUID) -> Grant:
        """Give an unwatched film back for its coins; raise RefundTooLate, WatchedAlready."""
        return await self.post(f"/grants/{grant_id}/refund", None, Grant, key="again")

    # Terms and bundles, for staff

    async def film_terms(self, film_id: UUID) -> FilmTerms:
        return await self.get(f"/films/{film_id}/terms", FilmTerms)

    async def all_film_terms(self) -> FilmTermsList:
        return await self.get("/film-terms", FilmTermsList)

    async def set_film_terms(self, film_id: UUID, new: FilmTermsNew) -> FilmTerms:
        return await self.put(f"/films/{film_id}/terms", new, FilmTerms)

    async def delete_film_terms(self, film_id: UUID) -> None:
        """Sell the film for its price in the catalogue only."""
        await self.delete(f"/films/{film_id}/terms")

    async def bundles(
        self, *, everything: bool = False, cursor: str | None = None, limit: int = 50
    ) -> Bundles:
        return await self.get(
            "/bundles", Bundles, all=everything or None, cursor=cursor, limit=limit
        )

    async def bundle(self, bundle_id: UUID) -> Bundle:
        return await self.get(f"/bundles/{bundle_id}", Bundle)

    async def make_bundle(self, new: BundleNew) -> Bundle:
        return await self.post("/bundles", new, Bundle)

    async def change_bundle(self, bundle_id: UUID, change: BundleChange) -> Bundle:
        return await self.patch(f"/bundles/{bundle_id}", change, Bundle)

    async def withdraw_bundle(self, bundle_id: UUID) -> None:
        """Take a bundle off sale; what was sold stays as it is."""
        await self.delete(f"/bundles/{bundle_id}")
