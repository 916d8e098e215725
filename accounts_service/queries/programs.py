"""API clients, signing keys and setup links."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.people import SetupLink
from accounts_service.models.programs import ApiClient, ClientSecret, SigningKey
from kit.contracts.accounts import ClientNotFound


async def clients(session: AsyncSession, before: UUID | None, limit: int) -> Sequence[ApiClient]:
    """Return those that were not revoked, newest first."""
    statement = (
        select(ApiClient)
        .where(ApiClient.revoked_at.is_(None))
        .order_by(ApiClient.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(ApiClient.id < before)
    return (await session.scalars(statement)).all()


async def client(session: AsyncSession, client_id: UUID) -> ApiClient | None:
    found = await session.get(ApiClient, client_id)
    return found if found is not None and found.revoked_at is None else None


async def client_for_update(session: AsyncSession, client_id: UUID) -> ApiClient:
    found = await session.get(ApiClient, client_id, with_for_update=True)
    if found is None or found.revoked_at is not None:
        raise ClientNotFound
    return found


async def clients_of(session: AsyncSession, owner_id: UUID) -> Sequence[ApiClient]:
    """Return an integrator's own, newest first."""
    statement = (
        select(ApiClient)
        .where(ApiClient.owner_id == owner_id, ApiClient.revoked_at.is_(None))
        .order_by(ApiClient.id.desc())
    )
    return (await session.scalars(statement)).all()


async def secrets_of(
    session: AsyncSession, client_id: UUID, at: datetime
) -> Sequence[ClientSecret]:
    """Return the secrets that work at that time, the newest first."""
    statement = (
        select(ClientSecret)
        .where(
            ClientSecret.client_id == client_id,
            or_(ClientSecret.ends_at.is_(None), ClientSecret.ends_at > at),
        )
        .order_by(ClientSecret.created_at.desc(), ClientSecret.id.desc())
    )
    return (await session.scalars(statement)).all()


async def signing_keys(session: AsyncSession) -> Sequence[SigningKey]:
    return (await session.scalars(select(SigningKey).order_by(SigningKey.signs_from))).all()


async def lock_signing_keys(session: AsyncSession) -> None:
    """One at a time may make a key."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('accounts.keys'))"))


async def forget_signing_keys(session: AsyncSession, before: datetime) -> None:
    """Delete withdrawn keys older than that."""
    await session.execute(delete(SigningKey).where(SigningKey.withdrawn_at < before))


async def setup_link(session: AsyncSession, token_hash: str) -> SetupLink | None:
    return await session.scalar(select(SetupLink).where(SetupLink.token_hash == token_hash))


async def setup_link_for_update(session: AsyncSession, token_hash: str) -> SetupLink | None:
    return await session.scalar(
        select(SetupLink).where(SetupLink.token_hash == token_hash).with_for_update()
    )


async def spend_setup_links(session: AsyncSession, email: str | None, at: datetime) -> None:
    """Make every older link for that address (or, without one, for the first owner) useless."""
    statement = update(SetupLink).where(SetupLink.used_at.is_(None)).values(used_at=at)
    await session.execute(statement.where(SetupLink.email.is_not_distinct_from(email)))
