"""Making an account of one's own, and showing that its address is read by its owner."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import links, log, proofs
from accounts_service.actions.callers import signed_in
from accounts_service.actions.sessions import open_session
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models.people import Account
from accounts_service.models.profiles import Deletion
from accounts_service.queries import identity as queries
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts import SignedIn
from kit.contracts.accounts.factors import Method
from kit.contracts.accounts.identity import EmailChange, LinkKind, SignUp
from kit.db import Sessions

FORGOTTEN_AT_ONCE = 500


async def sign_up(sessions: Sessions, tools: Tools, new: SignUp, origin: Origin) -> SignedIn:
    """Make an account and sign it in. Nothing here looks whether the address has an account."""
    hashed = None
    if new.password is not None:
        await tools.check_password(new.password, new.email, new.name)
        hashed = await tools.passwords.hash(new.password)
    async with sessions.begin() as session:
        account = Account(
            email=new.email,
            name=new.name,
            password_hash=hashed,
            roles=[],
            locale=new.locale,
            created_at=clock.now(),
        )
        session.add(account)
        await session.flush()
        caller = Caller("person", id=str(account.id), name=account.name)
        await log.note(session, caller, "account.signed_up", str(account.id))
        await links.ask_proof(session, account, LinkKind.verify_email)
        shown = (Method.password,) if hashed else ()
        return await open_session(session, tools, account, origin, shown)


async def forget_unverified(session: AsyncSession, days: int) -> None:
    """Plan the deletion of accounts that never verified their address, and were left alone."""
    at = clock.now()
    for account in await queries.unverified(session, at - timedelta(days=days), FORGOTTEN_AT_ONCE):
        session.add(Deletion(account_id=account.id, requested_at=at, due_at=at))


async def ask_verification(session: AsyncSession, caller: Caller) -> None:
    """Have the verification mailed once more; nothing for an address that is verified."""
    account, _ = await signed_in(session, caller)
    if account.email_verified_at is None:
        await links.ask_proof(session, account, LinkKind.verify_email)


async def change_email(session: AsyncSession, caller: Caller, wanted: EmailChange) -> None:
    """Have a link mailed to the new address; the old one stays until it is used."""
    account, _ = await proofs.sure(session, caller)
    await log.note(session, caller, "email_change.asked", str(account.id))
    await links.ask_proof(session, account, LinkKind.email_change, wanted.email)
