"""What the gateway knows of a person: handed out, and made anonymous."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.queries import privacy
from kit.schema import PersonalData


async def personal_data(session: AsyncSession, account_id: UUID) -> PersonalData:
    events = [
        {"name": event.name, "at": event.at, "source": event.source, "payload": event.payload}
        for event in await privacy.events_naming(session, account_id)
    ]
    jobs = [
        {"pipeline": job.pipeline, "subject": job.subject, "at": job.created_at,
         "arguments": job.arguments, "facts": job.facts}
        for job in await privacy.jobs_naming(session, account_id)
    ]  # fmt: skip
    return PersonalData(service="gateway", parts={"events": events, "jobs": jobs})


async def forget(session: AsyncSession, account_id: UUID) -> None:
    """Keep what was done, and forget by whom; doing it twice is doing it once."""
    await privacy.forget(session, account_id)
