"""Plans: what they cost where, and how staff keep them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments import subscriptions as wire
from kit.contracts.payments.errors import PlanNotFound
from kit.contracts.payments.subscriptions import PlanChange, PlanNew, Plans
from kit.db import find
from kit.events import audit
from payments_service.models.subscriptions import Plan
from payments_service.queries import promotions, subscriptions
from payments_service.queries.promotions import Price

KIND = "subscription"  # of orders, and of prices by country


@dataclass(frozen=True, slots=True)
class Priced:
    plan: Plan
    price: Price


async def on_sale(session: AsyncSession, country: str | None) -> Plans:
    """Return what anybody can subscribe to, at its price in that country."""
    own = await promotions.prices_in(session, KIND, country)
    found = await subscriptions.plans(session, everything=False)
    return Plans(items=[shown(plan, own.get(str(plan.id))) for plan in found])


async def all_plans(session: AsyncSession) -> Plans:
    counts = await subscriptions.subscribers(session)
    found = await subscriptions.plans(session, everything=True)
    return Plans(items=[shown(plan, None, counts.get(plan.id, 0)) for plan in found])


async def priced(session: AsyncSession, plan_id: UUID, country: str | None) -> Priced:
    """Return a plan with its price in that country; raise PlanNotFound."""
    plan = await find(session, Plan, plan_id, PlanNotFound)
    price = await promotions.price_in(session, KIND, str(plan.id), country)
    return Priced(plan, price or Price(plan.amount, plan.currency))


async def make(session: AsyncSession, caller: Caller, new: PlanNew) -> wire.Plan:
    plan = Plan(**new.model_dump(), created_at=now())
    session.add(plan)
    await session.flush()
    await audit(session, caller, "plan.make", f"plan:{plan.id}", new.model_dump(mode="json"))
    return shown(plan, None, 0)


async def change(
    session: AsyncSession, caller: Caller, plan_id: UUID, new: PlanChange
) -> wire.Plan:
    """Change a plan. Who is subscribed pays the new price from the next payment on."""
    plan = await find(session, Plan, plan_id, PlanNotFound, lock=True)
    changes = new.model_dump(exclude_unset=True)
    for name, value in changes.items():
        if value is not None or name in {"title_en", "max_devices"}:
            setattr(plan, name, value)
    told = new.model_dump(mode="json", exclude_unset=True)
    await audit(session, caller, "plan.change", f"plan:{plan_id}", told)
    counts = await subscriptions.subscribers(session)
    return shown(plan, None, counts.get(plan_id, 0))


def shown(plan: Plan, price: Price | None = None, subscribers: int | None = None) -> wire.Plan:
    plain = {name: getattr(plan, name) for name in _PLAIN}
    if price is not None:
        plain |= {"amount": price.amount, "currency": price.currency}
    return wire.Plan.model_validate({**plain, "subscribers": subscribers})


_PLAIN = [name for name in wire.Plan.model_fields if name != "subscribers"]
