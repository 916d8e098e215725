"""Invitations: made and withdrawn by staff and producers, looked at and accepted by guests."""

from uuid import UUID

from fastapi import Response

from accounts_service.actions import invitations
from accounts_service.endpoints.given import SURE, Cursor, OriginDep, SessionsDep, Someone, ToolsDep
from accounts_service.models import people as models
from kit.contracts.accounts import Account, SignedIn
from kit.contracts.accounts.studios import (
    InvitationAccount,
    InvitationMade,
    InvitationNew,
    Invitations,
    InvitationSeen,
    InvitationState,
    InvitationToken,
)
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session, limited

router = Router(tags=["invitations"])


@router.post(
    "/invitations",
    status_code=201,
    summary="Invite somebody, by mail or by hand",
    dependencies=[SURE],
)
async def invite(
    new: InvitationNew, caller: Someone, session: Session, tools: ToolsDep, response: Response
) -> InvitationMade:
    response.headers["Cache-Control"] = "no-store"
    return await invitations.invite(session, tools, caller, new)


@router.get("/invitations", summary="Invitations, newest first")
async def list_invitations(
    caller: Someone,
    session: ReadSession,
    state: InvitationState | None = None,
    studio_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Invitations:
    chosen = (state, studio_id)
    return await invitations.invitations(session, caller, chosen, cursor, limit)


@router.delete("/invitations/{invitation_id}", status_code=204, summary="Withdraw an invitation")
async def withdraw(invitation_id: UUID, caller: Someone, session: Session) -> None:
    await invitations.withdraw(session, caller, invitation_id)


@router.post(
    "/invitations/look",
    dependencies=[limited("60/minute")],
    summary="What an invitation promises",
)
async def look(body: InvitationToken, session: ReadSession) -> InvitationSeen:
    return await invitations.look(session, body.token)


@router.post(
    "/invitations/acceptance",
    response_model=Account,
    dependencies=[limited("60/minute")],
    summary="Accept, as who is signed in",
)
async def accept(body: InvitationToken, caller: CallerDep, session: Session) -> models.Account:
    return await invitations.accept(session, caller, body.token)


@router.post(
    "/invitations/account",
    status_code=201,
    dependencies=[limited("20/minute")],
    summary="Accept, and become someone",
)
async def accept_as_new(
    new: InvitationAccount,
    store: SessionsDep,
    tools: ToolsDep,
    origin: OriginDep,
    response: Response,
) -> SignedIn:
    response.headers["Cache-Control"] = "no-store"
    return await invitations.accept_as_new(store, tools, new, origin)
