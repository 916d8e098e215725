"""What one was told: the list, what is unread, live; and how one wants to be told."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import Notice
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.session import acting
from kit.streams import until_stopped
from public_interface.pages.account.frame import back, show, words
from public_interface.pages.account.sayings import said

router = APIRouter()
Publisher = Annotated[PublisherClient, acting(PublisherClient)]
HERE = "/account/notices"
SSE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class NoticesView(Schema):
    items: list[Notice]
    unread: int
    next_href: str


@router.get(HERE)
async def notices(request: Request, publisher: Publisher, cursor: str = "") -> Response:
    language = choices(request).language
    page = await publisher.notices(language, cursor or None, limit=30)
    unread = await publisher.unread()
    view = NoticesView(
        items=[_safe(each) for each in page.items],
        unread=unread.count,
        next_href=f"{HERE}?cursor={page.next_cursor}" if page.next_cursor else "",
    )
    return show(request, "notices", view)


@router.post(f"{HERE}/readings")
async def read_all(request: Request, publisher: Publisher) -> Response:
    try:
        await publisher.read_all_notices()
    except AppError as error:
        return back(request, HERE, said(error, words(request)), "danger")
    return back(request, HERE, mark("Tout est marqué comme lu."), "info")


@router.post(HERE + "/{notice_id}/reading")
async def read(request: Request, notice_id: UUID, publisher: Publisher) -> Response:
    try:
        await publisher.read_notice(notice_id)
    except AppError as error:
        return back(request, HERE, said(error, words(request)), "danger")
    return back(request, HERE)


@router.get(f"{HERE}/stream")
async def stream(request: Request, publisher: Publisher) -> Response:
    """Pass on what is told, as it is told."""
    events = await opened(publisher.notice_stream(choices(request).language))
    return StreamingResponse(
        until_stopped(request.app, events), media_type="text/event-stream", headers=SSE
    )


async def opened(events: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Wait for the first piece, so that a refusal is still answered as one."""
    first = await anext(events, b"")

    async def all_of_it() -> AsyncGenerator[bytes, None]:
        try:
            yield first
            async for piece in events:
                yield piece
        finally:
            if isinstance(events, AsyncGenerator):
                await events.aclose()

    return all_of_it()


def _safe(notice: Notice) -> Notice:
    """Leave out an address that a browser should not follow."""
    good = (notice.url or "").startswith(("https://", "http://", "/"))
    return notice if good else notice.model_copy(update={"url": None})
