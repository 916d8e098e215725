"""Asking a provider for the truth about an attempt, and writing it down."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.errors import ProviderNotFound
from kit.contracts.payments.orders import AttemptState
from payments_service.actions.orders.fulfilling import fulfil_now
from payments_service.actions.orders.settling import Settled, locked, move, settle
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt
from payments_service.providers.provider import Known, Provider, Seen, Trouble
from payments_service.queries import orders
from payments_service.rules import attempts

LONGEST_SECONDS = 20.0
UNKNOWN = (Trouble, ProviderNotFound)  # what `look` raises when nothing was learnt
After = Callable[[AsyncSession, Settled], Awaitable[None]]
logger = logging.getLogger(__name__)


async def look(
    tools: Tools, attempt_id: UUID, after: After | None = None, ref: str = ""
) -> Settled | None:
    """Ask about an attempt and settle what is found; give what is paid. None: there is no such.

    `after` writes in the same transaction. `ref`: the provider's reference, as a webhook has it,
    where the answer that had it was lost. Raises Trouble when the provider does not say.
    """
    async with tools.database.reads() as session:
        attempt = await orders.attempt(session, attempt_id)
    if attempt is None:
        return None
    try:
        seen = await ask(tools.provider(attempt.provider), attempt, ref)
    except UNKNOWN as trouble:
        await _note_trouble(tools, attempt_id, trouble)
        raise
    async with tools.database.sessions.begin() as session:
        if seen is None:
            settled = await _unheard(session, attempt_id)
        else:
            settled = await settle(session, tools, attempt_id, seen)
        await _count(session, attempt_id)
        if after is not None:
            await after(session, settled)
    if settled.is_paid:
        await fulfil_now(tools, settled.order_id)
    return settled


async def ask(provider: Provider, attempt: Attempt, ref: str = "") -> Seen | None:
    """Return what a provider says of an attempt; raise Trouble also when it takes too long."""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            return await provider.find(known(attempt, ref))
    except TimeoutError as error:
        raise Trouble(f"{attempt.provider} took too long to say") from error


def known(attempt: Attempt, ref: str = "") -> Known:
    """Return an attempt as providers are told of it; `ref`: theirs, where we have none yet."""
    return Known(
        attempt.id,
        attempt.provider_ref or ref,
        attempt.method,
        attempt.amount,
        attempt.currency,
        attempt.country,
        attempt.created_at,
        attempt.secrets,
    )


async def _unheard(session: AsyncSession, attempt_id: UUID) -> Settled:
    """Note that the provider does not know of it: after a while, it was never sent."""
    order, attempt = await locked(session, attempt_id)
    at = now()
    if not attempt.provider_ref and attempts.is_unheard(attempt.state, attempt.created_at, at):
        move(attempt, AttemptState.expired, "operator_down")
        return Settled(order.id, "never_sent")
    move(attempt, attempt.state)
    return Settled(order.id, "unheard")


async def _count(session: AsyncSession, attempt_id: UUID) -> None:
    _, attempt = await locked(session, attempt_id)
    attempt.checks += 1
    if attempts.is_given_up(attempt.state, attempt.created_at, now()):
        move(attempt, AttemptState.expired, "expired")


async def _note_trouble(tools: Tools, attempt_id: UUID, trouble: Exception) -> None:
    async with tools.database.sessions.begin() as session:
        _, attempt = await locked(session, attempt_id)
        attempt.checks += 1
        attempt.trouble = str(trouble)[:500]
        attempt.next_check_at = attempts.next_check_in_trouble(
            attempt.state, attempt.created_at, now()
        )
