"""Codes whose time is over: what is left on them is no longer owed."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.vouchers import VoucherState
from payments_service.actions.vouchers import codes
from payments_service.queries import ledger, vouchers
from payments_service.rules.accounts import income
from payments_service.rules.journals import journal, move


async def expire(session: AsyncSession) -> int:
    """End codes that are over; return how many that were."""
    found = await vouchers.over_for_update(session, now())
    journals = []
    for row in found:
        legs = move(income("expired_vouchers", row.currency), codes.owed(row), row.remaining)
        key, source = f"voucher:{row.id}:expired", f"voucher/{row.id}"
        journals.append(journal(key, "voucher_expired", legs, source=source))
        row.remaining, row.state = 0, VoucherState.expired
    if journals:
        await ledger.post_many(session, journals)
    return len(found)
