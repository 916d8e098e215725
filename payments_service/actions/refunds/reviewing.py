"""Disputes whose webhooks were missed: what providers list, and what is open in our books."""

import logging
from datetime import timedelta
from uuid import UUID

from kit.clock import now
from payments_service.actions.orders import checking
from payments_service.actions.tools import Tools
from payments_service.providers.provider import Disputing, Hook, Provider, Trouble
from payments_service.queries import orders, refunds

LISTED = timedelta(days=30)
logger = logging.getLogger(__name__)


async def review(tools: Tools) -> None:
    """Ask about each payment whose dispute is open here, or is on a provider's list."""
    async with tools.database.reads() as session:
        found = dict.fromkeys(await refunds.open_disputes(session))
    for provider in tools.providers.values():
        found |= dict.fromkeys(await _listed(tools, provider))
    for attempt_id in found:
        try:
            await checking.look(tools, attempt_id)
        except checking.UNKNOWN as trouble:
            logger.info("a dispute is asked about later: %s", trouble)


async def _listed(tools: Tools, provider: Provider) -> list[UUID]:
    """Return the payments that a provider says are disputed, but for those that are decided."""
    if not isinstance(provider, Disputing):
        return []
    try:
        hooks = [await provider.trace(hook) for hook in await provider.disputes(now() - LISTED)]
    except Trouble as trouble:
        logger.info("%s does not list disputes now: %s", provider.name, trouble)
        return []
    found = [await _undecided(tools, provider.name, hook) for hook in hooks]
    return [attempt_id for attempt_id in found if attempt_id]


async def _undecided(tools: Tools, provider: str, hook: Hook) -> UUID | None:
    if hook.attempt_id is None:
        return None
    async with tools.database.reads() as session:
        attempt = await orders.attempt(session, hook.attempt_id)
        dispute = await refunds.dispute_of(session, hook.attempt_id)
    is_ours = attempt is not None and attempt.provider == provider
    is_decided = dispute is not None and dispute.closed_at is not None
    return hook.attempt_id if is_ours and not is_decided else None
