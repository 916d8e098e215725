"""The outermost middleware of a front-end: choices, error pages, HEAD, compression, ETag.

Pure ASGI; it looks only at answers that are one piece of text. Streams pass untouched.
"""

import gzip
import hashlib
from typing import Any

import brotli
import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.site.choices import choosing
from kit.site.error_pages import error_page

PROBLEM = "application/problem+json"
TEXT = ("text/", "application/json", "application/problem+json", "application/xml",
        "application/manifest+json", "image/svg+xml")  # fmt: skip
# What a page needs and a style sheet or a script does not: half a kilobyte on every file.
PAGES_ONLY = frozenset({
    b"content-security-policy", b"cross-origin-opener-policy", b"permissions-policy",
    b"referrer-policy", b"x-frame-options",
})  # fmt: skip
WORTH_IT = 400
QUALITY = 4  # of brotli, for what is made anew each time


class Front:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        if scope["method"] in {"GET", "HEAD"}:
            secure = scope["app"].state.settings.is_secure
            if answer := choosing(request, secure=secure):
                await answer(scope, receive, send)
                return
        answer_of = _Answer(request, send)
        await self.app({**scope, "method": _method(scope)}, receive, answer_of.send)


class _Answer:
    """One answer on its way out."""

    def __init__(self, request: Request, send: Send) -> None:
        self.request = request
        self.outer_send = send
        self.start: Message | None = None
        self.is_head = request.method == "HEAD"

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = self._lightened(message)
            return
        if self.start is None:
            await self._pass(message)
            return
        start, self.start = self.start, None
        body = message.get("body", b"")
        if not message.get("more_body") and _is_text(start):
            start, body = self._finished(start, body)
            message = {"type": "http.response.body", "body": body}
        await self.outer_send(start)
        await self._pass(message)

    def _lightened(self, start: Message) -> Message:
        is_file = self.request.url.path.startswith("/static/") and start["status"] == 200
        kind = Headers(raw=start["headers"]).get("content-type", "")
        if not is_file or kind.startswith(("text/html", "image/svg+xml")):
            return start
        return {**start, "headers": [h for h in start["headers"] if h[0] not in PAGES_ONLY]}

    async def _pass(self, message: Message) -> None:
        if self.is_head:
            message = {**message, "body": b""}
        await self.outer_send(message)

    def _finished(self, start: Message, body: bytes) -> tuple[Message, bytes]:
        if self._wants_page(start):
            start, body = self._error_page(start, body)
        headers = MutableHeaders(raw=list(start["headers"]))
        status = start["status"]
        if self._is_known(status, headers, body):
            status, body = 304, b""
            del headers["content-length"]
        elif len(body) >= WORTH_IT and "content-encoding" not in headers:
            body = self._packed(headers, body)
        if status != 304:
            headers["content-length"] = str(len(body))
        return {**start, "status": status, "headers": headers.raw}, body

    def _wants_page(self, start: Message) -> bool:
        kind = Headers(raw=start["headers"]).get("content-type", "")
        return kind.startswith(PROBLEM) and "text/html" in self.request.headers.get("accept", "")

    def _error_page(self, start: Message, body: bytes) -> tuple[Message, bytes]:
        problem: dict[str, Any] = orjson.loads(body)
        retry_after = problem.get("retry_after", 0)
        page = error_page(self.request, start["status"], problem["request_id"], retry_after)
        headers = MutableHeaders(raw=list(start["headers"]))
        headers["content-type"] = page.headers["content-type"]
        headers["cache-control"] = "no-store"
        return {**start, "headers": headers.raw}, bytes(page.body)

    def _is_known(self, status: int, headers: MutableHeaders, body: bytes) -> bool:
        """Mark a page with its ETag; say whether the visitor has it already."""
        if (
            status != 200
            or self.request.method == "POST"
            or "no-store" in headers.get("cache-control", "")
        ):
            return False
        if "etag" not in headers:
            headers["etag"] = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        wanted = self.request.headers.get("if-none-match", "")
        return headers["etag"] in wanted and "set-cookie" not in headers

    def _packed(self, headers: MutableHeaders, body: bytes) -> bytes:
        headers.add_vary_header("Accept-Encoding")
        accept = self.request.headers.get("accept-encoding", "")
        if "br" in accept:
            headers["content-encoding"] = "br"
            return bytes(brotli.compress(body, quality=QUALITY))
        if "gzip" in accept:
            headers["content-encoding"] = "gzip"
            return gzip.compress(body, 6)
        return body


def _is_text(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith(TEXT)


def _method(scope: Scope) -> str:
    return "GET" if scope["method"] == "HEAD" else str(scope["method"])
