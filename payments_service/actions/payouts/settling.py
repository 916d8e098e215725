"""What follows from a payout that arrived, or that came back."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.payouts import PayoutState
from kit.events import emit, notify
from kit.i18n import Language
from payments_service.actions.tools import Tools
from payments_service.models.payouts import GivingAttempt, GivingState, Payout
from payments_service.providers.provider import Given
from payments_service.queries import ledger
from payments_service.rules.accounts import at_provider, maker
from payments_service.rules.accounts import payouts as under_way
from payments_service.rules.journals import Leg, journal
from payments_service.rules.refunds import fee_legs

FRENCH = Language("fr")


async def follow(session: AsyncSession, tools: Tools, attempt: GivingAttempt, given: Given) -> None:
    """Let a payout follow its attempt: approved it has arrived, declined its money is back."""
    payout = await session.get(Payout, attempt.payout_id, with_for_update=True)
    if payout is None or payout.state != PayoutState.in_transit:
        return
    if attempt.state == GivingState.approved:
        await _arrive(session, payout, attempt, given.fee)
    elif attempt.state == GivingState.declined:
        await _return(session, payout, attempt)


async def tell(session: AsyncSession, payout: Payout, kind: str) -> None:
    values = {
        "amount": FRENCH.money(payout.amount, payout.currency),
        "why": payout.note,
    }
    await notify(session, kind, payout.account_id, values)


async def _arrive(session: AsyncSession, payout: Payout, attempt: GivingAttempt, fee: int) -> None:
    legs = [
        (under_way(payout.currency), payout.amount),
        (at_provider(attempt.provider, payout.currency), -payout.amount),
    ]
    await _post(session, payout, "paid", legs + fee_legs(attempt.provider, payout.currency, fee))
    await _close(session, payout, PayoutState.succeeded, "PayoutSucceeded")
    await tell(session, payout, "money.paid_out")


async def _return(session: AsyncSession, payout: Payout, attempt: GivingAttempt) -> None:
    legs = [
        (under_way(payout.currency), payout.amount),
        (maker(payout.account_id, payout.currency), -payout.amount),
    ]
    await _post(session, payout, "returned", legs)
    payout.reason = attempt.reason or "refused"
    await _close(session, payout, PayoutState.failed, "PayoutFailed")
    await tell(session, payout, "money.payout_failed")


async def _post(session: AsyncSession, payout: Payout, what: str, legs: list[Leg]) -> None:
    made = journal(f"payout:{payout.id}:{what}", "payout", legs, source=f"payout/{payout.id}")
    await ledger.post(session, made)


async def _close(session: AsyncSession, payout: Payout, state: PayoutState, name: str) -> None:
    payout.state = state
    payout.settled_at = now()
    told = {
        "payout_id": str(payout.id),
        "account_id": str(payout.account_id),
        "amount": payout.amount,
        "currency": payout.currency,
    }
    await emit(session, name, told, key=str(payout.id))
