"""Whose a payout number is: asked of the rails that know, when it is given and before it is paid.

A name that differs holds the payouts until a person decides; where no rail tells, a person confirms
the name when they approve. What a rail said once stands until it says something else.
"""

import asyncio
import logging
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.errors import PayoutAccountMissing, PayoutNotFound
from kit.contracts.payments.payouts import HolderCheck, PayoutState
from kit.db import find
from payments_service.actions.tools import Tools
from payments_service.models.payouts import Payout, PayoutAccount
from payments_service.providers.provider import Naming, Trouble
from payments_service.queries import payouts
from payments_service.rules import payouts as rules
from payments_service.rules.names import checked

LONGEST_SECONDS = 8.0  # somebody waits for the page
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """What a rail says of a number: beside the name that was given, and the name it has."""

    check: HolderCheck
    name: str
    provider: str


async def asked(tools: Tools, phone: str, method: str, country: str, given: str) -> Told | None:
    """Ask the rails that reach this operator whose the number is; None: none of them tells."""
    preferred = tools.settings.payout_provider
    for rail in rules.payers_for(tools.providers.values(), preferred, method, country):
        if not isinstance(rail, Naming):
            continue
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                holder = await rail.holder(phone)
        except (Trouble, TimeoutError) as trouble:
            logger.info("%s does not say whose a number is: %s", rail.name, trouble)
            continue
        if holder and (check := checked(given, holder)) is not HolderCheck.unknown:
            return Told(check, holder.name, rail.name)
    return None


def note(row: PayoutAccount, told: Told | None) -> None:
    """Write what a rail said. What is new and doubtful has to be looked at, even if another was."""
    if told is None:
        return
    is_news = (row.holder_check, row.holder_found) != (told.check, told.name)
    row.holder_check, row.holder_found = told.check, told.name
    row.holder_checked_with, row.holder_checked_at = told.provider, now()
    if is_news:
        row.flags = rules.with_holder(row.flags, told.check)
        row.checked_by = "" if told.check in rules.DOUBTFUL else row.checked_by


async def look(tools: Tools, payout_id: UUID) -> None:
    """Ask once more before a payout goes; in a transaction of its own, so that it is kept."""
    async with tools.database.reads() as session:
        payout = await find(session, Payout, payout_id, PayoutNotFound)
        row = await find(session, PayoutAccount, payout.payout_account_id, PayoutAccountMissing)
    if payout.state not in payouts.WAITING:
        return
    told = await asked(tools, row.phone, row.method, row.country, row.holder_name)
    async with tools.database.sessions.begin() as session:
        kept = await find(session, PayoutAccount, row.id, PayoutAccountMissing, lock=True)
        note(kept, told)
        await hold_waiting(session, kept)


async def hold_waiting(session: AsyncSession, row: PayoutAccount) -> None:
    """Hold what waits to be sent to a number that nothing may be sent to now."""
    if not (why := rules.held_up_by(row, now())):
        return
    for payout in await payouts.waiting_of(session, row.account_id):
        if payout.payout_account_id == row.id and payout.state == PayoutState.pending:
            payout.state, payout.reason = PayoutState.held, why
