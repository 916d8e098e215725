"""Digests: what waits for somebody's evening mail becomes one notice."""

from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.publisher.notices import ChannelName, DeliveryState
from kit.db import new_id
from kit.jobs import enqueue
from publisher_service.actions import wording
from publisher_service.actions.planning import task_of
from publisher_service.actions.tools import Tools
from publisher_service.models.notices import Delivery
from publisher_service.queries import deliveries, notices
from publisher_service.rules.values import language

KIND = "digest.news"
MOST = 2000


async def gather(session: AsyncSession, tools: Tools) -> int:
    """Make one mail for each account whose digest is due; return how many."""
    at = clock.now()
    waiting = await deliveries.gathered(session, at, MOST)
    count = 0
    for _, some in groupby(waiting, key=lambda one: (one.account_id, one.address)):
        await _make(session, tools, list(some))
        count += 1
    return count


async def _make(session: AsyncSession, tools: Tools, some: list[Delivery]) -> None:
    at, first = clock.now(), some[0]
    locale = language(first.locale)
    changed = await tools.templates(session)
    lines = [wording.seen(tools, changed, one.notice, locale) for one in some]
    items = "\n\n".join(f"{line.text}\n{line.url or ''}".strip() for line in lines)
    notice = {
        "id": new_id(), "at": at, "received_at": at, "kind": KIND, "is_in_app": False,
        "account_id": first.account_id, "locale": locale,
        "values": {
            "name": first.notice.values.get("name", ""), "count": len(lines), "items": items,
        },
    }  # fmt: skip
    await notices.add(session, [notice])
    delivery = {
        "id": new_id(), "notice_id": notice["id"], "kind": KIND, "channel": ChannelName.email,
        "account_id": first.account_id, "address": first.address, "locale": locale,
        "state": DeliveryState.queued, "created_at": at, "updated_at": at,
    }  # fmt: skip
    for made in await deliveries.add(session, [delivery]):
        await enqueue(session, task_of(made.channel), {"delivery_id": str(made.id)})
    await deliveries.merge(session, [one.id for one in some], at)
