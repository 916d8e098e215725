"""Inviting people by a link: to a role, to a studio, or both."""

import secrets
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log
from accounts_service.actions.callers import signed_in
from accounts_service.actions.people import place
from accounts_service.actions.sessions import open_session
from accounts_service.actions.studios import role_of
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models.people import Account
from accounts_service.models.studios import Invitation, StudioMember
from accounts_service.queries import people
from accounts_service.queries import studios as queries
from accounts_service.rules import studios as rules
from kit import clock, events
from kit.auth import Caller, Role, may, seal
from kit.contracts.accounts import SignedIn
from kit.contracts.accounts import studios as wire
from kit.contracts.accounts.studios import (
    InvitationAccount,
    InvitationForOther,
    InvitationKnown,
    InvitationMade,
    InvitationNew,
    Invitations,
    InvitationSeen,
    InvitationSpent,
    InvitationState,
)
from kit.db import Sessions
from kit.errors import Forbidden
from kit.pages import encode_cursor

TOKEN_BYTES = 32


async def invite(
    session: AsyncSession, tools: Tools, caller: Caller, new: InvitationNew
) -> InvitationMade:
    """Invite by mail, or with a link to pass on; an older invitation to the same ends."""
    rules.check_invitation(caller, new, await role_of(session, caller, new.studio_id))
    studio = await queries.studio(session, new.studio_id) if new.studio_id else None
    token, at = secrets.token_urlsafe(TOKEN_BYTES), clock.now()
    row = Invitation(
        token_hash=_hash(token),
        email=new.email,
        role=new.role,
        studio_id=new.studio_id,
        studio_role=new.studio_role,
        inviter=caller.name,
        is_mailed=not new.by_hand,
        created_at=at,
        expires_at=at + tools.invitation_life,
    )
    await queries.end_alike(session, row)
    session.add(row)
    await session.flush()
    link = f"{tools.portal_url}/l/{token}"
    studio_name = studio.name if studio is not None else None
    if not new.by_hand:
        await _mail(session, tools, row, (studio_name, link, new.locale))
    about = {"email": row.email, "role": row.role, "studio": str(row.studio_id or "")}
    await log.note(session, caller, "invitation.made", f"invitation:{row.id}", about)
    shown = _wire(row, studio_name)
    return InvitationMade(**dict(shown), link=link if new.by_hand else None)


async def invitations(
    session: AsyncSession,
    caller: Caller,
    chosen: tuple[InvitationState | None, UUID | None],
    cursor: str | None,
    limit: int,
) -> Invitations:
    """List them: all for staff, those of one studio for its producers."""
    await _check_reader(session, caller, chosen[1])
    wanted = (*chosen, clock.now())
    rows = await queries.invitations(session, wanted, place(cursor), limit + 1)
    items = [_wire(row, name) for row, name in rows[:limit]]
    after = encode_cursor(str(items[-1].id)) if len(rows) > limit else None
    return Invitations(items=items, next_cursor=after)


async def withdraw(session: AsyncSession, caller: Caller, invitation_id: UUID) -> None:
    row = await queries.invitation_for_update(session, invitation_id)
    await _check_reader(session, caller, row.studio_id)
    if row.ended_at is None:
        row.ended_at = clock.now()
        await log.note(session, caller, "invitation.withdrawn", f"invitation:{row.id}")


async def look(session: AsyncSession, token: str) -> InvitationSeen:
    """Say what a link promises; looking does not use it up."""
    row = _open(await queries.invitation_by_hash(session, _hash(token)))
    known = await people.account_by_email(session, row.email)
    studio = await queries.studio(session, row.studio_id) if row.studio_id else None
    return InvitationSeen(
        email=row.email,
        role=row.role,
        studio_name=studio.name if studio is not None else None,
        studio_role=row.studio_role,
        inviter=row.inviter,
        expires_at=row.expires_at,
        has_account=known is not None,
    )


async def accept(session: AsyncSession, caller: Caller, token: str) -> Account:
    """Accept as who is signed in, with the e-mail that was invited."""
    account, _ = await signed_in(session, caller)
    row = _open(await queries.invitation_by_hash(session, _hash(token), lock=True))
    if account.email != row.email:
        raise InvitationForOther
    if account.email_verified_at is None:  # whoever holds the link reads that mail
        await people.lock_address(session, row.email)
        if await people.account_by_email(session, row.email) is not None:
            raise InvitationForOther
        account.email_verified_at = clock.now()
    await _grant(session, account, row)
    return account


async def accept_as_new(
    sessions: Sessions, tools: Tools, new: InvitationAccount, origin: Origin
) -> SignedIn:
    """Accept, and become someone. Strangers without a link cannot make us hash."""
    async with sessions() as session:
        row = _open(await queries.invitation_by_hash(session, _hash(new.token)))
        if await people.account_by_email(session, row.email) is not None:
            raise InvitationKnown
    await tools.check_password(new.password, row.email, new.name)
    hashed = await tools.passwords.hash(new.password)
    async with sessions.begin() as session:
        row = _open(await queries.invitation_by_hash(session, _hash(new.token), lock=True))
        await people.lock_address(session, row.email)
        account = await people.new_account(session, row.email, new.name, clock.now())
        if account is None:
            raise InvitationKnown
        account.password_hash = hashed
        await _grant(session, account, row)
        return await open_session(session, tools, account, origin)


async def _grant(session: AsyncSession, account: Account, row: Invitation) -> None:
    at = clock.now()
    account.roles = rules.with_role(account.roles, row.role)
    row.ended_at, row.accepted_by = at, account.id
    caller = Caller("person", id=str(account.id), name=account.name)
    if row.studio_id is not None and row.studio_role is not None:
        studio = await queries.studio(session, row.studio_id)
        member = StudioMember(
            studio_id=studio.id, account_id=account.id, role=row.studio_role, joined_at=at
        )
        await session.merge(member)
        said = {"name": account.name, "studio": studio.name, "role": row.studio_role}
        await events.notify(session, "studio.joined", account.id, said)
    about = {"roles": list(account.roles), "studio": str(row.studio_id or "")}
    await log.note(session, caller, "invitation.accepted", f"invitation:{row.id}", about)


async def _mail(
    session: AsyncSession, tools: Tools, row: Invitation, said: tuple[str | None, str, str | None]
) -> None:
    studio, link, locale = said
    shown = row.studio_role if row.role == Role.viewer and row.studio_role else row.role
    values = {
        "inviter": row.inviter,
        "role": shown,
        "studio": studio,
        "days": tools.invitation_life.days,
    }
    sealed = seal(tools.secret, events.NOTICE, {"link": link})
    await events.notify(session, "account.invited", row.email, values, locale=locale, sealed=sealed)


async def _check_reader(session: AsyncSession, caller: Caller, studio_id: UUID | None) -> None:
    if may(caller, "people:write"):
        return
    if studio_id is None:
        raise Forbidden(permission="people:write")
    role = await role_of(session, caller, studio_id)
    rules.check_in_studio(caller, role, "members:write")


def _open(row: Invitation | None) -> Invitation:
    if row is None or rules.state(row, clock.now()) != InvitationState.pending:
        raise InvitationSpent
    return row


def _wire(row: Invitation, studio_name: str | None) -> wire.Invitation:
    return wire.Invitation(
        id=row.id,
        email=row.email,
        role=row.role,
        studio_id=row.studio_id,
        studio_name=studio_name,
        studio_role=row.studio_role,
        inviter=row.inviter,
        state=rules.state(row, clock.now()),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
