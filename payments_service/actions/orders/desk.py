"""Orders, attempts, webhooks and providers as staff see them."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments import orders as wire
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
    session: AsyncSession, wanted: wire.OrderQuery, cursor: str | None, limit: int
) -> wire.Orders:
    rows, following = await order_lists.orders(session, wanted, cursor, limit)
    return wire.Orders(items=[_summary(each) for each in rows], next_cursor=following)


async def attempts(
    session: AsyncSession, wanted: wire.AttemptQuery, cursor: str | None, limit: int
) -> wire.Attempts:
    rows, following = await order_lists.attempts(session, wanted, cursor, limit)
    return wire.Attempts(items=[_attempt(each) for each in rows], next_cursor=following)


async def webhooks(
    session: AsyncSession, wanted: wire.WebhookQuery, cursor: str | None, limit: int
) -> wire.Webhooks:
    rows, following = await order_lists.webhooks(session, wanted, cursor, limit)
    found = [wire.WebhookSummary.model_validate(each) for each in rows]
    return wire.Webhooks(items=found, next_cursor=following)


async def story(session: AsyncSession, order_id: UUID) -> wire.OrderStory:
    """Return everything that is known of an order."""
    order = await orders.order(session, order_id)
    hooks = await order_lists.webhooks_of(session, order)
    journals = await order_lists.journals_of(session, order_id)
    return wire.OrderStory(
        order=seeing.shown(order),
        account_id=order.account_id,
        email=order.email,
        phone=order.phone,
        country=order.country,
        locale=order.locale,
        details=order.details,
        attempts=[_attempt(each) for each in order.attempts],
        webhooks=[wire.WebhookSummary.model_validate(each) for each in hooks],
        journals=[wire.JournalOfOrder.model_validate(each) for each in journals],
    )


def webhook(found: Webhook) -> wire.WebhookDetail:
    plain = {name: getattr(found, name) for name in wire.WebhookDetail.model_fields}
    return wire.WebhookDetail.model_validate(
        {**plain, "body": found.body.decode("utf-8", "replace")}
    )


async def check(tools: Tools, attempt_id: UUID) -> wire.AttemptDetail:
    """Ask the provider now, and return the attempt as it is then; its trouble is told with it."""
    with suppress(*checking.UNKNOWN):  # it is written with the attempt
        await checking.look(tools, attempt_id)
    async with tools.database.reads() as session:
        found = await orders.attempt(session, attempt_id)
    if found is None:
        raise OrderNotFound
    return _attempt(found)


async def providers(session: AsyncSession, tools: Tools) -> wire.Providers:
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
            wire.ProviderSeen(
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
    return wire.Providers(items=found)


async def change_provider(
    session: AsyncSession, tools: Tools, caller: Caller, name: str, change: wire.ProviderChange
) -> wire.ProviderSeen:
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


def _summary(order: Order) -> wire.OrderSummary:
    tried = sorted(order.attempts, key=lambda each: (each.is_matched, each.id))
    names = [name for name in wire.OrderSummary.model_fields if name != "provider"]
    plain = {name: getattr(order, name) for name in names}
    provider = tried[-1].provider if tried else None
    return wire.OrderSummary.model_validate({**plain, "provider": provider})


def _attempt(attempt: Attempt) -> wire.AttemptDetail:
    plain = {name: getattr(attempt, name) for name in wire.AttemptDetail.model_fields}
    return wire.AttemptDetail.model_validate({**plain, "phone": masked(attempt.phone)})


def _sort(state: str) -> str:
    if state in OPEN:
        return "open"
    return "failed" if state in FAILED else state


def _plain(provider: Provider) -> dict[str, object]:
    names = sorted({method.name for method in provider.methods()})
    return {"name": provider.name, "is_test": provider.is_test, "methods": names}
