"""Accounts, their sessions, and the attempts to open one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.people import Account, Attempt, UserSession
from kit.contracts.accounts import AccountNotFound, AccountState, Role
from kit.db import find, new_id


async def account(session: AsyncSession, account_id: UUID) -> Account:
    return await find(session, Account, account_id, AccountNotFound)


async def account_for_update(session: AsyncSession, account_id: UUID) -> Account:
    return await find(session, Account, account_id, AccountNotFound, lock=True)


async def account_by_email(session: AsyncSession, email: str) -> Account | None:
    """Return the account this address belongs to; unverified ones do not count."""
    return await session.scalar(
        select(Account).where(Account.email == email, Account.email_verified_at.is_not(None))
    )


async def newest_claim(session: AsyncSession, email: str) -> Account | None:
    """Return the last unverified account that was made with this address."""
    return await session.scalar(
        select(Account)
        .where(Account.email == email, Account.email_verified_at.is_(None))
        .order_by(Account.id.desc())
        .limit(1)
    )


async def owner_and_claim(
    session: AsyncSession, email: str
) -> tuple[Account | None, Account | None]:
    """Return both of the above, with one question."""
    statement = (
        select(Account)
        .where(Account.email == email)
        .order_by(Account.email_verified_at.is_(None), Account.id.desc())
        .limit(2)
    )
    found = (await session.scalars(statement)).all()
    owner = next((one for one in found if one.email_verified_at is not None), None)
    return owner, next((one for one in found if one.email_verified_at is None), None)


async def lock_address(session: AsyncSession, email: str) -> None:
    """One at a time may become the owner of an address."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
    await session.execute(lock, {"key": f"accounts.address:{email}"})


async def new_account(session: AsyncSession, email: str, name: str, at: datetime) -> Account | None:
    """Make an account for somebody known to read this e-mail, without role or password; None when
    the e-mail has one already.
    """
    values = {"id": new_id(), "email": email, "name": name, "roles": [], "created_at": at}
    made = insert(Account).values(**values, state=AccountState.active, email_verified_at=at)
    return await session.scalar(made.on_conflict_do_nothing().returning(Account))


async def accounts(
    session: AsyncSession, q: str | None, before: UUID | None, limit: int
) -> Sequence[Account]:
    """Newest first; `q` is looked for in names and e-mails."""
    statement = select(Account).order_by(Account.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Account.id < before)
    if q:
        pattern = "%" + q.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        statement = statement.where(or_(Account.email.ilike(pattern), Account.name.ilike(pattern)))
    return (await session.scalars(statement)).all()


async def active_owners_but(session: AsyncSession, account_id: UUID | None) -> int:
    """Count the active owners; call `lock_owners` first where the answer must still hold."""
    statement = select(func.count()).where(
        Account.roles.contains([Role.owner]), Account.state == AccountState.active
    )
    if account_id is not None:
        statement = statement.where(Account.id != account_id)
    return (await session.scalars(statement)).one()


async def lock_owners(session: AsyncSession) -> None:
    """One at a time may change who is owner."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('accounts.owners'))"))


async def user_session(session: AsyncSession, session_id: UUID) -> UserSession | None:
    return await session.get(UserSession, session_id)


async def user_session_for_update(session: AsyncSession, session_id: UUID) -> UserSession | None:
    return await session.get(UserSession, session_id, with_for_update=True)


async def end_sessions(session: AsyncSession, account_id: UUID, at: datetime, why: str) -> None:
    await session.execute(
        update(UserSession)
        .where(UserSession.account_id == account_id, UserSession.ended_at.is_(None))
        .values(ended_at=at, ended_why=why)
    )


async def attempts_for_update(
    session: AsyncSession, keys: Iterable[str], at: datetime
) -> Sequence[Attempt]:
    """Return the counters of these keys, made where they are missing, locked in one order."""
    ordered = sorted(keys)
    fresh = [{"key": key, "failures": 0, "last_at": at} for key in ordered]
    known = insert(Attempt).values(fresh)
    # One statement that makes or locks: between two, a right password may have deleted the row.
    statement = known.on_conflict_do_update(
        index_elements=[Attempt.key], set_={"last_at": Attempt.last_at}
    ).returning(Attempt)
    return (await session.scalars(statement)).all()


async def forget_attempts(session: AsyncSession, keys: Iterable[str]) -> None:
    await session.execute(delete(Attempt).where(Attempt.key.in_(sorted(keys))))


async def prune(session: AsyncSession, before: datetime) -> None:
    """Delete sessions that ended or expired, and attempts made, before that time."""
    await session.execute(
        delete(UserSession).where(
            or_(UserSession.ended_at < before, UserSession.expires_at < before)
        )
    )
    await session.execute(delete(Attempt).where(Attempt.last_at < before))
