"""The one middleware around every app: ids, limits on bodies, headers, numbers, the log line.

One pure ASGI class rather than five: each layer costs a tenth of a hello.
"""

import logging
import re
import time
from collections.abc import Mapping

import orjson
import uuid_utils
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit import log
from kit.errors import AppError, TooLarge
from kit.metrics import Metrics

ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
MEGABYTE = 1024 * 1024
HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
access = logging.getLogger("access")
logger = logging.getLogger(__name__)


class Edge:
    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        headers: Mapping[str, str] = HEADERS,
        body_limits: Mapping[str, int | None] | None = None,
    ) -> None:
        """`body_limits`: bytes by path prefix, "/library/" or "PUT /library/" (None: no limit);
        one megabyte elsewhere.
        """
        self.app = app
        self.metrics = metrics
        self.headers = [(key.encode(), value.encode()) for key, value in headers.items()]
        self.names = frozenset(key for key, _ in self.headers)
        self.body_limits = sorted((body_limits or {}).items(), key=lambda item: -len(item[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        found = _request_id(scope)
        service = log.service.set(self.metrics.service)
        request = log.request_id.set(found)
        try:
            await _Exchange(self, scope, send, found).run(receive)
        finally:
            log.request_id.reset(request)
            log.service.reset(service)

    def limit(self, method: str, path: str) -> int | None:
        for prefix, limit in self.body_limits:
            if f"{method} {path}".startswith(prefix) or path.startswith(prefix):
                return limit
        return MEGABYTE


class _Exchange:
    """One request and its answer."""

    __slots__ = ("edge", "id", "limit", "outer_send", "received", "scope", "status")

    def __init__(self, edge: Edge, scope: Scope, send: Send, request_id: str) -> None:
        self.edge = edge
        self.scope = scope
        self.outer_send = send
        self.id = request_id.encode()
        self.status = 0
        self.received = 0
        self.limit: int | None = None

    async def run(self, receive: Receive) -> None:
        started = time.perf_counter()
        try:
            await self._answer(receive)
        except Exception as error:  # the one edge that logs what nobody named
            if not isinstance(error, AppError):
                logger.exception("unhandled error")
            if self.status:
                raise
            await self._fail(error)
        finally:
            self._note(time.perf_counter() - started)

    async def _answer(self, receive: Receive) -> None:
        scope = self.scope
        if scope["method"] in {"GET", "HEAD"}:
            await self.edge.app(scope, receive, self.send)
            return
        self.limit = self.edge.limit(scope["method"], scope["path"])
        declared = Headers(scope=scope).get("content-length", "")
        if self.limit is not None and declared.isdigit() and int(declared) > self.limit:
            raise TooLarge(limit=self.limit)

        async def counted() -> Message:
            message = await receive()
            self.received += len(message.get("body", b""))
            if self.is_over:
                raise TooLarge(limit=self.limit)
            return message

        await self.edge.app(scope, counted, self.send_unless_over)
        if self.is_over and not self.status:
            raise TooLarge(limit=self.limit)

    @property
    def is_over(self) -> bool:
        return self.limit is not None and self.received > self.limit

    async def send_unless_over(self, message: Message) -> None:
        """Hold back the app's own words on a body cut short: FastAPI would call it malformed."""
        if self.status or not self.is_over:
            await self.send(message)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given, ours = message.get("headers", ()), self.edge.headers
            names = [key for key, _ in given]
            if not self.edge.names.isdisjoint(names):
                ours = [pair for pair in ours if pair[0] not in names]
            message["headers"] = [*given, *ours, (b"x-request-id", self.id)]
        await self.outer_send(message)

    async def _fail(self, error: Exception) -> None:
        known = error if isinstance(error, AppError) else AppError()
        body = orjson.dumps(known.problem(log.request_id.get()))
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await self.send({"type": "http.response.start", "status": known.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})

    def _note(self, seconds: float) -> None:
        route = getattr(self.scope.get("route"), "path", "unmatched")
        method = self.scope["method"]
        self.edge.metrics.note(method, route, self.status, seconds)
        if access.isEnabledFor(logging.INFO):
            access.info(
                "request",
                extra={
                    "method": method,
                    "route": route,
                    "status": self.status,
                    "ms": round(seconds * 1000, 2),
                },
            )


def _request_id(scope: Scope) -> str:
    for key, value in scope["headers"]:
        if key == b"x-request-id":
            given = value.decode("latin-1")
            if ID.fullmatch(given):
                return str(given)
    return uuid_utils.uuid7().hex
