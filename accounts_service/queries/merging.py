"""What an account holds here becomes another's, when the two turn out to be one person's."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.profiles import (
    AvatarFile,
    Consent,
    Profile,
    ViewingPin,
    ViewingProfile,
    Watching,
)
from accounts_service.models.programs import ApiClient
from accounts_service.models.studios import Merge


async def was_merged(session: AsyncSession, *account_ids: UUID) -> bool:
    """Say whether one of them was merged into another before."""
    statement = select(Merge.id).where(Merge.from_id.in_(account_ids)).limit(1)
    return await session.scalar(statement) is not None


async def is_merged_into(session: AsyncSession, from_id: UUID, into_id: UUID) -> bool:
    statement = select(Merge.id).where(Merge.from_id == from_id, Merge.into_id == into_id)
    return await session.scalar(statement) is not None


async def give_clients(session: AsyncSession, from_id: UUID, into_id: UUID) -> None:
    await session.execute(
        update(ApiClient).where(ApiClient.owner_id == from_id).values(owner_id=into_id)
    )


async def give_consents(session: AsyncSession, from_id: UUID, into_id: UUID) -> None:
    """Every word stays, with its time; so the last one counts, wherever it was said."""
    await session.execute(
        update(Consent).where(Consent.account_id == from_id).values(account_id=into_id)
    )


async def give_viewers(session: AsyncSession, from_id: UUID, into_id: UUID) -> None:
    """Give who watches on an account, and the PIN unless the other has one."""
    theirs = select(ViewingProfile.id).where(ViewingProfile.account_id == from_id)
    await session.execute(delete(Watching).where(Watching.profile_id.in_(theirs)))
    await session.execute(
        update(ViewingProfile)
        .where(ViewingProfile.account_id == from_id)
        .values(account_id=into_id)
    )
    has_one = exists().where(ViewingPin.account_id == into_id)
    pin = await session.get(ViewingPin, from_id, with_for_update=True)
    if pin is not None and not await session.scalar(select(has_one)):
        new = ViewingPin(account_id=into_id, pin_hash=pin.pin_hash, changed_at=pin.changed_at)
        session.add(new)
    if pin is not None:
        await session.delete(pin)


async def give_profile(session: AsyncSession, from_id: UUID, into_id: UUID, at: datetime) -> None:
    """Fill what the other has not said of themselves; what they have stays."""
    theirs = await session.get(Profile, from_id, with_for_update=True)
    if theirs is None:
        return
    kept = await session.get(Profile, into_id, with_for_update=True)
    if kept is None:
        kept = Profile(account_id=into_id, is_public=theirs.is_public, updated_at=at)
        session.add(kept)
    slug, theirs.slug = theirs.slug, None
    await session.flush()  # an address is one page's: it is free before it is taken
    kept.slug = kept.slug or slug
    for name in ("language", "country", "bio", "links"):
        setattr(kept, name, getattr(kept, name) or getattr(theirs, name))
    if kept.avatar_id is None and theirs.avatar_id is not None:
        kept.avatar_id, theirs.avatar_id = theirs.avatar_id, None
        moved = update(AvatarFile).where(AvatarFile.account_id == from_id)
        await session.execute(moved.values(account_id=into_id))
    kept.updated_at = at
    await session.delete(theirs)
