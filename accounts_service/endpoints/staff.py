"""What staff does with people: looked up, suspended, merged, acted as."""

from uuid import UUID

from fastapi import Response

from accounts_service.actions import acting, devices, merging, people, watching
from accounts_service.endpoints.given import (
    Cursor,
    OriginDep,
    PeopleActor,
    PeopleAdmin,
    Someone,
    ToolsDep,
)
from accounts_service.models import people as models
from kit.contracts.accounts import Account, AccountChange, AccountState
from kit.contracts.accounts.identity import UserSessions
from kit.contracts.accounts.studios import (
    Accesses,
    Acting,
    ActingNew,
    Actings,
    ActingStarted,
    ActingToken,
    InvitationToken,
    MergeNew,
    SuspensionNew,
)
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session, limited, while_acting

router = Router(tags=["staff"])


@router.get("/accounts/{account_id}", response_model=Account, summary="One person: logged")
async def account(account_id: UUID, caller: PeopleAdmin, session: Session) -> models.Account:
    return await watching.account(session, caller, account_id)


@router.get("/me/accesses", summary="Who looked at one's own data")
async def accesses(
    caller: CallerDep, session: ReadSession, cursor: Cursor = None, limit: Limit = 50
) -> Accesses:
    return await watching.accesses(session, caller, cursor, limit)


@router.put("/accounts/{account_id}/suspension", response_model=Account, summary="Suspend somebody")
async def suspend(
    account_id: UUID, new: SuspensionNew, caller: PeopleAdmin, session: Session
) -> models.Account:
    change = AccountChange(state=AccountState.suspended)
    return await people.change(session, caller, account_id, change, new.why)


@router.delete(
    "/accounts/{account_id}/suspension", response_model=Account, summary="Lift a suspension"
)
async def lift_suspension(
    account_id: UUID, caller: PeopleAdmin, session: Session
) -> models.Account:
    return await people.change(
        session, caller, account_id, AccountChange(state=AccountState.active)
    )


@router.get("/accounts/{account_id}/sessions", summary="Where somebody is signed in: logged")
async def sessions_of(
    account_id: UUID, caller: PeopleAdmin, session: Session, tools: ToolsDep
) -> UserSessions:
    return await devices.sessions_of(session, tools, caller, account_id)


@router.delete("/accounts/{account_id}/sessions", status_code=204, summary="Sign somebody out")
async def end_sessions(account_id: UUID, caller: PeopleAdmin, session: Session) -> None:
    await devices.end_of(session, caller, account_id, None)


@router.delete(
    "/accounts/{account_id}/sessions/{session_id}",
    status_code=204,
    summary="Sign somebody out of one session",
)
async def end_session(
    account_id: UUID, session_id: UUID, caller: PeopleAdmin, session: Session
) -> None:
    await devices.end_of(session, caller, account_id, session_id)


@router.post(
    "/accounts/{account_id}/merges",
    response_model=Account,
    summary="Make another account part of this one, for good",
)
async def merge(
    account_id: UUID, new: MergeNew, caller: PeopleAdmin, session: Session
) -> models.Account:
    return await merging.merge(session, caller, account_id, new)


@router.post("/accounts/{account_id}/acting", status_code=201, summary="Act as a viewer, visibly")
async def act_as(
    account_id: UUID,
    new: ActingNew,
    caller: PeopleActor,
    session: Session,
    tools: ToolsDep,
    response: Response,
) -> ActingStarted:
    response.headers["Cache-Control"] = "no-store"
    return await acting.start(session, tools, caller, account_id, new)


@router.get("/accounts/{account_id}/acting", summary="Who has acted as somebody")
async def actings(
    account_id: UUID,
    caller: Someone,
    session: ReadSession,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Actings:
    return await acting.actings(session, caller, account_id, cursor, limit)


@router.post(
    "/acting/use", dependencies=[limited("60/minute")], summary="A token for the one-time link"
)
async def use_acting(
    body: InvitationToken, session: Session, tools: ToolsDep, origin: OriginDep, response: Response
) -> ActingToken:
    response.headers["Cache-Control"] = "no-store"
    return await acting.use(session, tools, body.token, origin)


@router.get("/acting/current", summary="Who acts with this token")
async def current_acting(caller: CallerDep, session: ReadSession) -> Acting:
    return await acting.current(session, caller)


@router.delete("/acting/current", status_code=204, summary="Stop acting, with its own token")
@while_acting
async def stop_acting(caller: CallerDep, session: Session) -> None:
    await acting.stop(session, caller)
