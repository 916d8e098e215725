"""The janitor: what is due is asked for, what is over ends, what was forgotten is done."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.jobs import enqueue_many
from payments_service.queries import inbox, orders

LOST = timedelta(minutes=2)  # work that is still undone then has lost its job


async def mind(session: AsyncSession) -> None:
    """Ask for every job that is due now; one that waits already is not asked for twice."""
    at = now()
    attempts = [str(one) for one in await orders.due(session, at)]
    await _ask(session, "check_attempt", "attempt_id", attempts)
    over = [str(one) for one in await orders.stale(session, at)]
    await _ask(session, "expire_order", "order_id", over)


async def find_forgotten(session: AsyncSession) -> None:
    """Ask again for work whose job is gone: it was discarded, or its database restored."""
    before = now() - LOST
    ungiven = [str(one) for one in await orders.ungiven(session, before)]
    await _ask(session, "fulfil_order", "order_id", ungiven)
    await inbox.ask(await inbox.waiting_since(session, before), session)


async def _ask(session: AsyncSession, task: str, name: str, ids: list[str]) -> None:
    if ids:
        await enqueue_many(session, task, [{name: one} for one in ids], keys=ids)
