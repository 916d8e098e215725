"""Lists, a page at a time."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.queries import jobs as job_queries
from gateway.queries import letters as letter_queries
from kit.contracts.gateway import DeadLetter, DeadLetters, JobQuery, Jobs, JobSummary
from kit.pages import BadCursor, decode_cursor, encode_cursor


async def jobs(session: AsyncSession, chosen: JobQuery, cursor: str | None, limit: int) -> Jobs:
    found = await job_queries.jobs(session, chosen, _before(cursor), limit + 1)
    items = [JobSummary.model_validate(job) for job in found[:limit]]
    return Jobs(items=items, next_cursor=_next(items[-1].id) if len(found) > limit else None)


async def letters(
    session: AsyncSession, cursor: str | None, limit: int, *, waiting_only: bool
) -> DeadLetters:
    found = await letter_queries.letters(
        session, waiting_only=waiting_only, before=_before(cursor), limit=limit + 1
    )
    items = [DeadLetter.model_validate(letter) for letter in found[:limit]]
    return DeadLetters(items=items, next_cursor=_next(items[-1].id) if len(found) > limit else None)


def _next(last: UUID) -> str:
    return encode_cursor(str(last))


def _before(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(str(decode_cursor(cursor, 1)[0]))
    except ValueError as error:
        raise BadCursor from error
