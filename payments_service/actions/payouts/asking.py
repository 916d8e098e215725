"""Payouts: asked for, held, approved, refused, taken back."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.errors import (
    OwnPayout,
    PayoutAccountMissing,
    PayoutHeld,
    PayoutKeyReused,
    PayoutNotFound,
    PayoutSettled,
    PayoutTooSmall,
)
from kit.contracts.payments.payouts import PayoutNew, PayoutState
from kit.db import find, new_id
from kit.events import audit, emit
from payments_service.actions.earnings.reading import available
from payments_service.actions.giving.beginning import Sending, begin
from payments_service.actions.orders.making import check_key
from payments_service.actions.payouts import holders
from payments_service.actions.payouts.settling import tell
from payments_service.actions.tools import Tools
from payments_service.models.ledger import Phase
from payments_service.models.payouts import Payout, PayoutAccount
from payments_service.queries import ledger, payouts
from payments_service.rules.accounts import maker
from payments_service.rules.accounts import payouts as under_way
from payments_service.rules.journals import Leg, NewJournal, journal
from payments_service.rules.payouts import held_up_by, is_unconfirmed, payer_for

WAITING = frozenset(payouts.WAITING)


async def request(
    session: AsyncSession, tools: Tools, caller: Caller, new: PayoutNew, key: str
) -> Payout:
    """Ask to be paid; the money is held back from this moment, so it cannot be asked for twice.

    Raise PayoutAccountMissing, PayoutTooSmall, PayoutKeyReused.
    """
    check_key(key)
    account_id = UUID(caller.id)
    account = await payouts.current_account(session, account_id, lock=True)
    if account is None:
        raise PayoutAccountMissing
    whole_key = f"{account_id}:{key}"
    if known := await payouts.payout_of_key(session, whole_key):
        if new.amount not in {None, known.amount}:
            raise PayoutKeyReused
        return known
    there, least = await available(session, tools, account_id), tools.settings.payout_minimum
    amount = there if new.amount is None else new.amount
    if amount < least or amount > there:
        raise PayoutTooSmall(minimum_amount=least, available_amount=there)
    payout = _new(account, amount, tools.settings.currency, whole_key)
    payout.hold_id = await ledger.post(session, _held(payout))
    session.add(payout)
    await session.flush()
    told = {"payout_id": str(payout.id), "account_id": str(account_id), "amount": amount}
    await emit(session, "PayoutRequested", told, key=str(payout.id))
    await audit(session, caller, "payout.request", f"payout:{payout.id}", {"amount": amount})
    return payout


async def approve(
    session: AsyncSession,
    tools: Tools,
    caller: Caller,
    payout_id: UUID,
    *,
    confirms_name: bool = False,
) -> Payout:
    """Let a payout go; raise OwnPayout, PayoutHeld, PayoutSettled. The second time is the first.

    Whose the number is has been asked for once more, and is written with it.
    """
    await holders.look(tools, payout_id)
    payout = await find(session, Payout, payout_id, PayoutNotFound, lock=True)
    if caller.id == str(payout.account_id):
        raise OwnPayout
    if payout.state in {PayoutState.in_transit, PayoutState.succeeded}:
        return payout
    if payout.state not in WAITING:
        raise PayoutSettled
    account = await find(session, PayoutAccount, payout.payout_account_id, PayoutAccountMissing)
    payout.provider = _payer(tools, account, confirms_name=confirms_name)
    await ledger.post(session, _sent(payout))
    payout.state, payout.reason = PayoutState.in_transit, ""
    payout.approved_by, payout.approved_at = caller.id or caller.kind, now()
    await session.flush()
    if is_unconfirmed(account):
        account.checked_by = caller.id or caller.kind
    await begin(session, _sending(payout, account))
    told = {"holder": str(account.holder_check), "confirms_name": confirms_name}
    await audit(session, caller, "payout.approve", f"payout:{payout.id}", told)
    return payout


async def hold(session: AsyncSession, caller: Caller, payout_id: UUID, note: str) -> Payout:
    """Let a payout wait until somebody approves or refuses it; raise PayoutSettled."""
    payout = await _waiting(session, payout_id)
    payout.state, payout.reason, payout.note = PayoutState.held, "staff", note
    await audit(session, caller, "payout.hold", f"payout:{payout.id}", {"note": note})
    return payout


async def refuse(session: AsyncSession, caller: Caller, payout_id: UUID, note: str) -> Payout:
    """Refuse a payout: its money is free again; raise PayoutSettled."""
    payout = await _waiting(session, payout_id)
    await _end(session, payout, "refused", note)
    await tell(session, payout, "money.payout_failed")
    await audit(session, caller, "payout.refuse", f"payout:{payout.id}", {"note": note})
    return payout


async def withdraw(session: AsyncSession, caller: Caller, payout_id: UUID) -> Payout:
    """Take back one's own request; raise PayoutNotFound for others', PayoutSettled."""
    payout = await find(session, Payout, payout_id, PayoutNotFound, lock=True)
    if str(payout.account_id) != caller.id:
        raise PayoutNotFound
    if payout.state == PayoutState.failed and payout.reason == "withdrawn":
        return payout
    if payout.state not in WAITING:
        raise PayoutSettled
    await _end(session, payout, "withdrawn", "")
    await audit(session, caller, "payout.withdraw", f"payout:{payout.id}")
    return payout


async def release(session: AsyncSession) -> int:
    """Let payouts wait for approval whose number is not new any more; return how many."""
    found = await payouts.grown_old(session, now())
    for payout in found:
        account = await find(session, PayoutAccount, payout.payout_account_id, PayoutAccountMissing)
        why = held_up_by(account, now())
        payout.state = PayoutState.held if why else PayoutState.pending
        payout.reason = why
    return len(found)


def _payer(tools: Tools, account: PayoutAccount, *, confirms_name: bool) -> str:
    """Return who pays to this number; raise PayoutHeld when nobody may, or can."""
    if why := held_up_by(account, now()):
        raise PayoutHeld(why=why)
    if is_unconfirmed(account) and not confirms_name:
        raise PayoutHeld("Nobody has confirmed whose this number is.", why="unconfirmed")
    preferred = tools.settings.payout_provider
    payer = payer_for(tools.providers.values(), preferred, account.method, account.country)
    if payer is None:
        raise PayoutHeld("No payment provider here pays out to this operator.", why="provider")
    return payer.name


async def _waiting(session: AsyncSession, payout_id: UUID) -> Payout:
    payout = await find(session, Payout, payout_id, PayoutNotFound, lock=True)
    if payout.state not in WAITING:
        raise PayoutSettled
    return payout


async def _end(session: AsyncSession, payout: Payout, reason: str, note: str) -> None:
    void = journal(
        f"payout:{payout.id}:void",
        "payout",
        [],
        source=f"payout/{payout.id}",
        phase=Phase.void,
        resolves_id=payout.hold_id,
    )
    await ledger.post(session, void)
    payout.state, payout.reason, payout.note = PayoutState.failed, reason, note
    payout.settled_at = now()
    await session.flush()


def _new(account: PayoutAccount, amount: int, currency: str, key: str) -> Payout:
    at = now()
    why = held_up_by(account, at)
    return Payout(
        id=new_id(),
        key=key,
        account_id=account.account_id,
        payout_account_id=account.id,
        amount=amount,
        currency=currency,
        state=PayoutState.held if why else PayoutState.pending,
        reason=why,
        requested_at=at,
    )


def _legs(payout: Payout) -> list[Leg]:
    return [
        (maker(payout.account_id, payout.currency), payout.amount),
        (under_way(payout.currency), -payout.amount),
    ]


def _held(payout: Payout) -> NewJournal:
    return journal(
        f"payout:{payout.id}:hold",
        "payout",
        _legs(payout),
        source=f"payout/{payout.id}",
        phase=Phase.hold,
    )


def _sent(payout: Payout) -> NewJournal:
    return journal(
        f"payout:{payout.id}:sent",
        "payout",
        _legs(payout),
        source=f"payout/{payout.id}",
        phase=Phase.post,
        resolves_id=payout.hold_id,
    )


def _sending(payout: Payout, account: PayoutAccount) -> Sending:
    return Sending(
        provider=payout.provider,
        amount=payout.amount,
        currency=payout.currency,
        payout_id=payout.id,
        details={
            "phone": account.phone,
            "method": account.method,
            "country": account.country,
            "name": account.holder_name,
        },
    )
