"""The subscription of whoever is signed in: renew, pause, change, end, take back."""

import logging
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit.contracts.accounts import AccountsClient
from kit.contracts.payments.errors import NoSubscription
from kit.contracts.payments.subscriptions import (
    ChangeQuote,
    Period,
    PeriodKind,
    Plan,
    Subscription,
    SubscriptionState,
)
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.filled import filled
from kit.site.session import acting
from public_interface.forms import PauseForm, PlanForm
from public_interface.pages.account.deeds import done
from public_interface.pages.account.frame import back, words
from public_interface.pages.account.sayings import said
from public_interface.pages.money.buying import country_of
from public_interface.pages.money.plans import PlanView, per, plan_view, title_of
from public_interface.pages.money.till import new_key, show

logger = logging.getLogger(__name__)
router = APIRouter()
Mine = Annotated[SubscriptionsClient, acting(SubscriptionsClient)]
Me = Annotated[AccountsClient, acting(AccountsClient)]
HERE = "/account/subscription"
STATES = {
    SubscriptionState.trialing: ("info", mark("à l’essai")),
    SubscriptionState.active: ("success", mark("en cours")),
    SubscriptionState.past_due: ("warning", mark("à payer")),
    SubscriptionState.paused: ("neutral", mark("en pause")),
    SubscriptionState.cancelled: ("neutral", mark("arrêté")),
    SubscriptionState.expired: ("neutral", mark("terminé")),
}
PERIODS = {
    PeriodKind.trial: mark("Essai"),
    PeriodKind.payment: mark("Abonnement"),
    PeriodKind.change: mark("Changement d’offre"),
}
RENEWING = {
    SubscriptionState.trialing: mark("Continuer après l’essai"),
    SubscriptionState.past_due: mark("Payer maintenant"),
}
PAUSES = (7, 14, 30, 60)


class PeriodView(Schema):
    words: str
    dates: str
    amount: str
    href: str


class SubscriptionView(Schema):
    """`text` says in one sentence what happens next, and when. `price`: of the next period, which
    may be one of `next_plan`. `unconfirmed`: the address that no reminder reaches before it is
    confirmed.
    """

    title: str
    price: str
    tone: str
    state: str
    text: str
    may: list[str]
    renew_words: str
    is_automatic: bool
    next_plan: str
    credit: str
    pauses: list[tuple[str, str]]
    periods: list[PeriodView]
    plans: list[PlanView]
    unconfirmed: str = ""


class ChangeView(Schema):
    """What going to another plan comes to, before it is done."""

    plan_id: str
    title: str
    price: str
    credit: str
    due: str
    credit_left: str
    later: str
    key: str


@router.get(HERE)
async def subscription(request: Request, mine: Mine, me: Me) -> Response:
    say = words(request)
    try:
        found = await mine.my_story()
    except NoSubscription:
        return show(request, "no_subscription")
    others = (await mine.plans(country_of(request))).items
    view = _subscription(found, others, found.periods, say)
    is_over = found.state is SubscriptionState.expired
    unconfirmed = "" if is_over else await _unconfirmed(me)
    return show(request, "subscription", view.model_copy(update={"unconfirmed": unconfirmed}))


@router.post(f"{HERE}/trial")
async def begin_trial(request: Request, mine: Mine) -> Response:
    typed = await filled(request, PlanForm, words(request))
    if typed.form is None:
        return back(request, "/plans")
    trying = mine.begin_trial(typed.form.plan_id)
    return await done(request, trying, HERE, mark("Votre essai commence. Bons films."))


@router.get(HERE + "/change/{plan_id}")
async def look_at_change(request: Request, plan_id: UUID, mine: Mine) -> Response:
    """Say what another plan costs now, or when it begins."""
    say = words(request)
    try:
        plan = await mine.plan(plan_id, country_of(request))
        quote = await mine.change_quote(plan_id)
    except AppError as error:
        return back(request, HERE, said(error, say), "danger")
    return show(request, "plan_change", _change(plan, quote, say))


@router.post(f"{HERE}/change")
async def change_later(request: Request, mine: Mine) -> Response:
    typed = await filled(request, PlanForm, words(request))
    if typed.form is None:
        return back(request, HERE)
    text = mark("C’est noté : l’autre offre prend la suite.")
    return await done(request, mine.change_later(typed.form.plan_id), HERE, text)


@router.post(f"{HERE}/cancellation")
async def cancel(request: Request, mine: Mine) -> Response:
    text = mark("L’abonnement s’arrêtera à la fin de la période payée.")
    return await done(request, mine.cancel(), HERE, text)


@router.post(f"{HERE}/keeping")
async def keep(request: Request, mine: Mine) -> Response:
    return await done(request, mine.keep(), HERE, mark("L’abonnement continue."))


