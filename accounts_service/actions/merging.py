"""Two accounts of one person become one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log, proofs
from accounts_service.models.people import Account
from accounts_service.models.studios import Merge, StudioMember
from accounts_service.queries import merging as merges
from accounts_service.queries import people
from accounts_service.queries import studios as queries
from accounts_service.rules.studios import check_merge, stronger
from kit import clock, events
from kit.auth import Caller
from kit.contracts.accounts import AccountState
from kit.contracts.accounts.studios import MergeNew
from kit.jobs import enqueue


async def merge(session: AsyncSession, caller: Caller, account_id: UUID, new: MergeNew) -> Account:
    """Give an account all that another holds, and close that other for good.

    What others keep for it follows by jobs and by the event `AccountsMerged`, all asked for in this
    transaction. The same merge asked for again changes nothing.
    """
    if caller.kind == "person":
        await proofs.sure(session, caller)
    await people.lock_owners(session)
    kept, gone = await _both_for_update(session, account_id, new.from_id)
    if await merges.is_merged_into(session, gone.id, kept.id):
        return kept
    was_merged = await merges.was_merged(session, kept.id, gone.id)
    check_merge(caller, kept, gone, was_merged=was_merged)
    at = clock.now()
    before = {"roles": sorted(gone.roles), "studios": await _move_all(session, gone, kept, at)}
    await _close(session, gone, at)
    session.add(Merge(from_id=gone.id, into_id=kept.id, why=new.why, merged_at=at))
    about = {"from": str(gone.id), "why": new.why, **before}
    await log.note(session, caller, "account.merged", str(kept.id), about)
    told = {"from_id": str(gone.id), "into_id": str(kept.id)}
    for task in ("hand_over_codes", "hand_over_wishes", "hand_over_money"):
        await enqueue(session, task, told, key=str(gone.id))
    await events.emit(session, "AccountsMerged", told, key=str(gone.id))
    return kept


async def _move_all(session: AsyncSession, gone: Account, kept: Account, at: datetime) -> int:
    """Move it all; return how many studios."""
    kept.roles = sorted({*kept.roles, *gone.roles})
    moved = await _move_memberships(session, gone.id, kept.id)
    await merges.give_clients(session, gone.id, kept.id)
    await merges.give_profile(session, gone.id, kept.id, at)
    await merges.give_viewers(session, gone.id, kept.id)
    await merges.give_consents(session, gone.id, kept.id)
    return moved


async def _close(session: AsyncSession, gone: Account, at: datetime) -> None:
    await people.end_sessions(session, gone.id, at, "merged")
    gone.state, gone.roles, gone.password_hash = AccountState.suspended, [], None
    gone.email_verified_at = None  # the address is free: it may become that of the account kept


async def _both_for_update(
    session: AsyncSession, kept_id: UUID, gone_id: UUID
) -> tuple[Account, Account]:
    """Lock both in one order, so that two merges at once do not wait for each other."""
    found = {}
    for account_id in sorted({kept_id, gone_id}):
        found[account_id] = await people.account_for_update(session, account_id)
    return found[kept_id], found[gone_id]


async def _move_memberships(session: AsyncSession, from_id: UUID, into_id: UUID) -> int:
    """Give the memberships over; where both were members, the stronger role stays."""
    held = {one.studio_id: one for one in await queries.memberships_for_update(session, into_id)}
    moving = await queries.memberships_for_update(session, from_id)
    for one in moving:
        if known := held.get(one.studio_id):
            known.role = stronger(known.role, one.role)
        else:
            session.add(
                StudioMember(
                    studio_id=one.studio_id,
                    account_id=into_id,
                    role=one.role,
                    joined_at=one.joined_at,
                )
            )
        await session.delete(one)
    return len(moving)
