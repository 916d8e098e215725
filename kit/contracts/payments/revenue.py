"""What came in, by period and by what: for whoever keeps the books."""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal

from kit.client import ServiceClient
from kit.contracts.payments import errors_revenue
from kit.schema import Count, Schema, Whole

__all__ = ["errors_revenue"]  # they must be known to come back by name
TableForm = Literal["csv", "xlsx"]


class Step(StrEnum):
    day = "day"
    week = "week"
    month = "month"


class Group(StrEnum):
    kind = "kind"
    provider = "provider"
    country = "country"


class RevenueQuery(Schema):
    """Days in UTC, both inside; at most 1 100 of them. `is_test`: test money instead of real."""

    since: date
    until: date
    step: Step = Step.day
    group: Group = Group.kind
    is_test: bool = False


class RevenueRow(Schema):
    """One group in one period. `gross_amount` was paid; `refunded_amount` of it went back."""

    period: date
    group: str
    currency: str
    orders: Count
    gross_amount: Whole
    refunded_amount: Whole
    tax_amount: Whole
    discount_amount: Whole
    fee_amount: Whole


class Revenue(Schema):
    items: list[RevenueRow]


class RevenueClient(ServiceClient):
    SERVICE: ClassVar[str] = "payments_service"

    async def revenue(self, asked: RevenueQuery) -> Revenue:
        return await self.get("/revenue", Revenue, **asked.model_dump(mode="json"))

    async def revenue_table(self, asked: RevenueQuery, form: TableForm) -> bytes:
        query = asked.model_dump(mode="json")
        return (await self.send("GET", f"/revenue/{form}", query=query)).content
