"""How to call payments_service about refunds and disputes; `.acting(token)` for who asks."""

from uuid import UUID

from kit.client import Param, ServiceClient
from kit.contracts.payments import errors
from kit.contracts.payments.orders import SECRET_HEADER
from kit.contracts.payments.refunds import (
    Dispute,
    DisputeOutcome,
    DisputeQuery,
    Disputes,
    OrderRefunds,
    Refund,
    RefundNew,
    RefundOffer,
    RefundPlan,
    RefundQuery,
    Refunds,
    RefundStory,
)
from kit.schema import Schema

__all__ = ["RefundsClient", "errors"]  # the errors must be known to come back by name


class RefundsClient(ServiceClient):
    """`secret`: of an order that was made without an account."""

    SERVICE = "payments_service"

    async def refund_offer(self, order_id: UUID, secret: str = "") -> RefundOffer:
        path = f"/orders/{order_id}/refund-offer"
        answer = await self.send("GET", path, headers=_shown(secret))
        return RefundOffer.model_validate_json(answer.content)

    async def plan_refund(self, order_id: UUID, new: RefundNew, secret: str = "") -> RefundPlan:
        """Return what a refund would do; nothing is done."""
        path = f"/orders/{order_id}/refund-plans"
        answer = await self.send("POST", path, new, headers=_shown(secret))
        return RefundPlan.model_validate_json(answer.content)

    async def refund(self, order_id: UUID, new: RefundNew, key: str, secret: str = "") -> Refund:
        """Ask for a refund; with the same key, the same one however often."""
        path = f"/orders/{order_id}/refunds"
        answer = await self.send("POST", path, new, key=key, headers=_shown(secret))
        return Refund.model_validate_json(answer.content)

    async def refunds_of(self, order_id: UUID, secret: str = "") -> OrderRefunds:
        answer = await self.send("GET", f"/orders/{order_id}/refunds", headers=_shown(secret))
        return OrderRefunds.model_validate_json(answer.content)

    # What staff see and do.

    async def refunds(
        self, filters: RefundQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Refunds:
        return await self.get("/refunds", Refunds, **_chosen(filters), cursor=cursor, limit=limit)

    async def refund_story(self, refund_id: UUID) -> RefundStory:
        return await self.get(f"/refunds/{refund_id}", RefundStory)

    async def disputes(
        self, filters: DisputeQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Disputes:
        return await self.get("/disputes", Disputes, **_chosen(filters), cursor=cursor, limit=limit)

    async def close_dispute(self, dispute_id: UUID, outcome: DisputeOutcome) -> Dispute:
        return await self.put(f"/disputes/{dispute_id}/outcome", outcome, Dispute)


def _chosen(filters: Schema | None) -> dict[str, Param]:
    return filters.model_dump(mode="json", exclude_none=True) if filters else {}


def _shown(secret: str) -> dict[str, str]:
    return {SECRET_HEADER: secret} if secret else {}
