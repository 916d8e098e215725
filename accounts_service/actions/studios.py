"""Studios: opened, run by their producers, left."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log
from accounts_service.actions.callers import signed_in
from accounts_service.actions.people import place
from accounts_service.models.people import Account
from accounts_service.models.studios import Studio, StudioMember
from accounts_service.queries import people
from accounts_service.queries import studios as queries
from accounts_service.rules import studios as rules
from kit import clock, events
from kit.auth import Caller, StudioPermission, StudioRole, may, may_in_studio
from kit.contracts.accounts import studios as wire
from kit.contracts.accounts.studios import (
    MemberNotFound,
    Members,
    MyStudio,
    MyStudios,
    StudioChange,
    StudioNew,
    Studios,
)
from kit.errors import Forbidden
from kit.pages import encode_cursor


async def role_of(
    session: AsyncSession, caller: Caller, studio_id: UUID | None
) -> StudioRole | None:
    """Return what the caller is in that studio now, whatever their token says."""
    if studio_id is None or caller.kind != "person":
        return None
    return await queries.role_in(session, studio_id, UUID(caller.id))


async def open_studio(session: AsyncSession, caller: Caller, new: StudioNew) -> wire.Studio:
    """Open one: for oneself, or, as staff, for somebody else."""
    if not (may(caller, "studios:create") or may(caller, "studios:write")):
        raise Forbidden(permission="studios:create")
    producer_id = new.producer_id or (UUID(caller.id) if caller.kind == "person" else None)
    if new.producer_id is not None and not may(caller, "studios:write"):
        raise Forbidden(permission="studios:write")
    at = clock.now()
    row = Studio(name=new.name, about=new.about, created_at=at)
    session.add(row)
    await session.flush()
    if producer_id is not None:
        await _put(session, row, await people.account(session, producer_id), StudioRole.producer)
    await log.note(session, caller, "studio.opened", f"studio:{row.id}", {"name": row.name})
    return _wire(row, 0 if producer_id is None else 1)


async def studios(session: AsyncSession, q: str | None, cursor: str | None, limit: int) -> Studios:
    rows = await queries.studios(session, q, place(cursor), limit + 1)
    items = [_wire(row, count) for row, count in rows[:limit]]
    after = encode_cursor(str(items[-1].id)) if len(rows) > limit else None
    return Studios(items=items, next_cursor=after)


async def mine(session: AsyncSession, caller: Caller) -> MyStudios:
    account, _ = await signed_in(session, caller)
    return await studios_of(session, account.id)


async def of_account(session: AsyncSession, caller: Caller, account_id: UUID) -> MyStudios:
    if caller.id != str(account_id) and not may(caller, "studios:read"):
        raise Forbidden(permission="studios:read")
    account = await people.account(session, account_id)
    return await studios_of(session, account.id)


async def studios_of(session: AsyncSession, account_id: UUID) -> MyStudios:
    rows = await queries.studios_of(session, account_id)
    return MyStudios(
        items=tuple(MyStudio(studio_id=row.id, name=row.name, role=role) for row, role in rows)
    )


async def studio(session: AsyncSession, caller: Caller, studio_id: UUID) -> wire.Studio:
    row, _ = await _allowed(session, caller, studio_id, "studio:read")
    return _wire(row, await queries.member_count(session, row.id))


async def change(
    session: AsyncSession, caller: Caller, studio_id: UUID, wanted: StudioChange
) -> wire.Studio:
    row, _ = await _allowed(session, caller, studio_id, "studio:write")
    changes = wanted.model_dump(exclude_none=True)
    for name, value in changes.items():
        setattr(row, name, value)
    await log.note(session, caller, "studio.changed", f"studio:{row.id}", changes)
    return _wire(row, await queries.member_count(session, row.id))


async def close(session: AsyncSession, caller: Caller, studio_id: UUID) -> None:
    row = await queries.studio_for_update(session, studio_id)
    await session.delete(row)
    await log.note(session, caller, "studio.closed", f"studio:{row.id}", {"name": row.name})


async def members(
    session: AsyncSession, caller: Caller, studio_id: UUID, cursor: str | None, limit: int
) -> Members:
    """List them; e-mails are for those who run the studio, and for staff."""
    _, role = await _allowed(session, caller, studio_id, "members:read")
    with_email = may(caller, "people:write") or may_in_studio(role, "members:write")
    rows = await queries.members(session, studio_id, place(cursor), limit + 1)
    items = [_member(row, account, with_email=with_email) for row, account in rows[:limit]]
    after = encode_cursor(str(items[-1].account_id)) if len(rows) > limit else None
    return Members(items=items, next_cursor=after)


async def set_member(
    session: AsyncSession, caller: Caller, studio_id: UUID, account_id: UUID, role: StudioRole
) -> wire.Member:
    """Change what a member is; only staff puts in somebody who was not invited."""
    row, _ = await _allowed(session, caller, studio_id, "members:write", lock=True)
    was = await queries.role_in(session, studio_id, account_id)
    if was is None and not may(caller, "studios:write"):
        raise MemberNotFound("Nobody of that id is a member of this studio. Invite them.")
    if was is not None:
        others = await queries.producers_but(session, studio_id, account_id)
        rules.check_producer_left(was, role, others)
    account = await people.account(session, account_id)
    member = await _put(session, row, account, role)
    about = {"account": str(account_id), "was": was, "role": role}
    await log.note(session, caller, "studio.member_set", f"studio:{studio_id}", about)
    return _member(member, account, with_email=True)


async def remove_member(
    session: AsyncSession, caller: Caller, studio_id: UUID, account_id: UUID
) -> None:
    """Take somebody out, or leave."""
    is_self = caller.kind == "person" and caller.id == str(account_id)
    needed: StudioPermission = "studio:read" if is_self else "members:write"
    await _allowed(session, caller, studio_id, needed, lock=True)
    member = await queries.member_for_update(session, studio_id, account_id)
    others = await queries.producers_but(session, studio_id, account_id)
    rules.check_producer_left(member.role, None, others)
    await session.delete(member)
    about = {"account": str(account_id), "was": member.role}
    await log.note(session, caller, "studio.member_removed", f"studio:{studio_id}", about)


async def _allowed(
    session: AsyncSession,
    caller: Caller,
    studio_id: UUID,
    permission: StudioPermission,
    *,
    lock: bool = False,
) -> tuple[Studio, StudioRole | None]:
    """Return the studio and the caller's role in it; strangers do not learn that it exists."""
    found = queries.studio_for_update if lock else queries.studio
    row = await found(session, studio_id)
    role = await role_of(session, caller, studio_id)
    rules.check_in_studio(caller, role, permission)
    return row, role


async def _put(
    session: AsyncSession, studio: Studio, account: Account, role: StudioRole
) -> StudioMember:
    member = await session.get(StudioMember, (studio.id, account.id))
    if member is not None:
        member.role = role
        return member
    member = StudioMember(
        studio_id=studio.id, account_id=account.id, role=role, joined_at=clock.now()
    )
    session.add(member)
    said = {"name": account.name, "studio": studio.name, "role": role}
    await events.notify(session, "studio.joined", account.id, said)
    return member


def _wire(row: Studio, members: int) -> wire.Studio:
    return wire.Studio(
        id=row.id, name=row.name, about=row.about, created_at=row.created_at, members=members
    )


def _member(row: StudioMember, account: Account, *, with_email: bool) -> wire.Member:
    return wire.Member(
        account_id=row.account_id,
        name=account.name,
        email=account.email if with_email else None,
        role=row.role,
        joined_at=row.joined_at,
    )
