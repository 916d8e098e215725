"""The one place where a provider's word on sent money changes refunds, payouts and the books."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from payments_service.actions.payouts import settling as payouts
from payments_service.actions.refunds import settling as refunds
from payments_service.actions.tools import Tools
from payments_service.models.payouts import GivingState
from payments_service.providers.provider import Given
from payments_service.queries import giving
from payments_service.rules.giving import FINAL, STATES, next_check


async def settle(
    session: AsyncSession, tools: Tools, attempt_id: UUID, given: Given
) -> GivingState | None:
    """Write down what a provider says, and what follows from it, in this transaction.

    Harmless however often it is told: what is final stays as it is.
    """
    attempt = await giving.attempt_for_update(session, attempt_id)
    if attempt is None or attempt.state in FINAL:
        return attempt.state if attempt else None
    at = now()
    attempt.state = STATES[given.state]
    attempt.provider_ref = attempt.provider_ref or given.provider_ref
    attempt.reason = given.reason
    attempt.trouble = ""
    attempt.checks += 1
    attempt.updated_at = at
    attempt.next_check_at = next_check(attempt.created_at, at)
    await session.flush()
    if attempt.refund_id is not None:
        await refunds.follow(session, tools, attempt, given)
    elif attempt.payout_id is not None:
        await payouts.follow(session, tools, attempt, given)
    return attempt.state
