"""Links in mails, as they are used. Whoever uses one reads the mail of its address."""

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import devices, log
from accounts_service.actions.sessions import admit
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models.identity import MailLink
from accounts_service.models.people import Account
from accounts_service.queries import factors, people
from accounts_service.queries import identity as queries
from accounts_service.rules import attempts
from accounts_service.rules.links import check_link, token_hash
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts import AccountState, SignedIn
from kit.contracts.accounts.factors import SecondFactorNeeded
from kit.contracts.accounts.identity import (
    LinkKind,
    LinkSeen,
    LinkSpent,
    LinkUse,
    LinkUsed,
    PasswordMissing,
)
from kit.db import Sessions
from kit.events import notify

BY_MAIL = "link"  # how a session was opened, beside the methods of kit.contracts.accounts.factors


async def look(session: AsyncSession, token: str) -> LinkSeen:
    """Say what a link would do; looking uses nothing up."""
    link = check_link(await queries.link(session, token_hash(token)), clock.now())
    account = await _account(session, link)
    return LinkSeen(kind=link.kind, email=link.email, name=account.name, expires_at=link.expires_at)


async def use(sessions: Sessions, tools: Tools, wish: LinkUse, origin: Origin) -> LinkUsed:
    """Do what the link was sent for. It is spent even when a second factor is asked next."""
    hashed = await _new_password(sessions, tools, wish)
    async with sessions.begin() as session:
        link = await queries.link_for_update(session, token_hash(wish.token))
        link = check_link(link, clock.now())
        account = await _account(session, link, lock=True)
        link.used_at = clock.now()
        opened = await _do(session, tools, link, account, hashed, origin)
        seen = LinkUsed(kind=link.kind, email=link.email)
    if isinstance(opened, SecondFactorNeeded):
        raise opened
    return seen.model_copy(update={"signed_in": opened})


async def _new_password(sessions: Sessions, tools: Tools, wish: LinkUse) -> str | None:
    """Return the hash of a new password, made outside of any transaction: it is slow."""
    async with sessions() as session:
        link = check_link(await queries.link(session, token_hash(wish.token)), clock.now())
        name = (await _account(session, link)).name
    if link.kind != LinkKind.password_reset:
        return None
    if wish.password is None:
        raise PasswordMissing
    await tools.check_password(wish.password, link.email, name)
    return await tools.passwords.hash(wish.password)


async def _account(session: AsyncSession, link: MailLink, *, lock: bool = False) -> Account:
    if link.account_id is None:
        raise LinkSpent
    find = people.account_for_update if lock else people.account
    account = await find(session, link.account_id)
    if account.state != AccountState.active:
        raise LinkSpent
    return account


async def _do(
    session: AsyncSession,
    tools: Tools,
    link: MailLink,
    account: Account,
    hashed: str | None,
    origin: Origin,
) -> SignedIn | SecondFactorNeeded | None:
    was_verified = account.email_verified_at is not None
    if link.kind == LinkKind.email_change:
        await _change_email(session, account, link.email)
        return None
    await _prove(session, account, link.email)
    if link.kind == LinkKind.verify_email:
        return None
    if not was_verified:  # nor did whoever signed up enrol anything for who reads this mail
        await factors.forget_all(session, account.id)
    if link.kind == LinkKind.password_reset:
        await _reset(session, tools, account, hashed, origin)
    elif not was_verified:
        await _shut_others_out(session, account)
    return await admit(session, tools, account, origin, (BY_MAIL,))


async def _prove(session: AsyncSession, account: Account, email: str) -> None:
    """Let the address belong to this account; the first one to prove it keeps it."""
    if account.email_verified_at is not None:
        if account.email != email:  # it was changed after this mail was sent
            raise LinkSpent
        return
    await people.lock_address(session, email)
    if await people.account_by_email(session, email) is not None:
        raise LinkSpent
    account.email, account.email_verified_at = email, clock.now()
    await session.flush()
    await log.note(session, _self(account), "email.verified", str(account.id))


async def _shut_others_out(session: AsyncSession, account: Account) -> None:
    """Whoever signed up with this address need not be who reads its mail: what they chose, and the
    sessions they have, end when somebody comes in by the mail alone.
    """
    account.password_hash = None
    await people.end_sessions(session, account.id, clock.now(), "email_verified")


async def _reset(
    session: AsyncSession, tools: Tools, account: Account, hashed: str | None, origin: Origin
) -> None:
    account.password_hash = hashed
    at = clock.now()
    await queries.spend_links(session, account.id, at)
    await people.end_sessions(session, account.id, at, "password_changed")
    cleared = attempts.cleared_by_success(account.email, origin.address)
    await people.forget_attempts(session, cleared)
    await log.note(session, _self(account), "password.reset", str(account.id))
    await devices.tell_password_changed(session, tools, account, origin)


async def _change_email(session: AsyncSession, account: Account, email: str) -> None:
    """Let the account have its new address; the old one is told, if anybody is known to read it."""
    await people.lock_address(session, email)
    if await people.account_by_email(session, email) is not None:
        raise LinkSpent
    old, was_verified, at = account.email, account.email_verified_at, clock.now()
    account.email, account.email_verified_at = email, at
    await session.flush()
    await queries.spend_links(session, account.id, at)
    await log.note(session, _self(account), "email.changed", str(account.id))
    said = {"name": account.name, "old": old, "new": email, "at": at.isoformat()}
    if was_verified is not None:
        await notify(session, "account.email_changed", old, said, locale=account.locale)


def _self(account: Account) -> Caller:
    return Caller("person", id=str(account.id), name=account.name)
