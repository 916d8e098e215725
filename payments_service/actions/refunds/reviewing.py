"""Disputes whose webhooks were missed: what providers list, and what is open in our books."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from kit.clock import now
from payments_service.actions.orders import checking
from payments_service.actions.tools import Tools
from payments_service.providers.provider import Disputing, Hook, Provider, Trouble
from payments_service.queries import orders, refunds

LISTED = timedelta(days=30)
TURNED = timedelta(days=180)  # what is decided may be appealed against for so long
logger = logging.getLogger(__name__)


async def review(tools: Tools) -> None:
    """Ask about each payment whose dispute is open here, or is on a provider's list."""
    async with tools.database.reads() as session:
        found = dict.fromkeys(await refunds.open_disputes(session))
    for provider in tools.providers.values():
        found |= dict.fromkeys(await _listed(tools, provider))
    await _look(tools, found)


async def review_decided(tools: Tools) -> None:
    """Ask about what was decided lately: a bank may turn it round after months."""
    async with tools.database.reads() as session:
        found = await refunds.decided_disputes(session, now() - TURNED)
    await _look(tools, found)


async def _look(tools: Tools, attempts: Iterable[UUID]) -> None:
    for attempt_id in attempts:
        try:
            await checking.look(tools, attempt_id)
        except checking.UNKNOWN as trouble:
            logger.info("a dispute is asked about later: %s", trouble)


async def _listed(tools: Tools, provider: Provider) -> list[UUID]:
    """Return the payments of which a provider says otherwise than our books."""
    if not isinstance(provider, Disputing):
        return []
    try:
        hooks = [await provider.trace(hook) for hook in await provider.disputes(now() - LISTED)]
    except Trouble as trouble:
        logger.info("%s does not list disputes now: %s", provider.name, trouble)
        return []
    found = [await _moved(tools, provider.name, hook) for hook in hooks]
    return [attempt_id for attempt_id in found if attempt_id]


async def _moved(tools: Tools, provider: str, hook: Hook) -> UUID | None:
    """Return whose dispute this is, unless it was decided here as it was there."""
    if hook.attempt_id is None:
        return None
    async with tools.database.reads() as session:
        attempt = await orders.attempt(session, hook.attempt_id)
        dispute = await refunds.dispute_of(session, hook.attempt_id)
    is_ours = attempt is not None and attempt.provider == provider
    is_decided = dispute is not None and dispute.closed_at is not None
    is_same = is_decided and hook.dispute_state in {None, dispute.state if dispute else None}
    return hook.attempt_id if is_ours and not is_same else None
