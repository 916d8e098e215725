"""Somebody's own notices: listed, counted, marked as read."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.publisher.errors import NoticeNotFound
from kit.contracts.publisher.notices import Locale, Notices, Unread
from kit.errors import Forbidden, Unauthenticated
from kit.pages import BadCursor, decode_cursor, encode_cursor
from publisher_service.actions import wording
from publisher_service.actions.tools import Tools
from publisher_service.queries import notices


def account_of(caller: Caller) -> UUID:
    """Return whose things a caller may see: their own."""
    if caller.kind == "anonymous":
        raise Unauthenticated
    if caller.kind != "person":
        raise Forbidden("Only a person who signed in has notices of their own.")
    return UUID(caller.id)


async def listed(
    session: AsyncSession,
    tools: Tools,
    caller: Caller,
    locale: Locale,
    cursor: str | None,
    limit: int,
    *,
    unread_only: bool,
) -> Notices:
    rows = await notices.of_account(
        session, account_of(caller), before(cursor), limit + 1, unread_only=unread_only
    )
    changed = await tools.templates(session)
    items = [wording.seen(tools, changed, row, locale) for row in rows[:limit]]
    return Notices(items=items, next_cursor=after(items[-1].id) if len(rows) > limit else None)


async def unread(session: AsyncSession, caller: Caller) -> Unread:
    account = account_of(caller)
    return Unread(count=(await notices.unread(session, [account]))[account])


async def read(session: AsyncSession, caller: Caller, notice_id: UUID) -> Unread:
    """Mark one as read; a stranger's is not found."""
    account = account_of(caller)
    found = await notices.notice(session, notice_id)
    if found.account_id != account or not found.is_in_app:
        raise NoticeNotFound
    return await _mark(session, account, notice_id)


async def read_all(session: AsyncSession, caller: Caller) -> Unread:
    return await _mark(session, account_of(caller), None)


async def _mark(session: AsyncSession, account: UUID, notice_id: UUID | None) -> Unread:
    if await notices.mark_read(session, account, clock.now(), notice_id):
        await notices.tell_live(session, [account])
    return Unread(count=(await notices.unread(session, [account]))[account])


def before(cursor: str | None) -> UUID | None:
    """Return the id that a cursor of a list by id holds."""
    if cursor is None:
        return None
    (text,) = decode_cursor(cursor, 1)
    try:
        return UUID(str(text))
    except ValueError as error:
        raise BadCursor from error


def after(last: UUID) -> str:
    return encode_cursor(str(last))
