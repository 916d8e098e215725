"""Viewing profiles: made, changed, entered, and left with a PIN where a child watches."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log
from accounts_service.actions.callers import signed_in
from accounts_service.actions.proving import prove
from accounts_service.actions.sessions import access_token, count_tries
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models import profiles as rows
from accounts_service.models.people import Account
from accounts_service.queries import people
from accounts_service.queries import viewing as queries
from accounts_service.rules import claims
from accounts_service.rules import viewing as rules
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts import SignInTooOften, WrongCredentials
from kit.contracts.accounts.profiles import (
    Entered,
    PinChange,
    PinMissing,
    PinNeeded,
    PinTooOften,
    ViewingProfile,
    ViewingProfileChange,
    ViewingProfileNew,
    ViewingProfiles,
    WrongPin,
)
from kit.db import Sessions


async def profiles(session: AsyncSession, caller: Caller) -> ViewingProfiles:
    account, current = await signed_in(session, caller)
    present = await queries.watching(session, current.id)
    found = await queries.profiles(session, account.id)
    return ViewingProfiles(
        items=[ViewingProfile.model_validate(row) for row in found],
        current=present.id if present else None,
        has_pin=await queries.pin_hash(session, account.id) is not None,
    )


async def create(
    session: AsyncSession, caller: Caller, new: ViewingProfileNew
) -> rows.ViewingProfile:
    account = await _grown(session, caller)
    await people.account_for_update(session, account.id)  # two at once must not both be the last
    rules.check_room(len(await queries.profiles(session, account.id)))
    await _check_pin_there(session, account, new.max_age)
    made = rows.ViewingProfile(account_id=account.id, created_at=clock.now(), **new.model_dump())
    session.add(made)
    await session.flush()
    about = {"max_age": new.max_age}
    await log.note(session, caller, "viewing_profile.created", str(made.id), about)
    return made


async def change(
    session: AsyncSession, caller: Caller, profile_id: UUID, wanted: ViewingProfileChange
) -> rows.ViewingProfile:
    account = await _grown(session, caller)
    found = await queries.profile(session, account.id, profile_id, lock=True)
    given = wanted.model_dump(exclude_unset=True)
    await _check_pin_there(session, account, given.get("max_age"))
    for name, value in given.items():
        if value is not None or name == "max_age":
            setattr(found, name, value)
    await log.note(session, caller, "viewing_profile.changed", str(found.id), given)
    return found


async def delete(session: AsyncSession, caller: Caller, profile_id: UUID) -> None:
    account = await _grown(session, caller)
    found = await queries.profile(session, account.id, profile_id, lock=True)
    await session.delete(found)
    await log.note(session, caller, "viewing_profile.deleted", str(profile_id))


async def set_pin(
    sessions: Sessions, tools: Tools, caller: Caller, wanted: PinChange, origin: Origin
) -> None:
    """Choose the PIN; changing it takes the old one, the password, or a fresh sign-in."""
    async with sessions() as session:
        account = await _grown(session, caller)
        is_first = await queries.pin_hash(session, account.id) is None
    if not is_first:
        try:
            await prove(sessions, tools, caller, wanted.proof, origin, by_pin=True)
        except WrongCredentials as error:
            raise WrongPin(error.detail) from error
    hashed = await tools.passwords.hash(wanted.pin)
    async with sessions.begin() as session:
        await _grown(session, caller)
        await queries.set_pin(session, account.id, hashed, clock.now())
        await log.note(session, caller, "viewing_pin.changed", str(account.id))


async def enter(
    sessions: Sessions, tools: Tools, caller: Caller, profile_id: UUID | None, pin: str | None
) -> Entered:
    """Watch as somebody; where more may be seen than now, it takes the PIN."""
    async with sessions.begin() as session:
        stored = await _pin_to_match(session, caller, profile_id, pin)
    if stored is not None and not await tools.passwords.matches(pin or "", stored):
        raise WrongPin
    async with sessions.begin() as session:
        account, current = await signed_in(session, caller)
        found = await queries.profile(session, account.id, profile_id) if profile_id else None
        await queries.watch(session, current.id, profile_id)
        if stored is not None:
            await people.forget_attempts(session, rules.pin_keys(account.id))
        return Entered(
            access_token=await access_token(session, tools, account, current),
            expires_in=claims.LIFE_SECONDS,
            profile=ViewingProfile.model_validate(found) if found else None,
        )


async def _pin_to_match(
    session: AsyncSession, caller: Caller, profile_id: UUID | None, pin: str | None
) -> str | None:
    """Return the hash the PIN must match, None where the way is free; the try is counted."""
    account, current = await signed_in(session, caller)
    wanted = await queries.profile(session, account.id, profile_id) if profile_id else None
    present = await queries.watching(session, current.id)
    if not rules.is_wider(rules.limit(wanted), rules.limit(present)):
        return None
    if pin is None:
        raise PinNeeded
    try:
        await count_tries(session, rules.pin_keys(account.id))
    except SignInTooOften as error:
        raise PinTooOften(**error.extra) from error
    return await queries.pin_hash(session, account.id)


async def _grown(session: AsyncSession, caller: Caller) -> Account:
    account, current = await signed_in(session, caller)
    rules.check_grown(await queries.watching(session, current.id))
    return account


async def _check_pin_there(session: AsyncSession, account: Account, max_age: int | None) -> None:
    if max_age is not None and await queries.pin_hash(session, account.id) is None:
        raise PinMissing
