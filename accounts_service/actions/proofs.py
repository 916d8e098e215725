"""What a session was opened with, what it may therefore do, and for how long it is believed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import ceremonies
from accounts_service.actions.callers import signed_in
from accounts_service.actions.tools import Tools
from accounts_service.models.factors import SessionProof
from accounts_service.models.people import Account, UserSession
from accounts_service.queries import factors as queries
from accounts_service.queries import opening, viewing
from accounts_service.queries.opening import Standing
from accounts_service.rules import factors as rules
from accounts_service.rules.viewing import check_grown
from kit import clock
from kit.auth import ActingReadOnly, Caller
from kit.contracts.accounts.factors import ConfirmationNeeded, Method, SecondFactorNeeded

SECOND_STEP = "second step"


def check_second_step(
    tools: Tools, account: Account, standing: Standing, methods: Sequence[str]
) -> None:
    """Raise SecondFactorNeeded when this account has a second factor that was not shown."""
    ways = _second_factors(standing)
    if not ways or rules.is_strong(methods):
        return
    if standing.has_recovery_code:
        ways.append(Method.recovery)
    challenge = ceremonies.begin(tools, SECOND_STEP, account=str(account.id), methods=list(methods))
    raise SecondFactorNeeded(challenge=challenge, methods=ways, expires_in=ceremonies.LIFE_SECONDS)


async def check_shown(session: AsyncSession, account: Account, current: UserSession) -> None:
    """Raise ConfirmationNeeded when a session was opened with less than the account has by now."""
    ways = await second_factors(session, account)
    if ways and not rules.is_strong((await of(session, current)).methods):
        raise ConfirmationNeeded(methods=ways)


async def second_factors(session: AsyncSession, account: Account) -> list[Method]:
    return _second_factors(await opening.standing(session, account.id))


async def ways_to_confirm(session: AsyncSession, account: Account) -> list[Method]:
    """Return how this person shows who they are. A password does while there is nothing better."""
    ways = await second_factors(session, account)
    return ways or ([Method.password] if account.password_hash else [])


def new(opened: UserSession, methods: Sequence[str]) -> SessionProof:
    """Return what a session, which is new, was opened with."""
    return SessionProof(
        session_id=opened.id, methods=sorted(set(methods)), confirmed_at=opened.created_at
    )


async def add(session: AsyncSession, current: UserSession, method: Method) -> SessionProof:
    """Note that the person of this session has shown who they are, now, by that method."""
    proof = await of(session, current)
    session.add(proof)
    proof.methods = sorted({*proof.methods, method})
    proof.confirmed_at = clock.now()
    await session.flush()
    return proof


async def of(session: AsyncSession, current: UserSession) -> SessionProof:
    """Return the proof of a session; of one older than proofs, what is known of it."""
    return await queries.proof(session, current.id) or SessionProof(
        session_id=current.id, methods=[], confirmed_at=current.created_at
    )


def claims(tools: Tools, account: Account, proof: SessionProof) -> dict[str, Any]:
    """Return what the access token says of this: how and when (RFC 8176, OIDC's `auth_time`), and
    no roles for a session that may only enrol a second factor.
    """
    required = tools.staff_must_have_second_factor
    said = {"amr": list(proof.methods), "auth_time": int(proof.confirmed_at.timestamp())}
    if rules.may_only_enrol(account.roles, proof.methods, required=required):
        return {**said, "roles": []}
    return said


async def sure(session: AsyncSession, caller: Caller) -> tuple[Account, UserSession]:
    """Return who calls, if they have shown of late who they are; for dangerous deeds.

    Nobody who acts as somebody else is.
    """
    if caller.actor:
        raise ActingReadOnly
    account, current = await signed_in(session, caller)
    check_grown(await viewing.watching(session, current.id))
    proof = await of(session, current)
    if not rules.is_sure(proof.confirmed_at, clock.now()):
        raise ConfirmationNeeded(methods=await ways_to_confirm(session, account))
    return account, current


def _second_factors(standing: Standing) -> list[Method]:
    found = [Method.totp] if standing.has_app else []
    return [*found, *([Method.passkey] if standing.has_passkey else [])]
