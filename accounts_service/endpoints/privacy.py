"""Consents, exports, deletion."""

from uuid import UUID

from fastapi import Response

from accounts_service.actions import forgetting
from accounts_service.actions import privacy as actions
from accounts_service.endpoints.given import OriginDep, SessionsDep, ToolsDep
from accounts_service.models import profiles as rows
from kit.auth import ActingReadOnly
from kit.contracts.accounts.profiles import (
    Consent,
    ConsentChange,
    Consents,
    DeletionNew,
    DeletionPlan,
    Export,
    Exports,
    Privacy,
    Purpose,
)
from kit.schema import PersonalData
from kit.web import CallerDep, ReadSession, Router, Session, limited

router = Router(tags=["privacy"])


@router.get("/me/privacy", summary="Everything the privacy page shows")
async def privacy(caller: CallerDep, session: ReadSession) -> Privacy:
    return await actions.privacy(session, caller)


@router.get("/me/consents", summary="What one agreed to")
async def consents(caller: CallerDep, session: ReadSession) -> Consents:
    return await actions.consents(session, caller)


@router.put("/me/consents/{purpose}", response_model=Consent, summary="Agree, or no longer")
async def consent(
    purpose: Purpose, wanted: ConsentChange, caller: CallerDep, session: Session
) -> rows.Consent:
    return await actions.consent(session, caller, purpose, wanted)


@router.get("/me/exports", summary="The copies one asked for")
async def exports(caller: CallerDep, session: ReadSession) -> Exports:
    return await actions.exports(session, caller)


@router.post(
    "/me/exports",
    status_code=202,
    response_model=Export,
    dependencies=[limited("10/hour")],
    summary="Ask for a copy of everything",
)
async def ask_export(caller: CallerDep, session: Session) -> rows.Export:
    return await actions.ask_export(session, caller)


@router.get(
    "/me/exports/{export_id}/archive", response_class=Response, summary="The copy, as a ZIP file"
)
async def archive(export_id: UUID, caller: CallerDep, session: Session) -> Response:
    if caller.actor:  # who acts as somebody may look around, but carries nothing away
        raise ActingReadOnly
    content = await actions.archive(session, caller, export_id)
    return Response(content, media_type="application/zip", headers={"Cache-Control": "no-store"})


@router.post(
    "/me/deletion",
    status_code=202,
    dependencies=[limited("30/minute")],
    summary="Have one's account deleted after the days of grace",
)
async def plan_deletion(
    wanted: DeletionNew, caller: CallerDep, store: SessionsDep, tools: ToolsDep, origin: OriginDep
) -> DeletionPlan:
    return await actions.plan_deletion(store, tools, caller, wanted, origin)


@router.delete("/me/deletion", status_code=204, summary="Stay")
async def take_back_deletion(caller: CallerDep, session: Session) -> None:
    await actions.take_back_deletion(session, caller)


@router.get("/personal-data/{account_id}", summary="What is known of a person; for services only")
async def personal_data(account_id: UUID, caller: CallerDep, session: ReadSession) -> PersonalData:
    return await forgetting.personal_data(session, caller, account_id)
