"""`/{guid}/…` and `/bcdn_token=…/{guid}/…`: films, pictures, captions, for who has a token."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from kit.web import Router
from transcoder_service.actions.origin import FileNotStored, Origin, Text
from transcoder_service.endpoints.given import Tools
from transcoder_service.providers.storage import CHUNK, Stored
from transcoder_service.queries.videos import guid
from transcoder_service.rules import addresses, ranges
from transcoder_service.rules.paths import is_of_generation

router = Router(tags=["origin"])
SMALL = 4 * CHUNK
SLICE = 16 * 1024


@router.api_route("/bcdn_token={signed:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def serve_directory(request: Request) -> Response:
    raw = bytes(request.scope.get("raw_path") or b"").decode("latin-1").partition("?")[0]
    return await _serve(request, addresses.directory_signed(raw or request.scope["path"]))


@router.api_route("/{video_id:uuid}/{name:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def serve_file(request: Request) -> Response:
    query = request.query_params.multi_items()
    return await _serve(request, addresses.query_signed(request.scope["path"], query))


async def _serve(request: Request, signed: addresses.Signed | None) -> Response:
    tools: Tools = request.app.state.tools
    header = tools.settings.country_header
    country = request.headers.get(header, "") if header else None
    viewer = request.client.host if request.client else ""
    tools.origin.check(signed, time.time(), viewer, country)
    video_id, name = _named(signed)
    text = await tools.origin.text(video_id, name)
    if text is not None:
        return _text(request, text, name)
    speed = addresses.bytes_per_second(signed)
    return await _file(request, tools.origin, video_id, name, speed)


def _named(signed: addresses.Signed | None) -> tuple[UUID, str]:
    """Return the video and the file in it that a path names."""
    first, _, name = (signed.path if signed else "").lstrip("/").partition("/")
    video_id = guid(first)
    if video_id is None or not name:
        raise FileNotStored
    return video_id, name


def _text(request: Request, text: Text, name: str) -> Response:
    """Answer with a playlist or captions, compressed for who takes it."""
    is_packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = text.packed_tag if is_packed else text.tag
    headers = _headers(name, tag) | {"Vary": "Accept-Encoding"}
    if ranges.matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    body = text.packed if is_packed else text.plain
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    return _with_body(request, body, headers)


async def _file(
    request: Request, origin: Origin, video_id: UUID, name: str, speed: int | None
) -> Response:
    wanted = request.headers.get("range", "")
    if wanted or request.method == "HEAD":
        return await _part(request, origin, video_id, name, wanted, speed)
    stored = await origin.file(video_id, name)
    headers = _headers(name, stored.tag) | {"Accept-Ranges": "bytes"}
    if ranges.matches(request.headers.get("if-none-match", ""), stored.tag):
        return Response(status_code=304, headers=headers)
    return await _stream(stored, 200, headers, speed)


async def _part(
    request: Request, origin: Origin, video_id: UUID, name: str, wanted: str, speed: int | None
) -> Response:
    """Answer HEAD, and requests for a part of a file."""
    path, size, tag = await origin.meta(video_id, name)
    headers = _headers(name, tag) | {"Accept-Ranges": "bytes"}
    if ranges.matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    if request.headers.get("if-range", tag) != tag:
        wanted = ""
    try:
        part = ranges.part(wanted, size) or ranges.Part(0, size, size)
    except ranges.RangeNotSatisfiable:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    is_whole = (part.start, part.end) == (0, size) and not ranges.part(wanted, size)
    status = 200 if is_whole else 206
    if not is_whole:
        headers["Content-Range"] = part.header
    if request.method == "HEAD":
        headers["Content-Length"] = str(part.end - part.start)
        return Response(status_code=status, headers=headers)
    return await _stream(await origin.part(path, part), status, headers, speed)


async def _stream(
    stored: Stored, status: int, headers: dict[str, str], speed: int | None
) -> Response:
    length = stored.end - stored.start
    headers["Content-Length"] = str(length)
    if length <= SMALL and speed is None:
        return Response(await stored.read(), status, headers)
    return StreamingResponse(_chunks(stored, speed), status, headers)


async def _chunks(stored: Stored, speed: int | None) -> AsyncIterator[bytes]:
    """Yield the file; with a `speed` (bytes/s) no sooner than that allows."""
    began, sent = time.monotonic(), 0
    async for chunk in stored.chunks():
        if speed is None:
            yield chunk
            continue
        for start in range(0, len(chunk), SLICE):
            piece = chunk[start : start + SLICE]
            yield piece
            sent += len(piece)
            await asyncio.sleep(max(0.0, began + sent / speed - time.monotonic()))


def _with_body(request: Request, body: bytes, headers: dict[str, str]) -> Response:
    headers["Content-Length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, headers=headers)


def _headers(name: str, tag: str) -> dict[str, str]:
    return {
        "Content-Type": addresses.media_type(name),
        "Cache-Control": addresses.cache_control(name, is_of_generation=is_of_generation(name)),
        "ETag": tag,
        # Pictures stand in pages of other origins; scripts of others still need CORS.
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
