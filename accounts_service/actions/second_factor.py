"""The second step of a sign-in, and showing anew who one is."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import ceremonies, codes, log, passkeys, proofs
from accounts_service.actions.callers import signed_in
from accounts_service.actions.sessions import count_attempt, count_tries, open_session
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models.people import Account
from accounts_service.queries import people as people
from accounts_service.rules import attempts
from accounts_service.rules import factors as rules
from kit.auth import Caller
from kit.contracts.accounts import AccountState, SessionEnded, SignedIn, WrongCredentials
from kit.contracts.accounts.factors import (
    Ceremony,
    Confirmation,
    Confirmed,
    Method,
    SecondFactor,
    WrongFactor,
)
from kit.db import Sessions


async def finish_sign_in(
    sessions: Sessions, tools: Tools, step: SecondFactor, origin: Origin
) -> SignedIn:
    """Take the second step. A wrong code counts, and the challenge can be answered again."""
    said = ceremonies.look(tools, proofs.SECOND_STEP, step.challenge)
    account_id = UUID(said["account"])
    async with sessions.begin() as session:
        await count_tries(session, rules.patience(account_id))
    recovery = await _recovery(sessions, tools, account_id, step)
    async with sessions.begin() as session:
        account = await people.account_for_update(session, account_id)
        if account.state != AccountState.active:
            raise SessionEnded
        method = await _shown(session, tools, account, step, recovery)
        await ceremonies.spend(session, said)
        cleared = attempts.cleared_by_success(account.email, origin.address)
        await people.forget_attempts(session, [*cleared, *rules.patience(account_id)])
        methods = (*said["methods"], method)
        return await open_session(session, tools, account, origin, methods)


async def passkey_for_second_step(session: AsyncSession, tools: Tools, challenge: str) -> Ceremony:
    """Return what the browser needs to use one of the account's passkeys."""
    said = ceremonies.look(tools, proofs.SECOND_STEP, challenge)
    return await passkeys.begin_for(session, tools, UUID(said["account"]))


async def confirm(
    sessions: Sessions, tools: Tools, caller: Caller, wish: Confirmation, origin: Origin
) -> Confirmed:
    """Show anew who it is; dangerous deeds are open for a while."""
    async with sessions.begin() as session:
        account, _ = await signed_in(session, caller)
        if wish.password is None:
            await count_tries(session, rules.patience(account.id))
        else:
            await count_attempt(session, account.email, origin.address)
        ways = await proofs.ways_to_confirm(session, account)
    if wish.password is not None:
        good = await tools.passwords.matches(wish.password, account.password_hash)
        if not good or Method.password not in ways:
            raise WrongCredentials("This is not the way to confirm, or not your password.")
    async with sessions.begin() as session:
        account, current = await signed_in(session, caller)
        method = Method.password
        if wish.password is None:
            method = await _shown(session, tools, account, wish, None)
        cleared = attempts.cleared_by_success(account.email, origin.address)
        await people.forget_attempts(session, [*cleared, *rules.patience(account.id)])
        proof = await proofs.add(session, current, method)
        await log.note(session, caller, "session.confirmed", str(current.id), {"by": method})
        return Confirmed(until=proof.confirmed_at + rules.SURE)


async def passkey_to_confirm(session: AsyncSession, tools: Tools, caller: Caller) -> Ceremony:
    account, _ = await signed_in(session, caller)
    return await passkeys.begin_for(session, tools, account.id)


async def _recovery(
    sessions: Sessions, tools: Tools, account_id: UUID, step: SecondFactor
) -> UUID | None:
    """Return the recovery code that was given, compared outside of any transaction: it is slow."""
    if step.recovery_code is None:
        return None
    return await codes.matching_recovery(sessions, tools, account_id, step.recovery_code)


async def _shown(
    session: AsyncSession,
    tools: Tools,
    account: Account,
    step: SecondFactor | Confirmation,
    recovery: UUID | None,
) -> Method:
    """Return by what the person showed who they are; it cannot be shown again."""
    if step.passkey is not None:
        await passkeys.use_of(session, tools, account, step.passkey)
        return Method.passkey
    if step.code is not None:
        await codes.use_totp(session, tools, account, step.code)
        return Method.totp
    if recovery is None:
        raise WrongFactor
    await codes.use_recovery(session, account, recovery)
    return Method.recovery
