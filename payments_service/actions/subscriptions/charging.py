"""Kept cards: what a provider needs to charge again, sealed, and charging it when a period ends.

The attempt is written down before the provider hears of it, like any other; what it comes to is
settled like any other. A card that is refused is tried again as the days of grace go by, and the
subscriber is asked to pay by hand meanwhile.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from kit.auth import Caller, seal, unseal
from kit.clock import now
from kit.contracts.payments.orders import AttemptNew
from kit.errors import AppError
from payments_service.actions.orders import paying
from payments_service.actions.subscriptions import standing
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt
from payments_service.models.subscriptions import Subscription
from payments_service.queries import subscriptions

PURPOSE = "kept-card"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge of a kept card; `number` is the how-manieth for this order."""

    subscription_id: UUID
    order_id: UUID
    number: int


def keep_card(tools: Tools, row: Subscription, attempt: Attempt) -> None:
    """Keep what the provider that was paid through needs to charge again, if it told us."""
    saved = attempt.secrets.get("saved")
    if saved:
        kept = {"provider": attempt.provider, "method": attempt.method, "saved": saved}
        row.saved, row.provider = seal(tools.secret, PURPOSE, kept), attempt.provider
        standing.plan_again(row, standing.of(row, now()), now())


async def charge_again(tools: Tools, asked: Charge) -> None:
    """Charge the kept card for an order; harmless however often it is called for one number."""
    async with tools.database.reads() as session:
        row = await subscriptions.subscription(session, asked.subscription_id)
    if not row.saved:
        return
    kept = unseal(tools.secret, PURPOSE, row.saved)
    new = AttemptNew(provider=kept["provider"], method=kept["method"])
    owner = Caller("person", id=str(row.account_id))
    key = f"kept-card:{asked.order_id}:{asked.number}"
    try:
        await paying.pay(
            tools, paying.Asked(asked.order_id, owner, "", key, new, saved=kept["saved"])
        )
    except AppError as error:  # it is paid, or the provider is away: the clock goes on
        logger.warning(
            "a kept card was not charged",
            extra={"order_id": str(asked.order_id), "why": error.detail},
        )
