"""A request's body as it arrives, never held as a whole."""

from collections.abc import AsyncIterator

from fastapi import Request
from starlette.requests import ClientDisconnect

from transcoder_service.actions.uploads import UploadCutShort
from transcoder_service.rules.tus import whole_number


async def arriving(request: Request) -> AsyncIterator[bytes]:
    """Yield the body; raise UploadCutShort when the line drops."""
    try:
        async for piece in request.stream():
            yield piece
    except ClientDisconnect as error:
        raise UploadCutShort from error


def declared_length(request: Request) -> int | None:
    found = request.headers.get("content-length")
    return whole_number(found, "Content-Length") if found else None
