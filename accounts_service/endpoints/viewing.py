"""Viewing profiles: who watches on an account."""

from typing import Literal
from uuid import UUID

from fastapi import Response

from accounts_service.actions import viewing as actions
from accounts_service.endpoints.given import OriginDep, SessionsDep, ToolsDep
from accounts_service.models import profiles as rows
from kit.contracts.accounts.profiles import (
    Entered,
    Entry,
    PinChange,
    ViewingProfile,
    ViewingProfileChange,
    ViewingProfileNew,
    ViewingProfiles,
)
from kit.web import CallerDep, ReadSession, Router, Session, limited

router = Router(tags=["viewing profiles"])


@router.get("/me/viewing-profiles", summary="Who watches on one's account")
async def profiles(caller: CallerDep, session: ReadSession) -> ViewingProfiles:
    return await actions.profiles(session, caller)


@router.post(
    "/me/viewing-profiles", status_code=201, response_model=ViewingProfile, summary="Add somebody"
)
async def create(
    new: ViewingProfileNew, caller: CallerDep, session: Session
) -> rows.ViewingProfile:
    """Take at most six; one with an age limit needs a PIN to be chosen first."""
    return await actions.create(session, caller, new)


@router.patch("/me/viewing-profiles/{profile_id}", response_model=ViewingProfile)
async def change(
    profile_id: UUID, wanted: ViewingProfileChange, caller: CallerDep, session: Session
) -> rows.ViewingProfile:
    return await actions.change(session, caller, profile_id, wanted)


@router.delete("/me/viewing-profiles/{profile_id}", status_code=204)
async def delete(profile_id: UUID, caller: CallerDep, session: Session) -> None:
    await actions.delete(session, caller, profile_id)


@router.put(
    "/me/viewing-pin",
    status_code=204,
    dependencies=[limited("30/minute")],
    summary="Choose the PIN that opens the way out of a profile with an age limit",
)
async def set_pin(
    wanted: PinChange, caller: CallerDep, store: SessionsDep, tools: ToolsDep, origin: OriginDep
) -> None:
    await actions.set_pin(store, tools, caller, wanted, origin)


@router.post(
    "/me/viewing-profiles/{profile_id}/entry",
    dependencies=[limited("60/minute")],
    summary="Watch as somebody; `none`: as the account itself",
)
async def enter(
    profile_id: UUID | Literal["none"],
    entry: Entry,
    caller: CallerDep,
    store: SessionsDep,
    tools: ToolsDep,
    response: Response,
) -> Entered:
    response.headers["Cache-Control"] = "no-store"
    wanted = None if profile_id == "none" else profile_id
    return await actions.enter(store, tools, caller, wanted, entry.pin)
