"""People and what they may be."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import devices, log, proofs
from accounts_service.actions.callers import signed_in
from accounts_service.actions.sessions import count_attempt, open_session
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models import people as models
from accounts_service.queries import people as queries
from accounts_service.rules import attempts
from accounts_service.rules.roles import check_change
from kit import clock, events
from kit.auth import Caller, Role
from kit.contracts.accounts import (
    Account,
    AccountChange,
    Accounts,
    AccountState,
    PasswordChange,
    SignedIn,
    WrongCredentials,
)
from kit.contracts.accounts.factors import Method
from kit.db import Sessions
from kit.pages import BadCursor, decode_cursor, encode_cursor


async def me(session: AsyncSession, caller: Caller) -> models.Account:
    account, _ = await signed_in(session, caller)
    return account


async def accounts(
    session: AsyncSession, q: str | None, cursor: str | None, limit: int
) -> Accounts:
    rows = await queries.accounts(session, q, place(cursor), limit + 1)
    items = [Account.model_validate(row) for row in rows[:limit]]
    after = encode_cursor(str(items[-1].id)) if len(rows) > limit else None
    return Accounts(items=items, next_cursor=after)


async def change(
    session: AsyncSession, caller: Caller, account_id: UUID, wanted: AccountChange, why: str = ""
) -> models.Account:
    """Rename, promote, demote, suspend; who is suspended is signed out everywhere."""
    await queries.lock_owners(session)
    account = await queries.account_for_update(session, account_id)
    check_change(caller, account, wanted, await queries.active_owners_but(session, account_id))
    changes = wanted.model_dump(mode="json", exclude_none=True)
    if "roles" in changes:
        changes["roles"] = sorted({*changes["roles"]} - {Role.viewer})
    before = {name: getattr(account, name) for name in changes}
    for name, value in changes.items():
        setattr(account, name, value)
    if before.get("state") == AccountState.active and account.state == AccountState.suspended:
        await queries.end_sessions(session, account.id, clock.now(), "suspended")
        await events.notify(session, "account.suspended", account.id, {"name": account.name})
    about = {"before": before, "after": changes} | ({"why": why} if why else {})
    await log.note(session, caller, "account.changed", str(account_id), about)
    return account


async def change_password(
    sessions: Sessions, tools: Tools, caller: Caller, wanted: PasswordChange, origin: Origin
) -> SignedIn:
    """Choose a new password, knowing the old one; all other sessions end."""
    async with sessions.begin() as session:
        known, current = await signed_in(session, caller)
        await proofs.check_shown(session, known, current)
        methods = (await proofs.of(session, current)).methods
        await count_attempt(session, known.email, origin.address)
    if not await tools.passwords.matches(wanted.current, known.password_hash):
        raise WrongCredentials("This is not your present password.")
    await tools.check_password(wanted.new, known.email, known.name)
    hashed = await tools.passwords.hash(wanted.new)
    async with sessions.begin() as session:
        account = await queries.account_for_update(session, known.id)
        if account.password_hash != known.password_hash:
            raise WrongCredentials("This is not your present password.")
        account.password_hash = hashed
        cleared = attempts.cleared_by_success(account.email, origin.address)
        await queries.forget_attempts(session, cleared)
        await queries.end_sessions(session, account.id, clock.now(), "password_changed")
        await log.note(session, caller, "password.changed", str(account.id))
        await devices.tell_password_changed(session, tools, account, origin)
        return await open_session(session, tools, account, origin, (*methods, Method.password))


def place(cursor: str | None) -> UUID | None:
    """Return the id that a cursor of an id-ordered list stands at."""
    if cursor is None:
        return None
    (value,) = decode_cursor(cursor, 1)
    try:
        return UUID(str(value))
    except ValueError as error:
        raise BadCursor from error
