"""Authenticator apps and recovery codes: set up, used, taken away."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log, proofs, telling
from accounts_service.actions.callers import signed_in
from accounts_service.actions.sessions import count_tries
from accounts_service.actions.tools import Tools
from accounts_service.models.factors import RecoveryCode
from accounts_service.models.people import Account
from accounts_service.providers import totp
from accounts_service.queries import factors as queries
from accounts_service.queries import people
from accounts_service.rules import factors as rules
from kit import clock
from kit.auth import Caller, seal, unseal
from kit.contracts.accounts.factors import (
    FactorNotFound,
    LastFactor,
    Method,
    TotpNotStarted,
    TotpStart,
    WrongFactor,
)
from kit.db import Sessions

SECRETS = "accounts totp"


async def start_totp(session: AsyncSession, tools: Tools, caller: Caller) -> TotpStart:
    """Give a new secret; an app set up before works until the new one has shown a code."""
    account, _ = await proofs.sure(session, caller)
    secret = totp.new_secret()
    await queries.add_totp(session, account.id, seal(tools.secret, SECRETS, secret))
    return TotpStart(secret=secret, uri=totp.uri(secret, account.email, tools.brand))


async def confirm_totp(
    sessions: Sessions, tools: Tools, caller: Caller, code: str
) -> tuple[str, ...]:
    """Enable the app that shows this code; return recovery codes if there were none."""
    async with sessions.begin() as session:
        account, _ = await proofs.sure(session, caller)
        await count_tries(session, rules.patience(account.id))
    fresh = await new_codes_if_none(sessions, tools, account)
    async with sessions.begin() as session:
        _, current = await signed_in(session, caller)
        app = await queries.totp_for_update(session, account.id)
        if app is None or app.sealed_pending is None:
            raise TotpNotStarted
        step = _step(tools, app.sealed_pending, code, clock.now())
        if step is None:
            raise WrongFactor
        app.sealed_secret, app.sealed_pending = app.sealed_pending, None
        app.last_step, app.enabled_at, app.last_used_at = step, clock.now(), None
        await people.forget_attempts(session, rules.patience(account.id))
        await proofs.add(session, current, Method.totp)
        await log.note(session, caller, "factor.added", str(account.id), {"factor": "totp"})
        await telling.tell(session, account, "totp_on")
        return await keep_codes(session, account, fresh)


async def remove_totp(session: AsyncSession, tools: Tools, caller: Caller) -> None:
    account, _ = await proofs.sure(session, caller)
    app = await queries.totp_for_update(session, account.id)
    if app is None or app.sealed_secret is None:
        raise FactorNotFound
    await session.delete(app)
    await session.flush()
    await check_what_is_left(session, tools, account)
    await log.note(session, caller, "factor.removed", str(account.id), {"factor": "totp"})
    await telling.tell(session, account, "totp_off")


async def use_totp(session: AsyncSession, tools: Tools, account: Account, code: str) -> None:
    """Take a code; its step and all before it are spent."""
    app = await queries.totp_for_update(session, account.id)
    if app is None or app.sealed_secret is None:
        raise WrongFactor
    at = clock.now()
    step = _step(tools, app.sealed_secret, code, at)
    if step is None or step <= app.last_step:
        raise WrongFactor
    app.last_step, app.last_used_at = step, at


async def matching_recovery(
    sessions: Sessions, tools: Tools, account_id: UUID, code: str
) -> UUID | None:
    """Return the unused recovery code that this is. It takes as long when there is none."""
    selector, rest = totp.split(rules.normal_code(code))
    async with sessions() as session:
        found = await queries.recovery_code(session, account_id, selector)
    good = await tools.passwords.matches(rest or "-", found.code_hash if found else None)
    return found.id if found is not None and good else None


async def use_recovery(session: AsyncSession, account: Account, code_id: UUID) -> None:
    found = await queries.recovery_code_for_update(session, code_id)
    if found is None or found.used_at is not None or found.account_id != account.id:
        raise WrongFactor
    found.used_at = clock.now()
    await telling.tell(session, account, "recovery_used")


async def renew_recovery(sessions: Sessions, tools: Tools, caller: Caller) -> tuple[str, ...]:
    """Make ten new codes; the old ones work no more."""
    async with sessions.begin() as session:
        account, _ = await proofs.sure(session, caller)
        if not await proofs.second_factors(session, account):
            raise FactorNotFound("Recovery codes stand in for a second factor. Add one first.")
    fresh = await _new_codes(tools)
    async with sessions.begin() as session:
        account, _ = await proofs.sure(session, caller)
        await queries.forget_recovery_codes(session, account.id)
        await log.note(session, caller, "recovery_codes.renewed", str(account.id))
        await telling.tell(session, account, "recovery_renewed")
        return await keep_codes(session, account, fresh)


async def new_codes_if_none(
    sessions: Sessions, tools: Tools, account: Account
) -> list[tuple[str, str]]:
    """Return codes and their hashes, made outside of any transaction, for a first factor."""
    async with sessions() as session:
        if await queries.recovery_codes_left(session, account.id):
            return []
    return await _new_codes(tools)


async def keep_codes(
    session: AsyncSession, account: Account, fresh: list[tuple[str, str]]
) -> tuple[str, ...]:
    """Store the hashes; return the codes as they are shown, this one time."""
    if not fresh:
        return ()
    await queries.forget_recovery_codes(session, account.id)
    for code, hashed in fresh:
        selector, _ = totp.split(code)
        session.add(
            RecoveryCode(
                account_id=account.id,
                selector=selector,
                code_hash=hashed,
                created_at=clock.now(),
            )
        )
    return totp.shown(code for code, _ in fresh)


async def check_what_is_left(session: AsyncSession, tools: Tools, account: Account) -> None:
    """Let staff keep one second factor; without any, recovery codes stand for nothing."""
    if await proofs.second_factors(session, account):
        return
    if rules.must_have_one(account.roles, required=tools.staff_must_have_second_factor):
        raise LastFactor
    await queries.forget_recovery_codes(session, account.id)


async def _new_codes(tools: Tools) -> list[tuple[str, str]]:
    made = totp.new_recovery_codes()
    return [(code, await tools.passwords.hash(totp.split(code)[1])) for code in made]


def _step(tools: Tools, sealed: str, code: str, at: datetime) -> int | None:
    try:
        secret = unseal(tools.secret, SECRETS, sealed)
    except ValueError:
        return None
    return totp.step(secret, rules.normal_code(code), at)
