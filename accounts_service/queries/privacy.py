"""Consents, exports, planned deletions, and all that is known of a person here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from accounts_service.models.factors import Passkey
from accounts_service.models.identity import KnownDevice
from accounts_service.models.people import Account, UserSession
from accounts_service.models.profiles import Consent, Deletion, Export, Profile, ViewingProfile
from accounts_service.models.programs import AuditEntry
from accounts_service.models.studios import StudioMember
from kit.contracts.accounts.profiles import ExportNotFound

Column = InstrumentedAttribute[Any]
# What the person gets to read: no hashes and no keys.
PARTS: dict[str, tuple[Column, tuple[Column, ...]]] = {
    "account": (
        Account.id,
        (Account.id, Account.email, Account.email_verified_at, Account.name, Account.locale,
         Account.roles, Account.state, Account.created_at, Account.last_sign_in_at),
    ),
    "profile": (
        Profile.account_id,
        (Profile.language, Profile.country, Profile.bio, Profile.links, Profile.slug,
         Profile.is_public, Profile.updated_at),
    ),
    "viewing_profiles": (
        ViewingProfile.account_id,
        (ViewingProfile.name, ViewingProfile.max_age, ViewingProfile.colour,
         ViewingProfile.created_at),
    ),
    "sessions": (
        UserSession.account_id,
        (UserSession.created_at, UserSession.rotated_at, UserSession.ended_at,
         UserSession.ended_why, UserSession.address, UserSession.device),
    ),
    "devices": (KnownDevice.account_id, (KnownDevice.first_at, KnownDevice.last_at)),
    "passkeys": (Passkey.account_id, (Passkey.name, Passkey.created_at, Passkey.last_used_at)),
    "studios": (
        StudioMember.account_id, (StudioMember.studio_id, StudioMember.role, StudioMember.joined_at)
    ),
    "consents": (
        Consent.account_id, (Consent.purpose, Consent.granted, Consent.version, Consent.at)
    ),
}  # fmt: skip
MOST_ENTRIES = 10_000


async def consents(session: AsyncSession, account_id: UUID) -> Sequence[Consent]:
    """Newest first."""
    chosen = select(Consent).where(Consent.account_id == account_id)
    return (await session.scalars(chosen.order_by(Consent.at.desc(), Consent.id.desc()))).all()


async def exports(session: AsyncSession, account_id: UUID) -> Sequence[Export]:
    """Newest first, the last twenty."""
    chosen = select(Export).where(Export.account_id == account_id)
    return (await session.scalars(chosen.order_by(Export.id.desc()).limit(20))).all()


async def export(session: AsyncSession, export_id: UUID) -> Export | None:
    return await session.get(Export, export_id)


async def archive(session: AsyncSession, account_id: UUID, export_id: UUID, at: datetime) -> bytes:
    """Return the file of one's own export that has not expired."""
    chosen = select(Export.content).where(
        Export.id == export_id, Export.account_id == account_id, Export.expires_at > at
    )
    found = await session.scalar(chosen)
    if found is None:
        raise ExportNotFound
    return found


async def expire_exports(session: AsyncSession, at: datetime) -> None:
    await session.execute(
        update(Export)
        .where(Export.state == "ready", Export.expires_at <= at)
        .values(state="expired", content=None)
    )


async def deletion(
    session: AsyncSession, account_id: UUID, *, lock: bool = False
) -> Deletion | None:
    return await session.get(Deletion, account_id, with_for_update=lock)


async def due_deletions(session: AsyncSession, at: datetime) -> Sequence[UUID]:
    chosen = select(Deletion.account_id).where(Deletion.due_at <= at)
    return (await session.scalars(chosen.limit(1000))).all()


async def delete_account(session: AsyncSession, account_id: UUID) -> None:
    """Delete the account with all its rows; the log keeps ids and deeds, and forgets the rest."""
    await session.execute(text("SELECT set_config('accounts.forgetting', 'on', true)"))
    theirs, about = AuditEntry.actor_id == str(account_id), AuditEntry.target == str(account_id)
    await session.execute(update(AuditEntry).where(theirs).values(actor_name="", details={}))
    await session.execute(update(AuditEntry).where(about).values(details={}))
    await session.execute(text("SELECT set_config('accounts.forgetting', 'off', true)"))
    await session.execute(delete(Account).where(Account.id == account_id))
    await session.execute(delete(Deletion).where(Deletion.account_id == account_id))


async def everything(session: AsyncSession, account_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return all that is known of a person here, in parts."""
    parts = {
        name: await _rows(session, columns, whose == account_id)
        for name, (whose, columns) in PARTS.items()
    }
    about = or_(AuditEntry.actor_id == str(account_id), AuditEntry.target == str(account_id))
    deeds = (AuditEntry.at, AuditEntry.service, AuditEntry.actor_name, AuditEntry.action,
             AuditEntry.target, AuditEntry.details)  # fmt: skip
    return {**parts, "log": await _rows(session, deeds, about)}


async def _rows(
    session: AsyncSession, columns: Sequence[Column], where: ColumnElement[bool]
) -> list[dict[str, Any]]:
    found = await session.execute(select(*columns).where(where).limit(MOST_ENTRIES))
    return [dict(row) for row in found.mappings()]
