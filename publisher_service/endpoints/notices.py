"""Notices in, and people's own centre."""

from uuid import UUID

from kit.contracts.publisher.notices import Locale, NoticeNew, Notices, NoticeTaken, Unread
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session
from publisher_service.actions import reading, telling
from publisher_service.endpoints.given import ToolsDep, Writer

router = Router(tags=["notices"])


@router.post("/notify", status_code=202, summary="Tell somebody something; its id counts once")
async def notify(new: NoticeNew, caller: Writer, session: Session) -> NoticeTaken:
    return await telling.take(session, new)


@router.get("/notices", summary="My notices, newest first")
async def list_notices(
    caller: CallerDep,
    session: ReadSession,
    tools: ToolsDep,
    locale: Locale = "fr",
    unread_only: bool = False,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Notices:
    return await reading.listed(
        session, tools, caller, locale, cursor, limit, unread_only=unread_only
    )


@router.get("/notices/unread", summary="How many I have not read")
async def unread(caller: CallerDep, session: ReadSession) -> Unread:
    return await reading.unread(session, caller)


@router.post("/notices/readings", summary="Mark all of mine as read")
async def read_all(caller: CallerDep, session: Session) -> Unread:
    return await reading.read_all(session, caller)


@router.post("/notices/{notice_id}/reading", summary="Mark one of mine as read")
async def read(notice_id: UUID, caller: CallerDep, session: Session) -> Unread:
    return await reading.read(session, caller, notice_id)
