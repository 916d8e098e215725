"""How to call payments_service about what film-makers earn; `.acting(token)` for one of them."""

from typing import Literal
from uuid import UUID

from kit.client import Param, ServiceClient
from kit.contracts.payments import errors
from kit.contracts.payments.earnings import (
    Earnings,
    MakerEarnings,
    Makers,
    MakersChange,
    Of,
    Statements,
    Terms,
    TermsChange,
    TermsList,
    Viewed,
    ViewNew,
)

__all__ = ["EarningsClient", "errors"]  # the errors must be known to come back by name


class EarningsClient(ServiceClient):
    SERVICE = "payments_service"

    async def count_view(self, new: ViewNew) -> Viewed:
        """Count a view; for services of the suite. The same again is harmless."""
        return await self.post("/views", new, Viewed, key=f"view:{new.film_id}:{new.viewer}")

    async def my_earnings(self) -> Earnings:
        return await self.get("/my-earnings", Earnings)

    async def my_statements(self, cursor: str | None = None, limit: int = 50) -> Statements:
        return await self.get("/my-statements", Statements, cursor=cursor, limit=limit)

    async def statement_pdf(
        self, statement_id: UUID, language: Literal["fr", "en"] | None = None
    ) -> bytes:
        query: dict[str, Param] = {"language": language}
        return (await self.send("GET", f"/statements/{statement_id}/pdf", query=query)).content

    async def makers_of(self, film_id: UUID) -> Makers:
        """Return a film's makers and their shares; for them, and for `money:read`."""
        return await self.get(f"/films/{film_id}/makers", Makers)

    async def set_makers(self, film_id: UUID, change: MakersChange) -> Makers:
        """Say who made a film; `money:write`, or a producer who is one of its makers."""
        return await self.put(f"/films/{film_id}/makers", change, Makers)

    # What staff see and do.

    async def earnings_of(self, account_id: UUID) -> Earnings:
        return await self.get(f"/makers/{account_id}/earnings", Earnings)

    async def maker_earnings(self) -> MakerEarnings:
        return await self.get("/maker-earnings", MakerEarnings)

    async def statements(
        self, account_id: UUID | None = None, cursor: str | None = None, limit: int = 50
    ) -> Statements:
        return await self.get(
            "/statements", Statements, account_id=account_id, cursor=cursor, limit=limit
        )

    async def terms(self) -> TermsList:
        return await self.get("/terms", TermsList)

    async def set_terms(self, of: Of, id: UUID, change: TermsChange) -> Terms:  # noqa: A002  (the wire's)
        return await self.put(f"/terms/{of}/{id}", change, Terms)

    async def delete_terms(self, of: Of, id: UUID) -> None:  # noqa: A002  (the wire's)
        await self.delete(f"/terms/{of}/{id}")
