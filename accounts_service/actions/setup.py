"""The first owner, further admins, forgotten passwords: by one-time links."""

import secrets
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log
from accounts_service.actions.sessions import admit
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models import people as models
from accounts_service.queries import people
from accounts_service.queries import programs as queries
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts import (
    AccountState,
    AlreadySetUp,
    OwnersOnly,
    Role,
    Setup,
    SetupLink,
    SetupLinkForOther,
    SetupLinkNew,
    SetupLinkSpent,
    SignedIn,
)
from kit.db import Sessions
from kit.errors import AppError, Forbidden

TOKEN_BYTES = 32


async def make_link(
    session: AsyncSession, tools: Tools, caller: Caller, new: SetupLinkNew
) -> SetupLink:
    """Make a link, replacing older ones for the same address."""
    if caller.kind != "service":
        await _check_inviter(session, caller, new)
    if new.email is None and await people.active_owners_but(session, None):
        raise AlreadySetUp
    at = clock.now()
    await queries.spend_setup_links(session, new.email, at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = models.SetupLink(
        token_hash=_hash(token), email=new.email, created_at=at, expires_at=at + tools.link_life
    )
    session.add(row)
    await log.note(session, caller, "setup_link.made", new.email or "first owner")
    return SetupLink(token=token, path=f"/setup?token={token}", expires_at=row.expires_at)


async def _check_inviter(session: AsyncSession, caller: Caller, new: SetupLinkNew) -> None:
    """Let people invite; but a link for someone known sets a password, so only owners make it."""
    if caller.kind != "person" or new.email is None:
        raise Forbidden("Make this link on the command line: ./karangou admin create EMAIL")
    is_known = await people.account_by_email(session, new.email) is not None
    if is_known and Role.owner not in caller.roles:
        raise OwnersOnly


async def set_up(sessions: Sessions, tools: Tools, setup: Setup, origin: Origin) -> SignedIn:
    """Use a link: become owner or admin, or choose a new password; and be signed in.

    The link is looked at before the password is hashed, so that strangers cannot make us hash.
    """
    async with sessions() as session:
        _check_link(await queries.setup_link(session, _hash(setup.token)), setup)
    await tools.check_password(setup.password, setup.email, setup.name)
    hashed = await tools.passwords.hash(setup.password)
    async with sessions.begin() as session:
        await people.lock_owners(session)
        link = await queries.setup_link_for_update(session, _hash(setup.token))
        has_owner = bool(await people.active_owners_but(session, None))
        if _check_link(link, setup).email is None and has_owner:
            raise AlreadySetUp
        await queries.spend_setup_links(session, setup.email, clock.now())
        await queries.spend_setup_links(session, None, clock.now())
        role = Role.admin if has_owner else Role.owner
        account = await _admin(session, setup, hashed, role)
        outcome = await admit(session, tools, account, origin)
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def _admin(session: AsyncSession, setup: Setup, hashed: str, role: Role) -> models.Account:
    """Make the account, or give the known one a new password and what the link promises."""
    at = clock.now()
    account = await people.account_by_email(session, setup.email)
    is_new = account is None
    if account is None:
        account = models.Account(email=setup.email, roles=[], created_at=at, email_verified_at=at)
        session.add(account)
    account.name, account.password_hash = setup.name, hashed
    account.state = AccountState.active
    if Role.owner not in account.roles:
        account.roles = sorted({*account.roles, role})
    await session.flush()
    await people.end_sessions(session, account.id, at, "password_changed")
    caller = Caller("person", id=str(account.id), name=account.name)
    details = {"roles": list(account.roles), "new": is_new}
    await log.note(session, caller, "setup_link.used", str(account.id), details)
    return account


def _check_link(link: models.SetupLink | None, setup: Setup) -> models.SetupLink:
    if link is None or link.used_at is not None or link.expires_at <= clock.now():
        raise SetupLinkSpent
    if link.email is not None and link.email != setup.email:
        raise SetupLinkForOther
    return link


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
