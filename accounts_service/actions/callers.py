"""Who calls, as the database knows them now: a token may be up to 15 minutes behind."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.people import Account, UserSession
from accounts_service.queries import people as queries
from accounts_service.rules import claims
from kit.auth import Caller, may
from kit.contracts.accounts import AccountState, SessionEnded
from kit.errors import Forbidden, Unauthenticated


async def fresh(session: AsyncSession, caller: Caller) -> Caller:
    """Return the caller with those roles of the token that still hold; their session lives."""
    if caller.kind == "anonymous":
        raise Unauthenticated
    if caller.kind != "person":
        return caller
    account, _ = await signed_in(session, caller)
    return replace(caller, roles=caller.roles & frozenset(account.roles), name=account.name)


async def confirmed(session: AsyncSession, caller: Caller, permission: str) -> Caller:
    """Return the caller with the roles of this moment, if they still permit it."""
    found = await fresh(session, caller)
    if not may(found, permission):
        raise Forbidden(permission=permission)
    return found


async def signed_in(session: AsyncSession, caller: Caller) -> tuple[Account, UserSession]:
    """Return the account and the session of a person whose session has not been ended."""
    if caller.kind == "anonymous":
        raise Unauthenticated
    if caller.kind != "person":
        raise Forbidden("Only a person who signed in has a session.")
    found = await queries.user_session(session, claims.session_id(caller.token))
    if found is None or found.ended_at is not None or str(found.account_id) != caller.id:
        raise SessionEnded
    account = await queries.account(session, UUID(caller.id))
    if account.state != AccountState.active:
        raise SessionEnded
    return account, found
