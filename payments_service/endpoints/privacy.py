"""What is known of one account, for the other services: told, forgotten, handed over."""

from uuid import UUID

from fastapi import Response

from kit.contracts.payments.privacy import Heir
from kit.schema import PersonalData
from kit.web import CallerDep, ReadSession, Router, Session
from payments_service.actions import privacy

router = Router(tags=["privacy"])


@router.get("/personal-data/{account_id}", summary="All that is kept about an account")
async def personal_data(account_id: UUID, caller: CallerDep, session: ReadSession) -> PersonalData:
    privacy.check_service(caller)
    return await privacy.personal_data(session, account_id)


@router.delete("/personal-data/{account_id}", status_code=204, summary="Forget an account")
async def forget_person(account_id: UUID, caller: CallerDep, session: Session) -> Response:
    privacy.check_service(caller)
    await privacy.forget(session, account_id)
    return Response(status_code=204)


@router.put("/personal-data/{account_id}/account", status_code=204, summary="Hand it all over")
async def hand_over(account_id: UUID, heir: Heir, caller: CallerDep, session: Session) -> Response:
    privacy.check_service(caller)
    await privacy.hand_over(session, account_id, heir.account_id)
    return Response(status_code=204)
