"""Plans, for everybody to see."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from kit.contracts.payments.subscriptions import (
    Interval,
    Plan,
    Subscription,
    SubscriptionState,
)
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from kit.i18n import Language
from kit.schema import Schema
from kit.site.session import MaybePerson
from public_interface.pages import cards
from public_interface.pages.account.frame import words
from public_interface.pages.money.buying import country_of
from public_interface.pages.money.till import new_key, show, speaking

router = APIRouter()
Subscriptions = Annotated[SubscriptionsClient, speaking(SubscriptionsClient)]


class PlanView(Schema):
    """`way`: what its button does: `try`, `buy`, `sign_in`, `change`, or nothing (`mine`).

    `is_next`: the plan that follows the present one when its period ends.
    """

    id: str
    title: str
    price: str
    per: str
    note: str
    points: list[str]
    way: str
    is_mine: bool
    is_next: bool


class PlansView(Schema):
    plans: list[PlanView]
    key: str
    is_subscribed: bool
    is_signed_in: bool


@router.get("/plans")
async def plans(request: Request, asked: Subscriptions, person: MaybePerson) -> Response:
    say = words(request)
    found = (await asked.plans(country_of(request))).items
    mine, may_try = None, person is None
    if person is not None:
        state = await asked.mine()
        mine, may_try = state.subscription, state.may_try
    current = mine if mine is not None and mine.state is not SubscriptionState.expired else None
    shown = [
        plan_view(each, say, current, may_try=may_try, is_known=person is not None)
        for each in found
    ]
    view = PlansView(
        plans=shown,
        key=new_key(),
        is_subscribed=current is not None,
        is_signed_in=person is not None,
    )
    return show(request, "plans", view)


def plan_view(
    plan: Plan, say: Language, current: Subscription | None, *, may_try: bool, is_known: bool
) -> PlanView:
    is_mine = current is not None and current.plan.id == plan.id
    is_next = current is not None and current.next_plan_id == plan.id
    can_try = may_try and plan.trial_days > 0 and current is None
    way = "change" if current else "try" if can_try and is_known else "buy"
    if not is_known:
        way = "sign_in"
    trial = say.plural("%(num)s jour d’essai", "%(num)s jours d’essai", plan.trial_days)
    description = cards.either(plan.description, plan.description_en, say)
    points = [line.strip(" -•") for line in description.splitlines() if line.strip()]
    return PlanView(
        id=str(plan.id),
        title=title_of(plan, say),
        price=say.money(plan.amount, plan.currency),
        per=per(plan, say),
        note=trial if can_try else "",
        points=points or [say("Tous les films VIP")],
        way="mine" if is_mine or is_next else way,
        is_mine=is_mine,
        is_next=is_next,
    )


def title_of(plan: Plan, say: Language) -> str:
    return cards.either(plan.title, plan.title_en or "", say)


def per(plan: Plan, say: Language) -> str:
    return say("par an") if plan.interval is Interval.year else say("par mois")
