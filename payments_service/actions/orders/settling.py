"""The one place where a payment becomes money in the books, and an order paid."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.actions.tools import Tools
from payments_service.providers.provider import Seen


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of it; `is_paid`: this call has just paid the order, so it can be given."""

    order_id: UUID
    outcome: str
    is_paid: bool = False


async def settle(session: AsyncSession, tools: Tools, attempt_id: UUID, seen: Seen) -> Settled:
    """Write what a provider says of an attempt, and what follows from it, in this transaction.

    Locks the order, moves attempt and order, posts the journal, asks for `fulfil_order` and emits
    `OrderPaid`. Harmless however often, and in whatever order it is told.
    """
    raise NotImplementedError
