"""How to call payments_service about invoices; `.acting(token)` for whose they are."""

from typing import Literal
from uuid import UUID

from kit.client import Param, ServiceClient
from kit.contracts.payments import errors
from kit.contracts.payments.orders import SECRET_HEADER
from kit.contracts.payments.papers import OrderPapers, PaperQuery, Papers

__all__ = ["PapersClient", "errors"]  # the errors must be known to come back by name


class PapersClient(ServiceClient):
    """`secret`: of an order that was made without an account."""

    SERVICE = "payments_service"

    async def my_papers(self, cursor: str | None = None, limit: int = 50) -> Papers:
        return await self.get("/my-papers", Papers, cursor=cursor, limit=limit)

    async def papers_of(self, order_id: UUID, secret: str = "") -> OrderPapers:
        answer = await self.send("GET", f"/orders/{order_id}/papers", headers=_shown(secret))
        return OrderPapers.model_validate_json(answer.content)

    async def papers(
        self, filters: PaperQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Papers:
        chosen = filters.model_dump(mode="json", exclude_none=True) if filters else {}
        return await self.get("/papers", Papers, **chosen, cursor=cursor, limit=limit)

    async def paper_pdf(
        self, paper_id: UUID, secret: str = "", language: Literal["fr", "en"] | None = None
    ) -> bytes:
        """Return the paper as PDF, in the order's language unless another is asked for."""
        query: dict[str, Param] = {"language": language}
        path = f"/papers/{paper_id}/pdf"
        answer = await self.send("GET", path, query=query, headers=_shown(secret))
        return answer.content


def _shown(secret: str) -> dict[str, str]:
    return {SECRET_HEADER: secret} if secret else {}
