"""Orders that are paid without a provider: the attempt is approved as soon as it is written."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.errors import OrderClosed
from kit.contracts.payments.orders import AttemptState
from kit.db import new_id
from payments_service.actions.orders.settling import settle
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order
from payments_service.providers.provider import Seen, State
from payments_service.queries import ledger
from payments_service.rules.accounts import Account, at_provider
from payments_service.rules.attempts import input_hash
from payments_service.rules.journals import journal, move


@dataclass(frozen=True, slots=True)
class Paying:
    """`ref` names what paid, once and for all; `account`: where the money is in the books."""

    order: Order
    provider: str
    ref: str
    account: Account


async def pay(session: AsyncSession, tools: Tools, asked: Paying) -> None:
    """Pay an order that is locked. Raise OrderClosed where it was paid otherwise meanwhile."""
    at, order = now(), asked.order
    attempt = Attempt(
        id=new_id(),
        order_id=order.id,
        key=asked.ref,
        input_hash=input_hash([asked.provider, asked.ref]),
        provider=asked.provider,
        method=asked.provider,
        amount=order.amount,
        currency=order.currency,
        rate=None,
        state=AttemptState.new,
        provider_ref=None,
        created_at=at,
        updated_at=at,
    )
    session.add(attempt)
    await session.flush()
    seen = Seen(State.approved, order.amount, order.currency, provider_ref=asked.ref)
    settled = await settle(session, tools, attempt.id, seen)
    if not settled.is_paid:
        raise OrderClosed(state=order.state)
    # What the provider "holds" moves on at once: its account is always empty.
    legs = move(at_provider(asked.provider, order.currency), asked.account, order.amount)
    key = f"attempt:{attempt.id}:{asked.provider}"
    source = f"order/{order.id}"
    await ledger.post(session, journal(key, f"{asked.provider}_payment", legs, source=source))
