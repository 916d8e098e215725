"""What is known of a person, for services of the suite."""

from uuid import UUID

from gateway.actions import privacy
from gateway.endpoints.given import Sibling
from kit.schema import PersonalData
from kit.web import ReadSession, Router, Session

router = Router(tags=["privacy"])


@router.get("/personal-data/{account_id}", summary="What is known of a person")
async def personal_data(account_id: UUID, _: Sibling, session: ReadSession) -> PersonalData:
    return await privacy.personal_data(session, account_id)


@router.delete("/personal-data/{account_id}", status_code=204, summary="Forget a person")
async def forget(account_id: UUID, _: Sibling, session: Session) -> None:
    """Events and jobs stay; the account's id in them is replaced."""
    await privacy.forget(session, account_id)