@router.post(f"{HERE}/pause")
async def pause(request: Request, mine: Mine) -> Response:
    typed = await filled(request, PauseForm, words(request))
    days = typed.form.days if typed.form else PAUSES[-2]
    text = mark("L’abonnement est en pause. Les jours payés vous attendent.")
    return await done(request, mine.pause(days), HERE, text)


@router.post(f"{HERE}/resumption")
async def resume(request: Request, mine: Mine) -> Response:
    return await done(request, mine.resume(), HERE, mark("L’abonnement reprend."))


@router.post(f"{HERE}/card-removal")
async def stop_charging(request: Request, mine: Mine) -> Response:
    text = mark("La carte est oubliée : vous paierez vous-même, nous vous le rappellerons.")
    return await done(request, mine.stop_charging(), HERE, text)


@router.post(f"{HERE}/renewal")
async def renew(request: Request, mine: Mine) -> Response:
    """Go to the order that keeps it going: the same one until it is paid."""
    try:
        found = await mine.renew()
    except AppError as error:
        return back(request, HERE, said(error, words(request)), "danger")
    return back(request, f"/orders/{found.order_id}")


async def _unconfirmed(me: AccountsClient) -> str:
    try:
        account = await me.me()
    except AppError as error:
        logger.warning("an account was not found", extra={"error": type(error).__name__})
        return ""
    return "" if account.email_verified_at else account.email


def _subscription(
    found: Subscription, plans: list[Plan], periods: list[Period], say: Language
) -> SubscriptionView:
    tone, state = STATES[found.state]
    is_over = found.state is SubscriptionState.expired
    following = None
    if found.state is not SubscriptionState.cancelled:
        following = next((plan for plan in plans if plan.id == found.next_plan_id), None)
    price = f"{say.money(found.amount, found.currency)} {per(following or found.plan, say)}"
    return SubscriptionView(
        title=title_of(found.plan, say),
        price=price,
        tone=tone,
        state=say(state),
        text=_next(found, say),
        may=found.may,
        renew_words=say(RENEWING.get(found.state, mark("Renouveler"))),
        is_automatic=found.is_automatic,
        next_plan=title_of(following, say) if following else "",
        credit=say.money(found.credit_amount, found.currency) if found.credit_amount else "",
        pauses=[(str(days), say.plural("%(num)s jour", "%(num)s jours", days)) for days in PAUSES],
        periods=_periods(periods, say),
        plans=[]
        if is_over
        else [plan_view(each, say, found, may_try=False, is_known=True) for each in plans],
    )


def _next(found: Subscription, say: Language) -> str:
    """Return one sentence about what comes next."""
    end = say.day(found.period_end)
    if found.state is SubscriptionState.paused:
        until = say.day(found.paused_until) if found.paused_until else end
        return say("En pause jusqu’au %(day)s ; les jours payés sont gardés.", day=until)
    if found.state is SubscriptionState.past_due:
        until = say.day(found.access_until) if found.access_until else end
        return say(
            "La période est finie. Les films VIP restent ouverts jusqu’au %(day)s.", day=until
        )
    texts = {
        SubscriptionState.trialing: mark("Essai gratuit jusqu’au %(day)s. Rien n’est débité."),
        SubscriptionState.cancelled: mark("Vous en profitez jusqu’au %(day)s, puis il s’arrête."),
        SubscriptionState.expired: mark("Il s’est arrêté le %(day)s."),
    }
    otherwise = (
        mark("La carte sera débitée le %(day)s.")
        if found.is_automatic
        else mark("Payé jusqu’au %(day)s. Nous vous écrirons avant la fin.")
    )
    return say(texts.get(found.state, otherwise), day=end)


def _periods(found: list[Period], say: Language) -> list[PeriodView]:
    """Return periods as they came, the newest first; a change of plan ends the one before."""
    views = []
    for number, each in enumerate(found):
        changes = [one.starts_at for one in found[:number] if one.kind is PeriodKind.change]
        views.append(_period(each, min([each.ends_at, *changes]), say))
    return views


def _period(each: Period, ends_at: datetime, say: Language) -> PeriodView:
    return PeriodView(
        words=say(PERIODS[each.kind]),
        dates=f"{say.day(each.starts_at)} → {say.day(ends_at)}",
        amount=say.money(each.amount, each.currency) if each.amount else say("gratuit"),
        href=f"/orders/{each.order_id}" if each.order_id else "",
    )


def _change(plan: Plan, quote: ChangeQuote, say: Language) -> ChangeView:
    day = say.day(quote.period_end)
    return ChangeView(
        plan_id=str(plan.id),
        title=title_of(plan, say),
        price=say.money(quote.amount, quote.currency),
        credit=say.money(quote.credit, quote.currency) if quote.credit else "",
        due=say.money(quote.due, quote.currency),
        later=say(
            "À la fin de ce que vous avez payé, le %(day)s : rien à payer d’ici là.", day=day
        ),
        credit_left=say.money(quote.credit_left, quote.currency) if quote.credit_left else "",
        key=new_key(),
    )
