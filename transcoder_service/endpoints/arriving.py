"""A request's body as it arrives, never held as a whole."""

from collections.abc import AsyncIterator

from fastapi import Request
from starlette.requests import ClientDisconnect

from kit.streams import until_stopped
from transcoder_service.actions.uploads import UploadCutShort
from transcoder_service.rules.tus import whole_number


async def arriving(request: Request) -> AsyncIterator[bytes]:
    """Yield the body; raise UploadCutShort when the line drops, or the service is to stop."""
    is_whole = False

    async def body() -> AsyncIterator[bytes]:
        nonlocal is_whole
        async for piece in request.stream():
            yield piece
        is_whole = True

    try:
        async for piece in until_stopped(request.app, body()):
            yield piece
    except ClientDisconnect as error:
        raise UploadCutShort from error
    if not is_whole:
        raise UploadCutShort


def declared_length(request: Request) -> int | None:
    found = request.headers.get("content-length")
    return whole_number(found, "Content-Length") if found else None
