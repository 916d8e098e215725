"""Correcting the books: never by changing, always by another movement, with who and why."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.contracts.payments.errors import NothingToAdjust, NotReversible
from kit.contracts.payments.ledger import AdjustmentKind, AdjustmentNew, LedgerJournal, ReversalNew
from kit.events import audit
from payments_service.actions.ledger import reading
from payments_service.queries import ledger, ledger_reading
from payments_service.rules.accounts import at_provider, bank, expense
from payments_service.rules.journals import (
    NewJournal,
    journal,
    may_be_reversed,
    move,
    reversed_legs,
)


async def reverse(
    session: AsyncSession, caller: Caller, journal_id: UUID, new: ReversalNew
) -> LedgerJournal:
    """Post the opposite of a movement; raise NotReversible, JournalReversed, Insufficient."""
    found = await ledger_reading.journal(session, journal_id)
    legs = await ledger.legs(session, journal_id)
    if not may_be_reversed(found.phase, [account.code for account, _ in legs]):
        raise NotReversible
    undone = journal(
        f"reversal:{journal_id}",
        "reversal",
        reversed_legs(legs),
        source=found.source,
        description=new.reason,
        details=_by(caller),
        reverses_id=journal_id,
    )
    told = {"reason": new.reason, "of": str(journal_id), "kind": found.kind}
    return await _post(session, caller, "ledger.reversed", undone, told)


async def adjust(session: AsyncSession, caller: Caller, new: AdjustmentNew) -> LedgerJournal:
    """Book what a provider kept, paid into our bank, or took from it."""
    told = new.model_dump(mode="json", exclude={"key"})
    return await _post(session, caller, "ledger.adjusted", _adjustment(caller, new), told)


async def _post(
    session: AsyncSession, caller: Caller, action: str, new: NewJournal, told: Mapping[str, Any]
) -> LedgerJournal:
    """Post it and say so in the audit log; the second time, return what is there."""
    journal_id, is_new = await ledger.post_one(session, new)
    if is_new:
        await audit(session, caller, action, f"journal/{journal_id}", told)
    return await reading.journal(session, journal_id)


def _adjustment(caller: Caller, new: AdjustmentNew) -> NewJournal:
    if new.amount == 0 or (new.amount < 0 and new.kind is not AdjustmentKind.fees):
        raise NothingToAdjust
    held, ours = at_provider(new.provider, new.currency), bank(new.currency)
    source, target = {
        AdjustmentKind.fees: (held, expense(f"fees:{new.provider}", new.currency)),
        AdjustmentKind.to_bank: (held, ours),
        AdjustmentKind.from_bank: (ours, held),
    }[new.kind]
    return journal(
        f"adjustment:{new.key}",
        f"adjustment_{new.kind}",
        move(source, target, new.amount),
        source=f"provider/{new.provider}",
        description=new.reason,
        details=_by(caller),
    )


def _by(caller: Caller) -> dict[str, str]:
    return {"by": caller.id, "name": caller.name}
