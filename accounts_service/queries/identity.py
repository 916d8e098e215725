"""Links in mails, sessions as their owner sees them, devices, and whom to write to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.identity import KnownDevice, MailLink
from accounts_service.models.people import Account, UserSession
from accounts_service.models.profiles import Deletion, Profile


async def link(session: AsyncSession, token_hash: str) -> MailLink | None:
    return await session.scalar(select(MailLink).where(MailLink.token_hash == token_hash))


async def link_for_update(session: AsyncSession, token_hash: str) -> MailLink | None:
    return await session.scalar(
        select(MailLink).where(MailLink.token_hash == token_hash).with_for_update()
    )


async def mails_since(session: AsyncSession, email: str, since: datetime) -> int:
    statement = select(func.count()).where(MailLink.email == email, MailLink.created_at > since)
    return (await session.scalars(statement)).one()


async def spend_links(session: AsyncSession, account_id: UUID, at: datetime) -> None:
    """Make every link of an account useless."""
    await session.execute(
        update(MailLink)
        .where(MailLink.account_id == account_id, MailLink.used_at.is_(None))
        .values(used_at=at)
    )


async def open_sessions(
    session: AsyncSession, account_id: UUID, at: datetime
) -> Sequence[UserSession]:
    return (
        await session.scalars(
            select(UserSession)
            .where(
                UserSession.account_id == account_id,
                UserSession.ended_at.is_(None),
                UserSession.expires_at > at,
            )
            .order_by(UserSession.rotated_at.desc(), UserSession.id.desc())
        )
    ).all()


async def end_sessions_but(
    session: AsyncSession, account_id: UUID, kept: UUID, at: datetime, why: str
) -> None:
    await session.execute(
        update(UserSession)
        .where(
            UserSession.account_id == account_id,
            UserSession.id != kept,
            UserSession.ended_at.is_(None),
        )
        .values(ended_at=at, ended_why=why)
    )


async def knows_another_device(session: AsyncSession, account_id: UUID, looks: str) -> bool:
    another = exists().where(KnownDevice.account_id == account_id, KnownDevice.looks != looks)
    return bool(await session.scalar(select(another)))


async def contacts(
    session: AsyncSession, ids: Iterable[UUID]
) -> Sequence[Row[Account, str | None, str | None]]:
    """Return accounts, with the language and country of their profiles."""
    statement = (
        select(Account, Profile.language, Profile.country)
        .outerjoin(Profile, Profile.account_id == Account.id)
        .where(Account.id.in_(list(ids)))
        .order_by(Account.id)
    )
    return (await session.execute(statement)).all()


async def prune(session: AsyncSession, links: datetime, devices: datetime) -> None:
    """Delete links that expired, and devices not seen since."""
    await session.execute(delete(MailLink).where(MailLink.expires_at < links))
    await session.execute(delete(KnownDevice).where(KnownDevice.last_at < devices))


async def unverified(session: AsyncSession, before: datetime, limit: int) -> Sequence[Account]:
    """Return accounts without role that never verified their address and were left alone since."""
    used = exists().where(
        UserSession.account_id == Account.id,
        or_(UserSession.rotated_at >= before, UserSession.created_at >= before),
    )
    statement = (
        select(Account)
        .where(
            Account.email_verified_at.is_(None),
            Account.created_at < before,
            Account.roles == [],
            ~used,
            ~exists().where(Deletion.account_id == Account.id),
        )
        .order_by(Account.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()
