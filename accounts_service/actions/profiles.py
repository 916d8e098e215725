"""One's own profile, and the public pages of makers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log
from accounts_service.actions.callers import signed_in
from accounts_service.actions.people import place
from accounts_service.models import people as models
from accounts_service.models import profiles as rows
from accounts_service.providers.avatars import squared
from accounts_service.queries import people, viewing
from accounts_service.queries import profiles as queries
from accounts_service.rules import profiles as rules
from accounts_service.rules.viewing import check_grown
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts.profiles import (
    AvatarNotFound,
    Maker,
    MakerNotFound,
    Makers,
    Profile,
    ProfileChange,
    ProfileSlugTaken,
)
from kit.db import Sessions, new_id
from kit.pages import encode_cursor

EMPTIABLE = frozenset({"language", "country"})


async def profile(session: AsyncSession, caller: Caller) -> Profile:
    account, _ = await signed_in(session, caller)
    return rules.shown(account, await queries.profile(session, account.id))


async def change(session: AsyncSession, caller: Caller, wanted: ProfileChange) -> Profile:
    known, current = await signed_in(session, caller)
    check_grown(await viewing.watching(session, current.id))
    account = await people.account_for_update(session, known.id)
    row = await queries.profile_for_update(session, account.id, clock.now())
    given = _given(wanted)
    rules.check_public(account, is_public=given.get("is_public"))
    account.name = given.pop("name", account.name)
    await _take_slug(session, account, row, given)
    for name, value in given.items():
        setattr(row, name, value)
    row.updated_at = clock.now()
    await log.note(session, caller, "profile.changed", str(account.id), {"changed": sorted(given)})
    return rules.shown(account, row)


async def set_avatar(sessions: Sessions, caller: Caller, content: bytes) -> Profile:
    """Put a picture; no connection is held while it is made smaller."""
    async with sessions() as session:
        await signed_in(session, caller)
    files = await squared(content)
    async with sessions.begin() as session:
        return await _swap_avatar(session, caller, files)


async def delete_avatar(session: AsyncSession, caller: Caller) -> Profile:
    return await _swap_avatar(session, caller, {})


async def avatar(session: AsyncSession, avatar_id: UUID, width: int) -> bytes:
    found = await queries.avatar(session, avatar_id, width)
    if found is None:
        raise AvatarNotFound
    return found


async def maker(session: AsyncSession, ref: str) -> Maker:
    found = await queries.maker(session, _as_id(ref) or ref)
    if found is None:
        raise MakerNotFound
    return _maker(*found)


async def makers(
    session: AsyncSession, cursor: str | None, limit: int, names: Sequence[str] = ()
) -> Makers:
    found = await queries.makers(session, place(cursor), limit + 1, names)
    items = [_maker(*row) for row in found[:limit]]
    after = encode_cursor(str(items[-1].id)) if len(found) > limit else None
    return Makers(items=items, next_cursor=after)


def _given(wanted: ProfileChange) -> dict[str, Any]:
    """Return the fields that were sent; null empties what may be empty, else changes nothing."""
    values = wanted.model_dump(mode="json", exclude_unset=True)
    return {name: value for name, value in values.items() if value is not None or name in EMPTIABLE}


async def _take_slug(
    session: AsyncSession, account: models.Account, row: rows.Profile, given: dict[str, Any]
) -> None:
    """Give a public page the address that was asked for, or one made from the name."""
    asked = given.get("slug")
    if not asked and (row.slug or not given.get("is_public")):
        return
    await queries.lock_slugs(session)
    wanted = asked or rules.slug(account.name)
    taken = await queries.taken_slugs(session, wanted, account.id)
    if asked and asked in taken:
        raise ProfileSlugTaken(slug=asked)
    given["slug"] = rules.free_slug(wanted, taken)


async def _swap_avatar(session: AsyncSession, caller: Caller, files: dict[int, bytes]) -> Profile:
    account, current = await signed_in(session, caller)
    check_grown(await viewing.watching(session, current.id))
    row = await queries.profile_for_update(session, account.id, clock.now())
    row.avatar_id, row.updated_at = new_id() if files else None, clock.now()
    await queries.swap_avatar(session, account.id, row.avatar_id, files)
    about = {"avatar": str(row.avatar_id) if row.avatar_id else None}
    await log.note(session, caller, "profile.avatar", str(account.id), about)
    return rules.shown(account, row)


def _maker(account: models.Account, profile: rows.Profile) -> Maker:
    return Maker.model_validate({
        "id": account.id,
        "slug": profile.slug,
        "name": account.name,
        "avatar": rules.avatar(profile.avatar_id),
        "country": profile.country,
        "bio": profile.bio,
        "links": profile.links,
        "roles": sorted(rules.MAKERS.intersection(account.roles)),
    })  # fmt: skip


def _as_id(ref: str) -> UUID | None:
    try:
        return UUID(ref) if len(ref) == 36 else None
    except ValueError:
        return None
