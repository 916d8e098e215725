"""Studios and their members."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from accounts_service.actions import studios
from accounts_service.endpoints.given import Cursor, Someone, StudiosAdmin, StudiosReader
from kit.contracts.accounts.studios import (
    Member,
    MemberChange,
    Members,
    MyStudios,
    Studio,
    StudioChange,
    StudioNew,
    Studios,
)
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session

router = Router(tags=["studios"])


@router.get("/studios", summary="All studios, newest first: for staff")
async def list_studios(
    caller: StudiosReader,
    session: ReadSession,
    q: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Studios:
    return await studios.studios(session, q, cursor, limit)


@router.post("/studios", status_code=201, summary="Open a studio")
async def open_studio(new: StudioNew, caller: Someone, session: Session) -> Studio:
    return await studios.open_studio(session, caller, new)


@router.get("/me/studios", summary="The studios where one is a member")
async def my_studios(caller: CallerDep, session: ReadSession) -> MyStudios:
    return await studios.mine(session, caller)


@router.get("/accounts/{account_id}/studios", summary="Somebody's studios: services, staff")
async def studios_of(account_id: UUID, caller: Someone, session: ReadSession) -> MyStudios:
    return await studios.of_account(session, caller, account_id)


@router.get("/studios/{studio_id}", summary="One studio: for its members and staff")
async def studio(studio_id: UUID, caller: Someone, session: ReadSession) -> Studio:
    return await studios.studio(session, caller, studio_id)


@router.patch("/studios/{studio_id}", summary="Change what is given")
async def change_studio(
    studio_id: UUID, change: StudioChange, caller: Someone, session: Session
) -> Studio:
    return await studios.change(session, caller, studio_id, change)


@router.delete("/studios/{studio_id}", status_code=204, summary="Close a studio: for staff")
async def close_studio(studio_id: UUID, caller: StudiosAdmin, session: Session) -> None:
    await studios.close(session, caller, studio_id)


@router.get("/studios/{studio_id}/members", summary="Who is in a studio")
async def list_members(
    studio_id: UUID,
    caller: Someone,
    session: ReadSession,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Members:
    return await studios.members(session, caller, studio_id, cursor, limit)


@router.put("/studios/{studio_id}/members/{account_id}", summary="Change what a member is")
async def set_member(
    studio_id: UUID, account_id: UUID, change: MemberChange, caller: Someone, session: Session
) -> Member:
    return await studios.set_member(session, caller, studio_id, account_id, change.role)


@router.delete(
    "/studios/{studio_id}/members/{account_id}",
    status_code=204,
    summary="Take somebody out, or leave",
)
async def remove_member(
    studio_id: UUID, account_id: UUID, caller: Someone, session: Session
) -> None:
    await studios.remove_member(session, caller, studio_id, account_id)
