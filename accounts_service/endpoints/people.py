"""Signing in and out, one's own account, everybody's accounts, setup links."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from accounts_service.actions import people, sessions, setup, watching
from accounts_service.endpoints.given import (
    SURE,
    Cursor,
    OriginDep,
    PeopleAdmin,
    SessionsDep,
    ToolsDep,
)
from accounts_service.models import people as models
from kit.contracts.accounts import (
    Account,
    AccountChange,
    Accounts,
    PasswordChange,
    Refresh,
    Setup,
    SetupLink,
    SetupLinkNew,
    SignedIn,
    SignIn,
)
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session, limited

router = Router(tags=["people"])
NOT_STORED = "no-store"


@router.post("/sessions", status_code=201, dependencies=[limited("60/minute")])
async def sign_in(
    new: SignIn, store: SessionsDep, tools: ToolsDep, origin: OriginDep, response: Response
) -> SignedIn:
    response.headers["Cache-Control"] = NOT_STORED
    return await sessions.sign_in(store, tools, new, origin)


@router.post("/sessions/refresh", dependencies=[limited("300/minute")])
async def refresh(
    body: Refresh, store: SessionsDep, tools: ToolsDep, response: Response
) -> SignedIn:
    response.headers["Cache-Control"] = NOT_STORED
    return await sessions.refresh(store, tools, body.refresh_token)


@router.delete("/sessions/current", status_code=204)
async def sign_out(caller: CallerDep, session: Session) -> None:
    await sessions.sign_out(session, caller)


@router.delete("/sessions", status_code=204)
async def sign_out_everywhere(caller: CallerDep, session: Session) -> None:
    await sessions.sign_out_everywhere(session, caller)


@router.get("/me", response_model=Account)
async def me(caller: CallerDep, session: ReadSession) -> models.Account:
    return await people.me(session, caller)


@router.post("/me/password", dependencies=[limited("30/minute")])
async def change_password(
    change: PasswordChange,
    caller: CallerDep,
    store: SessionsDep,
    tools: ToolsDep,
    origin: OriginDep,
) -> SignedIn:
    return await people.change_password(store, tools, caller, change, origin)


@router.get("/accounts")
async def accounts(
    caller: PeopleAdmin,
    session: Session,
    q: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Accounts:
    found = await people.accounts(session, q, cursor, limit)
    await watching.searched(session, caller, q, len(found.items))
    return found


@router.patch("/accounts/{account_id}", response_model=Account, dependencies=[SURE])
async def change_account(
    account_id: UUID, change: AccountChange, caller: PeopleAdmin, session: Session
) -> models.Account:
    return await people.change(session, caller, account_id, change)


@router.post("/setup-links", status_code=201, dependencies=[SURE])
async def make_setup_link(
    new: SetupLinkNew, caller: PeopleAdmin, session: Session, tools: ToolsDep
) -> SetupLink:
    return await setup.make_link(session, tools, caller, new)


@router.post("/setup", status_code=201, dependencies=[limited("20/minute")])
async def set_up(
    body: Setup, store: SessionsDep, tools: ToolsDep, origin: OriginDep, response: Response
) -> SignedIn:
    response.headers["Cache-Control"] = NOT_STORED
    return await setup.set_up(store, tools, body, origin)
