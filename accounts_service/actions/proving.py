"""Showing that it is you, in passing: by a password or PIN typed with the wish itself."""

from collections.abc import Sequence

from accounts_service.actions import proofs
from accounts_service.actions.callers import signed_in
from accounts_service.actions.sessions import count_attempt
from accounts_service.actions.tools import Origin, Tools
from accounts_service.queries import people, viewing
from accounts_service.rules import attempts
from accounts_service.rules import factors as rules
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts import WrongCredentials
from kit.contracts.accounts.profiles import ProofNeeded
from kit.db import Sessions


async def prove(
    sessions: Sessions,
    tools: Tools,
    caller: Caller,
    proof: str | None,
    origin: Origin,
    *,
    by_pin: bool = False,
) -> None:
    """Raise unless this is the password (or PIN), or the person has shown of late who they are.

    Two transactions, and none while it is hashed: a wrong one must count although it is refused.
    """
    async with sessions.begin() as session:
        account, current = await signed_in(session, caller)
        if proof is None:
            shown = await proofs.of(session, current)
            if not rules.is_sure(shown.confirmed_at, clock.now()):
                raise ProofNeeded
            return
        await proofs.check_shown(session, account, current)
        await count_attempt(session, account.email, origin.address)
        pin = await viewing.pin_hash(session, account.id) if by_pin else None
    await _match(tools, proof, [account.password_hash, *([pin] if by_pin else [])])
    async with sessions.begin() as session:
        cleared = attempts.cleared_by_success(account.email, origin.address)
        await people.forget_attempts(session, cleared)


async def _match(tools: Tools, proof: str, stored: Sequence[str | None]) -> None:
    for one in stored:
        if await tools.passwords.matches(proof, one):
            return
    raise WrongCredentials("This is neither your password nor your PIN.")
