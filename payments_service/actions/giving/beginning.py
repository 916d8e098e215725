"""An attempt to send money, written down before anybody is called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.db import new_id
from kit.jobs import enqueue
from payments_service.models.payouts import GivingAttempt, GivingState
from payments_service.queries import giving
from payments_service.rules.giving import next_check


@dataclass(frozen=True, slots=True)
class Sending:
    """What to send, for one refund or one payout."""

    provider: str
    amount: int
    currency: str
    refund_id: UUID | None = None
    payout_id: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


async def begin(session: AsyncSession, sending: Sending) -> GivingAttempt:
    """Write an attempt down; a job sends it once this transaction is committed."""
    at = now()
    number = await giving.last_number(session, sending.refund_id, sending.payout_id)
    attempt = GivingAttempt(
        id=new_id(),
        refund_id=sending.refund_id,
        payout_id=sending.payout_id,
        number=number + 1,
        provider=sending.provider,
        amount=sending.amount,
        currency=sending.currency,
        details=dict(sending.details),
        state=GivingState.new,
        next_check_at=next_check(at, at),
        created_at=at,
        updated_at=at,
    )
    session.add(attempt)
    await session.flush()
    await enqueue(session, "send_giving", {"attempt_id": str(attempt.id)}, key=str(attempt.id))
    return attempt
