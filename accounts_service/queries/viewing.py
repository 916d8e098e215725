"""Who watches on an account, and in which session."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.profiles import ViewingPin, ViewingProfile, Watching
from kit.contracts.accounts.profiles import ViewingProfileNotFound


async def profiles(session: AsyncSession, account_id: UUID) -> Sequence[ViewingProfile]:
    chosen = select(ViewingProfile).where(ViewingProfile.account_id == account_id)
    return (await session.scalars(chosen.order_by(ViewingProfile.id))).all()


async def profile(
    session: AsyncSession, account_id: UUID, profile_id: UUID, *, lock: bool = False
) -> ViewingProfile:
    """Return a profile of this account; others' do not exist."""
    found = await session.get(ViewingProfile, profile_id, with_for_update=lock)
    if found is None or found.account_id != account_id:
        raise ViewingProfileNotFound
    return found


async def watching(session: AsyncSession, session_id: UUID) -> ViewingProfile | None:
    """Return who watches in a session; None: the account itself."""
    chosen = select(ViewingProfile).join(Watching, Watching.profile_id == ViewingProfile.id)
    return await session.scalar(chosen.where(Watching.session_id == session_id))


async def watch(session: AsyncSession, session_id: UUID, profile_id: UUID | None) -> None:
    if profile_id is None:
        await session.execute(delete(Watching).where(Watching.session_id == session_id))
        return
    row = insert(Watching).values(session_id=session_id, profile_id=profile_id)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["session_id"], set_={"profile_id": row.excluded.profile_id}
        )
    )


async def pin_hash(session: AsyncSession, account_id: UUID) -> str | None:
    found = await session.get(ViewingPin, account_id)
    return found.pin_hash if found else None


async def set_pin(session: AsyncSession, account_id: UUID, hashed: str, at: datetime) -> None:
    row = insert(ViewingPin).values(account_id=account_id, pin_hash=hashed, changed_at=at)
    changed = {"pin_hash": row.excluded.pin_hash, "changed_at": row.excluded.changed_at}
    await session.execute(row.on_conflict_do_update(index_elements=["account_id"], set_=changed))
