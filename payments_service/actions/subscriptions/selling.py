"""Selling subscriptions: the order of kind `subscription`, its subject the plan.

It begins one, keeps one going, or brings it to another plan; which of them, the quote decides. A
payment that comes too late for what it was for is no loss: it becomes credit.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.errors import NeedsAccount, NotForSale
from kit.contracts.payments.orders import OrderNew
from kit.contracts.payments.subscriptions import Interval
from kit.events import notify
from payments_service.actions.orders.seeing import account_of
from payments_service.actions.orders.sellers import Quote
from payments_service.actions.subscriptions import (
    charging,
    following,
    giving,
    keeping,
    plans,
    quoting,
    returning,
)
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.models.subscriptions import Subscription
from payments_service.queries import subscriptions
from payments_service.rules.accounts import income
from payments_service.rules.journals import Leg
from payments_service.rules.taxes import tax_within

LENGTHS = {
    "fr": {Interval.month: "un mois", Interval.year: "un an"},
    "en": {Interval.month: "one month", Interval.year: "one year"},
}


class SubscriptionSeller:
    async def quote(
        self, session: AsyncSession, tools: Tools, asked: OrderNew, caller: Caller
    ) -> Quote:
        account_id = account_of(caller)
        if account_id is None:
            raise NeedsAccount
        if asked.quantity != 1:
            raise NotForSale
        row = await subscriptions.alive(session, account_id)
        country = asked.country or (row.country if row else "")
        found = await plans.priced(session, _plan_id(asked.subject), country or None)
        offer = await quoting.offer(session, account_id, found, now())
        return Quote(
            title=_title(found.plan.title, found.plan.title_en, found.plan.interval, asked.locale),
            list_amount=offer.proration.amount,
            currency=found.price.currency,
            discount_amount=offer.proration.used,
            tax_amount=tax_within(offer.proration.due, tools.settings.tax_percent),
            needs_account=True,
            details={
                **offer.details,
                "plan_id": str(found.plan.id),
                "country": country,
                "keep_card": asked.options.get("keep_card") is True,
            },
        )

    def credits(self, order: Order) -> list[Leg]:
        return [(income("subscriptions", order.currency), -order.amount)]

    async def fulfil(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        if order.account_id is None:
            raise NeedsAccount
        await subscriptions.lock_account(session, order.account_id)
        if await subscriptions.period_of_order(session, order.id) is not None:
            return
        got = await giving.paid(session, order, at := now())
        row = await giving.give(session, got, order.account_id, at)
        await keeping.moved(session, tools, row)
        await self._tell(session, tools, order, row)

    async def take_back(
        self, session: AsyncSession, tools: Tools, order: Order, refunded: int
    ) -> None:
        if refunded < order.amount:
            return  # a part of the price takes nothing away
        row = await giving.take_back(session, order, now())
        if row is not None:
            await keeping.moved(session, tools, row)

    async def hold(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Open nothing by the days that are paid back; what they are stays written down."""
        await following.follow_soon(session, await subscriptions.period_of_order(session, order.id))

    async def release(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await following.follow_soon(session, await subscriptions.period_of_order(session, order.id))

    async def give_again(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        if order.account_id is not None:
            await subscriptions.lock_account(session, order.account_id)
        row = await returning.give_again(session, order, now())
        if row is not None:
            await keeping.moved(session, tools, row)

    async def lapse(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Nothing was kept back for it."""

    async def _tell(
        self, session: AsyncSession, tools: Tools, order: Order, row: Subscription
    ) -> None:
        order.given = {
            "subscription_id": str(row.id),
            "period_end": row.period_end.isoformat(),
        }
        if order.details["mode"] == "begin":
            values = {
                "plan": row.plan.title,
                "until": row.period_end.isoformat(),
                "url": f"{tools.home}/account/subscription",
            }
            await notify(session, "subscription.started", row.account_id, values)
        attempt = next((each for each in order.attempts if each.is_matched), None)
        if order.details["keep_card"] and attempt is not None:
            charging.keep_card(tools, row, attempt)


def _plan_id(subject: str) -> UUID:
    try:
        return UUID(subject)
    except ValueError as error:
        raise NotForSale from error


def _title(french: str, english: str | None, interval: Interval, locale: str) -> str:
    title = french if locale == "fr" else english or french
    return f"{title} · {LENGTHS[locale][interval]}"
