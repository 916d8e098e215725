"""Second factors, passkeys, linked providers, and what opened a session."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.factors import (
    Passkey,
    ProviderLink,
    RecoveryCode,
    SessionProof,
    SpentCeremony,
    Totp,
)
from kit.contracts.accounts.factors import FactorNotFound


async def proof(session: AsyncSession, session_id: UUID) -> SessionProof | None:
    return await session.get(SessionProof, session_id)


async def totp(session: AsyncSession, account_id: UUID) -> Totp | None:
    return await session.get(Totp, account_id)


async def totp_for_update(session: AsyncSession, account_id: UUID) -> Totp | None:
    return await session.get(Totp, account_id, with_for_update=True, populate_existing=True)


async def add_totp(session: AsyncSession, account_id: UUID, sealed: str) -> None:
    """Keep a secret that waits for its first code; an enabled one goes on working."""
    statement = insert(Totp).values(account_id=account_id, sealed_pending=sealed, last_step=0)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Totp.account_id], set_={"sealed_pending": sealed}
        )
    )


async def recovery_code(
    session: AsyncSession, account_id: UUID, selector: str
) -> RecoveryCode | None:
    """Return the unused code of that selector."""
    return await session.scalar(
        select(RecoveryCode).where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.selector == selector,
            RecoveryCode.used_at.is_(None),
        )
    )


async def recovery_code_for_update(session: AsyncSession, code_id: UUID) -> RecoveryCode | None:
    return await session.get(RecoveryCode, code_id, with_for_update=True, populate_existing=True)


async def recovery_codes_left(session: AsyncSession, account_id: UUID) -> int:
    statement = select(func.count()).where(
        RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    )
    return (await session.scalars(statement)).one()


async def forget_recovery_codes(session: AsyncSession, account_id: UUID) -> None:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


async def passkeys(session: AsyncSession, account_id: UUID) -> Sequence[Passkey]:
    statement = select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)
    return (await session.scalars(statement)).all()


async def passkey_of(session: AsyncSession, account_id: UUID, passkey_id: UUID) -> Passkey:
    found = await session.get(Passkey, passkey_id, with_for_update=True)
    if found is None or found.account_id != account_id:
        raise FactorNotFound
    return found


async def passkey_by_credential(session: AsyncSession, credential_id: bytes) -> Passkey | None:
    """Return it locked: its counter only ever grows."""
    return await session.scalar(
        select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
    )


async def provider_links(session: AsyncSession, account_id: UUID) -> Sequence[ProviderLink]:
    statement = (
        select(ProviderLink)
        .where(ProviderLink.account_id == account_id)
        .order_by(ProviderLink.provider)
    )
    return (await session.scalars(statement)).all()


async def provider_link(session: AsyncSession, provider: str, subject: str) -> ProviderLink | None:
    return await session.scalar(
        select(ProviderLink)
        .where(ProviderLink.provider == provider, ProviderLink.subject == subject)
        .with_for_update()
    )


async def spend(session: AsyncSession, ceremony_id: UUID, expires_at: datetime) -> bool:
    """Write down that a ceremony was answered; False when it was before."""
    statement = (
        insert(SpentCeremony)
        .values(id=ceremony_id, expires_at=expires_at)
        .on_conflict_do_nothing()
        .returning(SpentCeremony.id)
    )
    return await session.scalar(statement) is not None


async def prune(session: AsyncSession, before: datetime, abandoned_before: datetime) -> None:
    """Delete ceremonies that expired, and codes that were used, before these times."""
    await session.execute(delete(SpentCeremony).where(SpentCeremony.expires_at < before))
    await session.execute(
        delete(RecoveryCode).where(
            RecoveryCode.used_at.is_not(None), RecoveryCode.used_at < abandoned_before
        )
    )


async def forget_provider(session: AsyncSession, account_id: UUID, provider: str) -> bool:
    """Take a provider away; False when it was not linked."""
    gone = await session.scalars(
        delete(ProviderLink)
        .where(ProviderLink.account_id == account_id, ProviderLink.provider == provider)
        .returning(ProviderLink.id)
    )
    return gone.first() is not None


async def forget_all(session: AsyncSession, account_id: UUID) -> None:
    """Take every factor and every provider away from an account."""
    for kind in (Totp, Passkey, RecoveryCode, ProviderLink):
        await session.execute(delete(kind).where(kind.account_id == account_id))
