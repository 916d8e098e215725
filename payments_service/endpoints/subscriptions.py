"""Plans and subscriptions over HTTP: for everybody, for who is subscribed, and for staff."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from kit.auth import may
from kit.clock import now
from kit.contracts.payments.subscriptions import (
    ChangeNew,
    ChangeQuote,
    Country,
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
from kit.errors import Forbidden
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session
from payments_service.actions.subscriptions import owning, plans, quoting, renewing, showing, trying
from payments_service.endpoints.given import MoneyReader, MoneyWriter, ToolsDep
from payments_service.endpoints.people import Account, Cursor

router = Router(tags=["subscriptions"])


@router.get("/plans", summary="What one can subscribe to")
async def list_plans(
    session: ReadSession,
    caller: CallerDep,
    country: Country | None = None,
    everything: bool = False,
) -> Plans:
    """With `everything` (`money:read`) also those that are not on sale, and their subscribers."""
    if not everything:
        return await plans.on_sale(session, country)
    if not may(caller, "money:read"):
        raise Forbidden(permission="money:read")
    return await plans.all_plans(session)


@router.get("/plans/{plan_id}", summary="One plan, at its price in a country")
async def plan(session: ReadSession, plan_id: UUID, country: Country | None = None) -> Plan:
    found = await plans.priced(session, plan_id, country)
    return plans.shown(found.plan, found.price)


@router.post("/plans", status_code=201, summary="Make a plan")
async def make_plan(session: Session, caller: MoneyWriter, new: PlanNew) -> Plan:
    return await plans.make(session, caller, new)


@router.patch("/plans/{plan_id}", summary="Change a plan")
async def change_plan(
    session: Session, caller: MoneyWriter, plan_id: UUID, change: PlanChange
) -> Plan:
    """Who is subscribed pays a new price from the next payment on."""
    return await plans.change(session, caller, plan_id, change)


@router.get("/me/subscription", summary="What I am subscribed to")
async def mine(session: ReadSession, account: Account) -> MySubscription:
    return await showing.mine(session, account)


@router.get("/me/subscription/story", summary="My subscription with its periods")
async def my_story(session: ReadSession, account: Account) -> SubscriptionStory:
    return await showing.my_story(session, account)


@router.post("/me/subscription/trial", status_code=201, summary="Try a plan, once")
async def begin_trial(
    session: Session, tools: ToolsDep, account: Account, new: TrialNew
) -> Subscription:
    return await trying.begin_trial(session, tools, account, new.plan_id)


@router.post("/me/subscription/cancellation", summary="End it with the period that is paid for")
async def cancel(session: Session, tools: ToolsDep, account: Account) -> Subscription:
    return await owning.cancel(session, tools, account)


@router.delete("/me/subscription/cancellation", status_code=204, summary="Keep it after all")
async def keep(session: Session, tools: ToolsDep, account: Account) -> None:
    """Take back a cancellation, and a change of plan that has not come yet."""
    await owning.keep(session, tools, account)


@router.post("/me/subscription/pause", summary="Pause it; whole days that are left are kept")
async def pause(session: Session, tools: ToolsDep, account: Account, new: Pause) -> Subscription:
    return await owning.pause(session, tools, account, new.days)


@router.post("/me/subscription/resumption", summary="Go on after a pause")
async def resume(session: Session, tools: ToolsDep, account: Account) -> Subscription:
    return await owning.resume(session, tools, account)


@router.get("/me/subscription/change", summary="What another plan costs me now")
async def change_quote(session: ReadSession, account: Account, plan_id: UUID) -> ChangeQuote:
    return await quoting.change_quote(session, account, plan_id, now())


@router.post("/me/subscription/change", summary="Go to another plan when the period ends")
async def change_later(
    session: Session, tools: ToolsDep, account: Account, new: ChangeNew
) -> Subscription:
    return await owning.change_later(session, tools, account, new.plan_id)


@router.post("/me/subscription/renewal", summary="The order that keeps it going")
async def renew(session: Session, tools: ToolsDep, account: Account) -> RenewalPayment:
    """Answers the same order until it is paid; whoever has its link can pay it."""
    return await renewing.renewal(session, tools, account)


@router.post("/me/subscription/card-removal", summary="Forget the kept card")
async def stop_charging(session: Session, tools: ToolsDep, account: Account) -> Subscription:
    return await owning.stop_charging(session, tools, account)


@router.get("/subscriptions", summary="All subscriptions")
async def list_subscriptions(
    session: ReadSession,
    caller: MoneyReader,
    filters: Annotated[SubscriptionQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Subscriptions:
    return await showing.listed(session, filters, cursor, limit)


@router.get("/subscriptions/{subscription_id}", summary="One subscription with its periods")
async def subscription(
    session: ReadSession, caller: MoneyReader, subscription_id: UUID
) -> SubscriptionStory:
    return await showing.story(session, subscription_id)


@router.post("/subscriptions/{subscription_id}/end", summary="End a subscription at once")
async def end_subscription(
    session: Session, tools: ToolsDep, caller: MoneyWriter, subscription_id: UUID
) -> SubscriptionStory:
    """Give nothing back: refund the order for that."""
    await owning.end(session, tools, caller, subscription_id)
    return await showing.story(session, subscription_id)
