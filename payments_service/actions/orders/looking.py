"""Waiting for a payment: the provider is asked while somebody watches."""

import time
from datetime import timedelta
from uuid import UUID

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments import orders as wire
from payments_service.actions.orders import checking, seeing
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.queries import orders
from payments_service.rules.attempts import OPEN

WATCHED = timedelta(minutes=15)  # older ones are the janitor's
PAUSE_SECONDS = 3.0  # between two questions about one attempt, however many watch
MOST_KEPT = 10_000


async def look(tools: Tools, caller: Caller, order_id: UUID, secret: str) -> Order:
    """Ask about what is open of an order of this caller's, and return it as it is then."""
    async with tools.database.reads() as session:
        await seeing.seen(session, caller, order_id, secret)
    await look_at(tools, order_id)
    async with tools.database.reads() as session:
        return await orders.order(session, order_id)


async def look_at(tools: Tools, order_id: UUID) -> None:
    """Ask about each attempt that is open and young, unless somebody has just done so."""
    async with tools.database.reads() as session:
        order = await orders.order(session, order_id)
    youngest = now() - WATCHED
    for attempt in order.attempts:
        if attempt.state in OPEN and attempt.created_at > youngest and _is_next(tools, attempt.id):
            try:
                await checking.look(tools, attempt.id)
            except checking.UNKNOWN:
                continue  # written with the attempt


async def seen_now(tools: Tools, order_id: UUID) -> wire.Order:
    async with tools.database.reads() as session:
        return seeing.shown(await orders.order(session, order_id))


def _is_next(tools: Tools, attempt_id: UUID) -> bool:
    """Say whether it is time to ask again, and note that it is asked."""
    asked: dict[UUID, float] = tools.kept.setdefault("looks", {})
    at = time.monotonic()
    if at - asked.get(attempt_id, -PAUSE_SECONDS) < PAUSE_SECONDS:
        return False
    if len(asked) > MOST_KEPT:
        asked.clear()
    asked[attempt_id] = at
    return True
