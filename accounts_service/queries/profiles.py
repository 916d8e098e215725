"""Profiles, and the public ones among them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.people import Account
from accounts_service.models.profiles import AvatarFile, Profile
from accounts_service.rules.profiles import MAKERS
from kit.contracts.accounts import AccountState

SEEN = and_(
    Profile.is_public,
    Account.state == AccountState.active,
    Account.roles.overlap(sorted(MAKERS)),
)


async def profile(session: AsyncSession, account_id: UUID) -> Profile | None:
    return await session.get(Profile, account_id)


async def profile_for_update(session: AsyncSession, account_id: UUID, at: datetime) -> Profile:
    """Return the profile, made if there is none yet."""
    fresh = {
        "account_id": account_id, "bio": "", "links": [], "is_public": False, "updated_at": at,
    }  # fmt: skip
    await session.execute(insert(Profile).values(fresh).on_conflict_do_nothing())
    chosen = select(Profile).where(Profile.account_id == account_id).with_for_update()
    return (await session.scalars(chosen)).one()


async def swap_avatar(
    session: AsyncSession, account_id: UUID, avatar_id: UUID | None, files: dict[int, bytes]
) -> None:
    """Store the files of an avatar in the place of the one before."""
    await session.execute(delete(AvatarFile).where(AvatarFile.account_id == account_id))
    if avatar_id is not None:
        row = {"avatar_id": avatar_id, "account_id": account_id}
        values = [{**row, "width": width, "content": content} for width, content in files.items()]
        await session.execute(insert(AvatarFile), values)


async def avatar(session: AsyncSession, avatar_id: UUID, width: int) -> bytes | None:
    found = await session.get(AvatarFile, (avatar_id, width))
    return found.content if found else None


async def lock_slugs(session: AsyncSession) -> None:
    """Make others who would choose an address wait until this transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('accounts.slugs'))"))


async def taken_slugs(session: AsyncSession, wanted: str, but: UUID) -> set[str]:
    """Return the addresses that begin like this one and belong to others."""
    alike = select(Profile.slug).where(
        or_(Profile.slug == wanted, Profile.slug.startswith(f"{wanted}-", autoescape=True)),
        Profile.account_id != but,
    )
    return {slug for slug in await session.scalars(alike) if slug}


async def maker(session: AsyncSession, ref: str | UUID) -> tuple[Account, Profile] | None:
    named = Profile.account_id == ref if isinstance(ref, UUID) else Profile.slug == ref
    found = (await session.execute(_makers().where(named))).first()
    return (found[0], found[1]) if found else None


async def makers(
    session: AsyncSession, before: UUID | None, limit: int, names: Sequence[str] = ()
) -> list[tuple[Account, Profile]]:
    """Newest accounts first; with `names` those that are called so, in whatever case."""
    chosen = _makers().order_by(Profile.account_id.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(Profile.account_id < before)
    if names:
        chosen = chosen.where(func.lower(Account.name).in_([name.lower() for name in names]))
    return [(row[0], row[1]) for row in await session.execute(chosen)]


def _makers() -> Any:  # noqa: ANN401  (a Select of two rows)
    return select(Account, Profile).join(Profile, Profile.account_id == Account.id).where(SEEN)
