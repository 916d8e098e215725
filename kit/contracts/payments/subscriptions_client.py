"""How to call payments_service about plans and subscriptions; `.acting(token)` for a person."""

from uuid import UUID

from kit.client import ServiceClient
from kit.contracts.payments.subscriptions import (
    ChangeNew,
    ChangeQuote,
    MySubscription,
    Pause,
    Plan,
    PlanChange,
    PlanNew,
    Plans,
    RenewalPayment,
    Subscription,
    SubscriptionQuery,
    Subscriptions,
    SubscriptionStory,
    TrialNew,
)

REPEATABLE = "repeatable"  # any key: asking twice has no other effect than asking once


class SubscriptionsClient(ServiceClient):
    SERVICE = "payments_service"

    async def plans(self, country: str | None = None, *, everything: bool = False) -> Plans:
        """Return what is on sale, at its price in that country; `everything` for staff."""
        return await self.get("/plans", Plans, country=country, everything=everything or None)

    async def plan(self, plan_id: UUID, country: str | None = None) -> Plan:
        return await self.get(f"/plans/{plan_id}", Plan, country=country)

    async def make_plan(self, new: PlanNew) -> Plan:
        return await self.post("/plans", new, Plan)

    async def change_plan(self, plan_id: UUID, change: PlanChange) -> Plan:
        return await self.patch(f"/plans/{plan_id}", change, Plan)

    async def mine(self) -> MySubscription:
        return await self.get("/me/subscription", MySubscription)

    async def my_story(self) -> SubscriptionStory:
        """Return the subscription with its periods; raises NoSubscription."""
        return await self.get("/me/subscription/story", SubscriptionStory)

    async def begin_trial(self, plan_id: UUID) -> Subscription:
        new = TrialNew(plan_id=plan_id)
        return await self.post("/me/subscription/trial", new, Subscription, key=REPEATABLE)

    async def cancel(self) -> Subscription:
        """End it with the period that is paid for."""
        path = "/me/subscription/cancellation"
        return await self.post(path, None, Subscription, key=REPEATABLE)

    async def keep(self) -> Subscription:
        """Take a cancellation back, or a change of plan that has not come yet."""
        await self.delete("/me/subscription/cancellation")
        found = await self.mine()
        assert found.subscription is not None  # noqa: S101  (the call before would have failed)
        return found.subscription

    async def pause(self, days: int = 30) -> Subscription:
        return await self.post("/me/subscription/pause", Pause(days=days), Subscription)

    async def resume(self) -> Subscription:
        path = "/me/subscription/resumption"
        return await self.post(path, None, Subscription, key=REPEATABLE)

    async def change_quote(self, plan_id: UUID) -> ChangeQuote:
        return await self.get("/me/subscription/change", ChangeQuote, plan_id=plan_id)

    async def change_later(self, plan_id: UUID) -> Subscription:
        """Go to another plan when the present period ends; an order goes there at once."""
        new = ChangeNew(plan_id=plan_id)
        return await self.post("/me/subscription/change", new, Subscription, key=REPEATABLE)

    async def renew(self) -> RenewalPayment:
        """Return the order to pay so that it goes on; the same one until it is paid."""
        path = "/me/subscription/renewal"
        return await self.post(path, None, RenewalPayment, key=REPEATABLE)

    async def stop_charging(self) -> Subscription:
        """Forget the kept card: from now on a renewal is paid by hand."""
        return await self.post("/me/subscription/card-removal", None, Subscription, key=REPEATABLE)

    # What staff do.

    async def subscriptions(
        self, filters: SubscriptionQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Subscriptions:
        chosen = dict(filters or SubscriptionQuery())
        return await self.get("/subscriptions", Subscriptions, **chosen, cursor=cursor, limit=limit)

    async def subscription(self, subscription_id: UUID) -> SubscriptionStory:
        return await self.get(f"/subscriptions/{subscription_id}", SubscriptionStory)

    async def end_subscription(self, subscription_id: UUID) -> SubscriptionStory:
        """End it at once, by staff; what was paid is not given back by this."""
        path = f"/subscriptions/{subscription_id}/end"
        return await self.post(path, None, SubscriptionStory, key=REPEATABLE)
