"""Signing in, staying signed in, signing out."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import devices, keys, log, proofs
from accounts_service.actions.callers import signed_in
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models.people import Account, UserSession
from accounts_service.queries import opening, studios, viewing
from accounts_service.queries import people as queries
from accounts_service.rules import attempts, claims, refreshing
from accounts_service.rules import studios as studio_rules
from accounts_service.rules import viewing as viewing_rules
from accounts_service.rules.attempts import Patience
from accounts_service.rules.refreshing import Verdict
from kit import clock
from kit.auth import Caller
from kit.contracts import accounts as wire
from kit.contracts.accounts import (
    AccountState,
    RefreshReused,
    SessionEnded,
    SignedIn,
    SignIn,
    SignInTooOften,
    WrongCredentials,
)
from kit.contracts.accounts.factors import Method, SecondFactorNeeded
from kit.db import Sessions, new_id
from kit.errors import AppError

SEED_BYTES = 32


async def sign_in(sessions: Sessions, tools: Tools, new: SignIn, origin: Origin) -> SignedIn:
    """Check a password, and open a session.

    Two transactions, and none while the password is being hashed: the attempt must count even
    though it is refused, and a slow hash must not hold a connection.
    """
    async with sessions.begin() as session:
        await count_attempt(session, new.email, origin.address)
        owner, claimant = await queries.owner_and_claim(session, new.email)
    known = await _whose(tools, new.password, owner, claimant)
    async with sessions.begin() as session:
        account = await queries.account_for_update(session, known.id)
        if account.state != AccountState.active or account.password_hash != known.password_hash:
            raise WrongCredentials
        cleared = attempts.cleared_by_success(new.email, origin.address)
        await queries.forget_attempts(session, cleared)
        return await open_session(session, tools, account, origin)


async def admit(
    session: AsyncSession,
    tools: Tools,
    account: Account,
    origin: Origin,
    methods: Sequence[str] = (Method.password,),
) -> SignedIn | SecondFactorNeeded:
    """Open a session, or return that a second step is needed: for deeds that stay done although
    the sign-in is not finished. Raise the error once the transaction is over.
    """
    try:
        return await open_session(session, tools, account, origin, methods)
    except SecondFactorNeeded as needed:
        return needed


async def open_session(
    session: AsyncSession,
    tools: Tools,
    account: Account,
    origin: Origin,
    methods: Sequence[str] = (Method.password,),
) -> SignedIn:
    """Open a session for somebody who has proved who they are, by these methods.

    Raises SecondFactorNeeded when the account has a second factor that is not among them.
    """
    standing = await opening.standing(session, account.id)
    proofs.check_second_step(tools, account, standing, methods)
    opened = _new(tools, account, origin)
    proof = proofs.new(opened, methods)
    caller = Caller("person", id=str(account.id), name=account.name)
    about = {"address": origin.address, "device": origin.device, "by": proof.methods}
    entry = log.noted(caller, "session.opened", str(opened.id), about)
    said = entry, devices.looks(tools, origin)
    if await opening.write(session, account, opened, proof, said):
        await devices.tell_new(session, tools, account, origin)
    says = proofs.claims(tools, account, proof) | studio_rules.claims(standing.studios)
    return _answer(tools, account, opened, await _token(session, tools, account, opened, says))


async def refresh(sessions: Sessions, tools: Tools, refresh_token: str) -> SignedIn:
    """Give the next pair of tokens; reuse ends the session, for good although this is refused."""
    shown = refreshing.presented(refresh_token)
    if shown is None:
        raise SessionEnded
    async with sessions.begin() as session:
        outcome = await _refresh(session, tools, shown)
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def sign_out(session: AsyncSession, caller: Caller) -> None:
    _, current = await signed_in(session, caller)
    current.ended_at, current.ended_why = clock.now(), "signed_out"
    await log.note(session, caller, "session.ended", str(current.id), {"why": "signed_out"})


async def sign_out_everywhere(session: AsyncSession, caller: Caller) -> None:
    account, _ = await signed_in(session, caller)
    await queries.end_sessions(session, account.id, clock.now(), "signed_out_everywhere")
    await log.note(session, caller, "sessions.ended", str(account.id), {"why": "signed_out"})


async def count_attempt(session: AsyncSession, email: str, address: str) -> None:
    """Count an attempt with an e-mail and a password."""
    await count_tries(session, attempts.keys(email, address))


async def count_tries(session: AsyncSession, patience: Mapping[str, Patience]) -> None:
    """Count an attempt before it is made, so that a hundred at once are a hundred."""
    counters = await queries.attempts_for_update(session, patience, clock.now())
    at = clock.now()  # others may have counted while we waited for our turn
    wait = max(attempts.wait_seconds(one, patience[one.key], at) for one in counters)
    if wait:
        raise SignInTooOften(retry_after=wait)
    for one in counters:
        one.failures, one.last_at = attempts.count(one, at), at


async def _whose(
    tools: Tools, password: str, owner: Account | None, claimant: Account | None
) -> Account:
    """Return whose password it is: the owner of the address comes first, then who last signed up
    with it. A wrong one costs two hashes, whoever exists.
    """
    for known in (owner, claimant):
        stored = known.password_hash if known is not None else None
        if await tools.passwords.matches(password, stored) and known is not None:
            return known
    raise WrongCredentials


async def _refresh(
    session: AsyncSession, tools: Tools, shown: refreshing.Presented
) -> SignedIn | AppError:
    found = await queries.user_session_for_update(session, shown.session_id)
    if found is None or not refreshing.is_genuine(shown, found, tools.refresh_key):
        return SessionEnded()
    account = await queries.account(session, found.account_id)
    at = clock.now()
    end = tools.session_life.end(found.created_at, account.roles, at)
    if end <= at and found.ended_at is None:  # however often it was used
        found.ended_at, found.ended_why = at, "too_old"
    match refreshing.verdict(shown, found, at, tools.grace):
        case Verdict.ended:
            return SessionEnded()
        case Verdict.reused:
            found.ended_at, found.ended_why = at, "reused"
            caller = Caller("person", id=str(account.id), name=account.name)
            await log.note(session, caller, "session.reused", str(found.id))
            return RefreshReused()
        case Verdict.rotate:
            found.generation += 1
            found.rotated_at, found.expires_at = at, end
        case Verdict.repeat:
            pass
        case never:
            assert_never(never)
    token = await access_token(session, tools, account, found)
    return _answer(tools, account, found, token)


async def access_token(
    session: AsyncSession, tools: Tools, account: Account, opened: UserSession
) -> str:
    """Return an access token for an open session, as things are now."""
    said = proofs.claims(tools, account, await proofs.of(session, opened))
    said |= studio_rules.claims(await studios.roles_of(session, account.id))
    said |= viewing_rules.claims(await viewing.watching(session, opened.id))
    return await _token(session, tools, account, opened, said)


def _answer(tools: Tools, account: Account, opened: UserSession, token: str) -> SignedIn:
    return SignedIn(
        access_token=token,
        refresh_token=refreshing.token(opened, tools.refresh_key),
        expires_in=claims.LIFE_SECONDS,
        account=wire.Account.model_validate(account),
    )


async def _token(
    session: AsyncSession,
    tools: Tools,
    account: Account,
    opened: UserSession,
    said: Mapping[str, Any],
) -> str:
    return await keys.token(
        session, tools, {**claims.of_person(account, opened, clock.now()), **said}
    )


def _new(tools: Tools, account: Account, origin: Origin) -> UserSession:
    at = clock.now()
    return UserSession(
        id=new_id(),
        account_id=account.id,
        seed=secrets.token_bytes(SEED_BYTES),
        generation=0,
        created_at=at,
        rotated_at=at,
        expires_at=tools.session_life.end(at, account.roles, at),
        address=origin.address,
        device=origin.device,
    )
