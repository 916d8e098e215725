"""Payouts as those who are paid see them, and as staff do."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments import payouts as wire
from kit.contracts.payments.errors import PayoutAccountMissing, PayoutNotFound
from kit.contracts.payments.refunds import GivingAttempt
from kit.db import find
from kit.pages import encode_cursor
from payments_service.models.payouts import Payout, PayoutAccount
from payments_service.queries import giving
from payments_service.queries import payouts as queries
from payments_service.rules.cursors import before

OF_ACCOUNT = ("phone", "method", "holder_name", "flags", "holder_check", "holder_checked_at")


async def payouts(
    session: AsyncSession, filters: wire.PayoutQuery, cursor: str | None, limit: int
) -> wire.Payouts:
    rows = await queries.payouts(session, filters, before(cursor), limit + 1)
    items = [_shown(payout, account) for payout, account in rows[:limit]]
    more = len(rows) > limit
    return wire.Payouts(items=items, next_cursor=encode_cursor(str(items[-1].id)) if more else None)


async def payout(session: AsyncSession, row: Payout) -> wire.Payout:
    account = await find(session, PayoutAccount, row.payout_account_id, PayoutAccountMissing)
    return _shown(row, account)


async def story(session: AsyncSession, payout_id: UUID) -> wire.PayoutStory:
    row = await find(session, Payout, payout_id, PayoutNotFound)
    shown = await payout(session, row)
    tries = await giving.attempts_of_payout(session, payout_id)
    attempts = [GivingAttempt.model_validate(one) for one in tries]
    account = await find(session, PayoutAccount, row.payout_account_id, PayoutAccountMissing)
    return wire.PayoutStory(
        **shown.model_dump(),
        holder_found=account.holder_found,
        holder_checked_with=account.holder_checked_with,
        attempts=attempts,
    )


def _shown(row: Payout, account: PayoutAccount) -> wire.Payout:
    mine = {name: getattr(row, name) for name in wire.Payout.model_fields if hasattr(row, name)}
    theirs = {name: getattr(account, name) for name in OF_ACCOUNT}
    return wire.Payout.model_validate({**mine, **theirs, "is_confirmed": bool(account.checked_by)})
