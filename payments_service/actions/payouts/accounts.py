"""Where film-makers are paid: said by them, flagged by us, checked by staff."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments import payouts as wire
from kit.contracts.payments.errors import MethodUnavailable, PayoutAccountMissing, WrongPhone
from kit.contracts.payments.payouts import PayoutState
from kit.db import find, new_id
from kit.events import audit, notify
from kit.pages import encode_cursor
from payments_service.actions.payouts import holders
from payments_service.actions.tools import Tools
from payments_service.models.payouts import PayoutAccount
from payments_service.queries import payouts
from payments_service.rules import payouts as rules
from payments_service.rules.cursors import before
from payments_service.rules.operators import operator
from payments_service.rules.phones import number_of

SHOWN = 2  # the last digits of a number that a mail tells


async def account(session: AsyncSession, account_id: UUID) -> PayoutAccount:
    found = await payouts.current_account(session, account_id)
    if found is None:
        raise PayoutAccountMissing
    return found


async def set_account(
    session: AsyncSession, tools: Tools, caller: Caller, new: wire.PayoutAccountNew
) -> PayoutAccount:
    """Say where one is paid; raise WrongPhone, MethodUnavailable. The same again changes nothing.

    After a change nothing is paid for some days, and its owner is told: whoever stole a session
    must not walk away with the money.
    """
    phone, country = _checked(tools, new)
    account_id = UUID(caller.id)
    told = await holders.asked(tools, phone, new.method, country, new.holder_name)
    old = await payouts.current_account(session, account_id, lock=True)
    if old and (old.phone, old.method, old.holder_name) == (phone, new.method, new.holder_name):
        return old
    at = now()
    is_shared = await payouts.is_shared(session, phone, account_id)
    wait = timedelta(days=tools.settings.payout_change_days)
    if old:
        old.replaced_at = at
        await session.flush()
    row = PayoutAccount(
        id=new_id(),
        account_id=account_id,
        phone=phone,
        country=country,
        method=new.method,
        holder_name=new.holder_name,
        account_name=caller.name,
        flags=rules.flags_of(new.holder_name, caller.name, is_shared=is_shared),
        usable_at=at + wait if old else at,
        created_at=at,
    )
    session.add(row)
    await session.flush()
    holders.note(row, told)
    await _hold_waiting(session, row)
    await _tell(session, caller, row, is_change=old is not None)
    return row


async def check(session: AsyncSession, caller: Caller, row_id: UUID) -> PayoutAccount:
    """Say that somebody looked at the flags and found it well; payouts held for them go on."""
    row = await find(session, PayoutAccount, row_id, PayoutAccountMissing, lock=True)
    if not row.checked_by:
        row.checked_by = caller.id or caller.kind
        await session.flush()
        for payout in await payouts.waiting_of(session, row.account_id):
            if payout.state == PayoutState.held and payout.reason == "flags":
                why = rules.held_up_by(row, now())
                payout.state = PayoutState.held if why else PayoutState.pending
                payout.reason = why
        await audit(session, caller, "payout_account.check", f"payout_account:{row.id}")
    return row


async def _tell(
    session: AsyncSession, caller: Caller, row: PayoutAccount, *, is_change: bool
) -> None:
    said = {"method": row.method, "flags": row.flags, "is_change": is_change}
    await audit(session, caller, "payout_account.set", f"payout_account:{row.id}", said)
    values = {"number": f"…{row.phone[-SHOWN:]}", "until": row.usable_at.isoformat()}
    await notify(session, "money.payout_account", row.account_id, values)


async def accounts(
    session: AsyncSession, *, flagged: bool | None, cursor: str | None, limit: int
) -> wire.PayoutAccounts:
    rows = await payouts.accounts(session, flagged=flagged, before=before(cursor), limit=limit + 1)
    items = [wire.PayoutAccountSeen.model_validate(row) for row in rows[:limit]]
    more = len(rows) > limit
    following = encode_cursor(str(items[-1].id)) if more else None
    return wire.PayoutAccounts(items=items, next_cursor=following)


def _checked(tools: Tools, new: wire.PayoutAccountNew) -> tuple[str, str]:
    """Return the number as it is called from everywhere, and its country."""
    found = number_of(new.phone, new.country or "")
    if found is None:
        raise WrongPhone
    phone, country = found
    is_known = operator(country, new.method) is not None
    able = rules.payer_for(tools.providers.values(), "", new.method, country)
    if not is_known and able is None:
        raise MethodUnavailable("No operator of this name pays out in this country.")
    return phone, country


async def _hold_waiting(session: AsyncSession, row: PayoutAccount) -> None:
    """Send what waits to the new number, later."""
    why = rules.held_up_by(row, now())
    for payout in await payouts.waiting_of(session, row.account_id):
        payout.payout_account_id = row.id
        if why:
            payout.state, payout.reason = PayoutState.held, why
