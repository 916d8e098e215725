"""All that is kept about one account: handed out, and forgotten."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.contracts.publisher.wishes import PersonalData
from kit.errors import Forbidden
from publisher_service.queries import follows, handing, people, privacy


def check_service(caller: Caller) -> None:
    """Raise Forbidden unless a service of the suite asks for itself."""
    if caller.kind != "service":
        raise Forbidden("Only services of the suite may do this.")


async def personal_data(session: AsyncSession, account_id: UUID) -> PersonalData:
    sections: dict[str, Any] = await privacy.everything(session, account_id)
    return PersonalData(service="publisher_service", sections=sections)


async def forget(session: AsyncSession, account_id: UUID) -> None:
    """Delete it; what is on its way is not sent any more. Doing it again changes nothing."""
    await people.forget(session, account_id)
    await follows.forget(session, account_id)
    await privacy.forget(session, account_id)


async def hand_over(session: AsyncSession, account_id: UUID, into_id: UUID) -> None:
    """Give all of one account to another, when the two are merged; twice is once."""
    if account_id != into_id:
        await handing.hand_over(session, account_id, into_id)
