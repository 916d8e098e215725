"""Signing up, links in mails, one's sessions, and whom to write to."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from accounts_service.actions import contacts, devices, links, signing_up, using_links
from accounts_service.endpoints.given import OriginDep, SessionsDep, ToolsDep
from kit.contracts.accounts import SignedIn
from kit.contracts.accounts.identity import (
    MOST_CONTACTS,
    Contacts,
    EmailChange,
    LinkNew,
    LinkSeen,
    LinkShown,
    LinkUse,
    LinkUsed,
    SignUp,
    UserSessions,
)
from kit.web import CallerDep, ReadSession, Router, Session, limited

router = Router(tags=["identity"])
NOT_STORED = "no-store"


@router.post("/accounts", status_code=201, dependencies=[limited("20/hour")])
async def sign_up(
    new: SignUp, store: SessionsDep, tools: ToolsDep, origin: OriginDep, response: Response
) -> SignedIn:
    response.headers["Cache-Control"] = NOT_STORED
    return await signing_up.sign_up(store, tools, new, origin)


@router.post("/links", status_code=202, dependencies=[limited("20/hour")])
async def ask_link(new: LinkNew, session: Session) -> None:
    await links.ask_link(session, new)


@router.post("/links/look", dependencies=[limited("120/minute")])
async def look_at_link(body: LinkShown, session: ReadSession, response: Response) -> LinkSeen:
    response.headers["Cache-Control"] = NOT_STORED
    return await using_links.look(session, body.token)


@router.post("/links/use", dependencies=[limited("30/minute")])
async def use_link(
    body: LinkUse, store: SessionsDep, tools: ToolsDep, origin: OriginDep, response: Response
) -> LinkUsed:
    response.headers["Cache-Control"] = NOT_STORED
    return await using_links.use(store, tools, body, origin)


@router.post("/me/verification", status_code=202, dependencies=[limited("20/hour")])
async def ask_verification(caller: CallerDep, session: Session) -> None:
    await signing_up.ask_verification(session, caller)


@router.post("/me/email", status_code=202, dependencies=[limited("20/hour")])
async def change_email(change: EmailChange, caller: CallerDep, session: Session) -> None:
    await signing_up.change_email(session, caller, change)


@router.get("/me/sessions")
async def my_sessions(caller: CallerDep, session: ReadSession, tools: ToolsDep) -> UserSessions:
    return await devices.sessions(session, tools, caller)


@router.delete("/me/sessions/{session_id}", status_code=204)
async def end_session(session_id: UUID, caller: CallerDep, session: Session) -> None:
    await devices.end(session, caller, session_id)


@router.delete("/me/sessions", status_code=204)
async def end_other_sessions(caller: CallerDep, session: Session) -> None:
    await devices.end_others(session, caller)


@router.get("/contacts")
async def list_contacts(
    ids: Annotated[list[UUID], Query(max_length=MOST_CONTACTS)],
    caller: CallerDep,
    session: ReadSession,
) -> Contacts:
    return await contacts.contacts(session, caller, ids)
