"""Calling a provider to send money, and finding out what became of it.

What was sent without an answer stays unknown, and is asked about until the provider tells; what it
has never heard of is sent again under the same id, which has no effect the second time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from kit.clock import now
from kit.errors import AppError
from payments_service.actions.giving.settling import settle
from payments_service.actions.orders.checking import known
from payments_service.actions.tools import Tools
from payments_service.models.papers import Refund
from payments_service.models.payouts import GivingAttempt, GivingState
from payments_service.providers.provider import (
    Away,
    Given,
    Giving,
    Provider,
    Refused,
    State,
    Trouble,
)
from payments_service.queries import giving, orders
from payments_service.rules.giving import FINAL, may_resend, next_check

LONGEST_SECONDS = 30.0
logger = logging.getLogger(__name__)
Call = Callable[[Provider, Giving], Awaitable[Given | None]]


async def go_on(tools: Tools, attempt_id: UUID) -> GivingState | None:
    """Do what comes next for an attempt: send it, or ask about it; return its state then."""
    async with tools.database.reads() as session:
        attempt = await session.get(GivingAttempt, attempt_id)
    if attempt is None or attempt.state in FINAL:
        return attempt.state if attempt else None
    if attempt.state == GivingState.new:
        return await _send(tools, attempt_id)
    return await _ask(tools, attempt)


async def _send(tools: Tools, attempt_id: UUID) -> GivingState | None:
    """Send once; from this moment on the outcome is unknown until somebody tells."""
    async with tools.database.sessions.begin() as session:
        attempt = await giving.attempt_for_update(session, attempt_id)
        if attempt is None or attempt.state != GivingState.new:
            return attempt.state if attempt else None
        _move(attempt, GivingState.unknown)
        told = await _giving(tools, attempt)
    try:
        given = await _called(tools, attempt.provider, _refund_or_pay, told)
    except Away as trouble:
        return await _note(tools, attempt_id, trouble, GivingState.new)
    except Refused as refusal:
        given = Given(State.declined, reason=refusal.reason)
        logger.info("refused: %s", refusal, extra={"attempt_id": str(attempt_id)})
    except Trouble as trouble:
        return await _note(tools, attempt_id, trouble)
    except AppError as trouble:  # the provider is not configured here, for now
        return await _note(tools, attempt_id, trouble, GivingState.new)
    return await _settled(tools, attempt_id, given)


async def _ask(tools: Tools, attempt: GivingAttempt) -> GivingState | None:
    told = await _giving(tools, attempt)

    async def find(provider: Provider, one: Giving) -> Given | None:
        return await provider.find_given(one, attempt.provider_ref)

    try:
        given = await _called(tools, attempt.provider, find, told)
    except (Trouble, AppError) as trouble:
        return await _note(tools, attempt.id, trouble)
    if given is not None:
        return await _settled(tools, attempt.id, given)
    is_lost = attempt.state == GivingState.unknown and may_resend(attempt.updated_at, now())
    if not is_lost:
        return await _note(tools, attempt.id, Trouble("the provider does not know of it yet"))
    await _note(tools, attempt.id, Trouble("never arrived: sent again"), GivingState.new)
    return await _send(tools, attempt.id)


async def _called(tools: Tools, name: str, call: Call, told: Giving) -> Given | None:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            return await call(tools.provider(name), told)
    except TimeoutError as error:
        raise Trouble(f"{name} took too long to answer") from error


async def _refund_or_pay(provider: Provider, told: Giving) -> Given:
    if told.charge is not None:
        return await provider.refund(told)
    return await provider.pay_out(told)


async def _giving(tools: Tools, attempt: GivingAttempt) -> Giving:
    """Return an attempt as providers are told of it."""
    details = attempt.details
    charge = None
    if attempt.refund_id is not None:
        async with tools.database.reads() as session:
            refund = await session.get(Refund, attempt.refund_id)
            paid = await orders.attempt(session, refund.attempt_id) if refund else None
        charge = known(paid) if paid else None
    return Giving(
        id=attempt.id,
        amount=attempt.amount,
        currency=attempt.currency,
        reason=str(details.get("reason", "")),
        charge=charge,
        phone=str(details.get("phone", "")),
        name=str(details.get("name", "")),
        country=str(details.get("country", "")),
        method=str(details.get("method", "")),
    )


async def _settled(tools: Tools, attempt_id: UUID, given: Given | None) -> GivingState | None:
    if given is None:
        return await _note(tools, attempt_id, Trouble("the provider said nothing"))
    async with tools.database.sessions.begin() as session:
        return await settle(session, tools, attempt_id, given)


async def _note(
    tools: Tools, attempt_id: UUID, trouble: Exception, state: GivingState | None = None
) -> GivingState | None:
    """Keep what went wrong, for staff, and ask again later."""
    async with tools.database.sessions.begin() as session:
        attempt = await giving.attempt_for_update(session, attempt_id)
        if attempt is None or attempt.state in FINAL:
            return attempt.state if attempt else None
        attempt.checks += 1
        attempt.trouble = str(trouble)[:500]
        attempt.next_check_at = next_check(attempt.created_at, now())
        if state is not None:
            _move(attempt, state)
        return attempt.state


def _move(attempt: GivingAttempt, state: GivingState) -> None:
    at = now()
    attempt.state = state
    attempt.updated_at = at
    attempt.next_check_at = next_check(attempt.created_at, at)
