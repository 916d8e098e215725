"""Orders, attempts, webhooks and providers as staff see them."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments import order_stories as stories
from kit.contracts.payments.errors import OrderNotFound
from kit.events import audit
from payments_service.actions.orders import checking, offers, seeing
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order, ProviderState, Webhook
from payments_service.providers.provider import Provider
from payments_service.queries import inbox, order_lists, orders
from payments_service.rules.attempts import OPEN, masked

HOUR = timedelta(hours=1)
FAILED = {"declined", "cancelled", "expired"}


async def listed(
    session: AsyncSession, wanted: stories.OrderQuery, cursor: str | None, limit: int
) -> stories.Orders:
    rows, following = await order_lists.orders(session, wanted, cursor, limit)
    return stories.Orders(items=[_summary(each) for each in rows], next_cursor=following)


async def attempts(
    session: AsyncSession, wanted: stories.AttemptQuery, cursor: str | None, limit: int
) -> stories.Attempts:
    rows, following = await order_lists.attempts(session, wanted, cursor, limit)
    return stories.Attempts(items=[_attempt(each) for each in rows], next_cursor=following)


async def webhooks(
    session: AsyncSession, wanted: stories.WebhookQuery, cursor: str | None, limit: int
) -> stories.Webhooks:
    rows, following = await order_lists.webhooks(session, wanted, cursor, limit)
    found = [stories.WebhookSummary.model_validate(each) for each in rows]
    return stories.Webhooks(items=found, next_cursor=following)


async def story(session: AsyncSession, order_id: UUID) -> stories.OrderStory:
    """Return everything that is known of an order."""
    order = await orders.order(session, order_id)
    hooks = await order_lists.webhooks_of(session, order)
    journals = await order_lists.journals_of(session, order_id)
    return stories.OrderStory(
        order=seeing.shown(order),
        account_id=order.account_id,
        email=order.email,
        phone=order.phone,
        country=order.country,
        locale=order.locale,
        details=order.details,
        attempts=[_attempt(each) for each in order.attempts],
        webhooks=[stories.WebhookSummary.model_validate(each) for each in hooks],
        journals=[stories.JournalOfOrder.model_validate(each) for each in journals],
    )


def webhook(found: Webhook) -> stories.WebhookDetail:
    plain = {name: getattr(found, name) for name in stories.WebhookDetail.model_fields}
    return stories.WebhookDetail.model_validate(
        {**plain, "body": found.body.decode("utf-8", "replace")}
    )


async def check(tools: Tools, attempt_id: UUID) -> stories.AttemptDetail:
    """Ask the provider now, and return the attempt as it is then; its trouble is told with it."""
    with suppress(*checking.UNKNOWN):  # it is written with the attempt
        await checking.look(tools, attempt_id)
    async with tools.database.reads() as session:
        found = await orders.attempt(session, attempt_id)
    if found is None:
        raise OrderNotFound
    return _attempt(found)


async def providers(session: AsyncSession, tools: Tools) -> stories.Providers:
    said = await orders.paused(session)
    last = await inbox.last_at(session)
    counts: dict[str, Counter[str]] = {}
    for name, _, _, state, many in await orders.recent(session, now() - HOUR):
        counts.setdefault(name, Counter())[_sort(state)] += many
    found = []
    for name, provider in tools.providers.items():
        works = await offers.available(tools, provider)
        count = counts.get(name, Counter())
        known = said.get(name)
        found.append(
            stories.ProviderSeen(
                **_plain(provider),
                is_paused=known.is_paused if known else False,
                reason=known.reason if known else "",
                available=sorted(works.methods),
                trouble=works.trouble,
                approved_count=count["approved"],
                failed_count=count["failed"],
                open_count=count["open"],
                last_webhook_at=last.get(name),
            )
        )
    return stories.Providers(items=found)


async def change_provider(
    session: AsyncSession, tools: Tools, caller: Caller, name: str, change: stories.ProviderChange
) -> stories.ProviderSeen:
    """Pause a provider, or let it go on; raise ProviderNotFound."""
    tools.provider(name)
    row = ProviderState(
        name=name,
        is_paused=change.is_paused,
        reason=change.reason,
        changed_by=caller.id,
        changed_at=now(),
    )
    await session.merge(row)
    action = "provider.paused" if change.is_paused else "provider.resumed"
    await audit(session, caller, action, f"provider/{name}", {"reason": change.reason})
    await session.flush()
    found = await providers(session, tools)
    return next(each for each in found.items if each.name == name)


def _summary(order: Order) -> stories.OrderSummary:
    tried = sorted(order.attempts, key=lambda each: (each.is_matched, each.id))
    names = [name for name in stories.OrderSummary.model_fields if name != "provider"]
    plain = {name: getattr(order, name) for name in names}
    provider = tried[-1].provider if tried else None
    return stories.OrderSummary.model_validate({**plain, "provider": provider})


def _attempt(attempt: Attempt) -> stories.AttemptDetail:
    plain = {name: getattr(attempt, name) for name in stories.AttemptDetail.model_fields}
    return stories.AttemptDetail.model_validate({**plain, "phone": masked(attempt.phone)})


def _sort(state: str) -> str:
    if state in OPEN:
        return "open"
    return "failed" if state in FAILED else state


def _plain(provider: Provider) -> dict[str, object]:
    names = sorted({method.name for method in provider.methods()})
    return {"name": provider.name, "is_test": provider.is_test, "methods": names}
