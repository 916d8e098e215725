"""The base of every typed client from one service to another."""

import ssl
import time
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from functools import cache
from typing import ClassVar, Self, TypeVar, overload
from uuid import UUID

import httpx
from httpx_aiohttp import AiohttpTransport
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from kit import log
from kit.auth import service_token
from kit.breaker import Breaker
from kit.errors import (
    AppError,
    BadRequest,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from kit.schema import Schema
from kit.settings import ServiceSettings

Answer = TypeVar("Answer", bound=Schema)
Param = str | int | float | bool | UUID | datetime | Sequence[str] | None
Query = Mapping[str, Param]

TIMEOUT = httpx.Timeout(10, connect=3)
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
PLAIN = {
    kind.status: kind
    for kind in (BadRequest, Unauthenticated, Forbidden, NotFound, Conflict, Gone,
                 TooLarge, UnsupportedMedia, Invalid, TooMany)
}  # fmt: skip
_OUR_KEYS = frozenset({"type", "title", "status", "detail", "error", "request_id"})


class Signer:
    """Makes the Authorization header of one service towards another, once a half-minute."""

    def __init__(self, secret: str, caller: str, audience: str) -> None:
        self.made_of = (secret, caller, audience)
        self.header = ""
        self.until = 0.0

    def __call__(self) -> str:
        if time.monotonic() > self.until:
            self.header = f"Suite {service_token(*self.made_of)}"
            self.until = time.monotonic() + 30
        return self.header


class ServiceClient:
    """Send one schema, get one schema back, or raise the error the provider raised."""

    SERVICE: ClassVar[str] = ""

    def __init__(self, http: httpx.AsyncClient, signer: Signer | None = None) -> None:
        self.http = http
        self.signer = signer
        self.breaker = Breaker()
        self.on_behalf_of = ""
        self.viewer_address = ""

    @classmethod
    def at(cls, settings: ServiceSettings, url: str) -> Self:
        """Return the client that `settings`' service uses to call the one at `url`."""
        secret = settings.suite_secret.get_secret_value()
        return cls(open_http(url), Signer(secret, settings.SERVICE, cls.SERVICE))

    def acting(self, token: str) -> Self:
        """Return this client speaking for the person whose access token this is."""
        other = copy(self)
        other.on_behalf_of = token
        return other

    def viewed_from(self, address: str) -> Self:
        """Return this client for a viewer at that address: limits count them, not us."""
        other = copy(self)
        other.viewer_address = address
        return other

    async def close(self) -> None:
        await self.http.aclose()

    async def ping(self) -> None:
        """Raise unless the service answers."""
        await self.get("/health")

    def error_in(self, response: httpx.Response) -> AppError:
        """Return the error an answer carries; third parties have shapes of their own."""
        return error_in(response)

    @overload
    async def get(self, path: str, into: type[Answer], **query: Param) -> Answer: ...
    @overload
    async def get(self, path: str, into: None = None, **query: Param) -> None: ...
    async def get(
        self, path: str, into: type[Answer] | None = None, **query: Param
    ) -> Answer | None:
        return _read(await self.send("GET", path, query=query), into)

    @overload
    async def post(
        self, path: str, body: Schema | None, into: type[Answer], *, key: str = "", **query: Param
    ) -> Answer: ...
    @overload
    async def post(
        self,
        path: str,
        body: Schema | None = None,
        into: None = None,
        *,
        key: str = "",
        **query: Param,
    ) -> None: ...
    async def post(
        self,
        path: str,
        body: Schema | None = None,
        into: type[Answer] | None = None,
        *,
        key: str = "",
        **query: Param,
    ) -> Answer | None:
        """POST; with an idempotency `key` it is retried when the network fails."""
        return _read(await self.send("POST", path, body, query=query, key=key), into)

    @overload
    async def put(self, path: str, body: Schema | None, into: type[Answer]) -> Answer: ...
    @overload
    async def put(self, path: str, body: Schema | None = None, into: None = None) -> None: ...
    async def put(
        self, path: str, body: Schema | None = None, into: type[Answer] | None = None
    ) -> Answer | None:
        return _read(await self.send("PUT", path, body), into)

    @overload
    async def patch(self, path: str, body: Schema, into: type[Answer]) -> Answer: ...
    @overload
    async def patch(self, path: str, body: Schema, into: None = None) -> None: ...
    async def patch(
        self, path: str, body: Schema, into: type[Answer] | None = None
    ) -> Answer | None:
        return _read(await self.send("PATCH", path, body), into)

    @overload
    async def delete(self, path: str, into: type[Answer], **query: Param) -> Answer: ...
    @overload
    async def delete(self, path: str, into: None = None, **query: Param) -> None: ...
    async def delete(
        self, path: str, into: type[Answer] | None = None, **query: Param
    ) -> Answer | None:
        return _read(await self.send("DELETE", path, query=query), into)

    async def send(
        self,
        method: str,
        path: str,
        body: Schema | bytes | None = None,
        *,
        query: Query | None = None,
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return the successful answer; raise the error it carries, or Unavailable."""
        request = self._request(method, path, body, query)
        request.headers.update(headers or {})
        if key:
            request.headers["Idempotency-Key"] = key
        try:
            return await self._attempt(request)
        except Unavailable:
            if method not in REPEATABLE and not key:
                raise
        async for attempt in _retrying():
            with attempt:
                return await self._attempt(request)
        raise Unavailable

    def _request(
        self, method: str, path: str, body: Schema | bytes | None, query: Query | None
    ) -> httpx.Request:
        headers = {"Accept": "application/json", "X-Request-Id": log.request_id.get()}
        if self.signer:
            headers["Authorization"] = self.signer()
        if self.on_behalf_of:
            scheme = "On-Behalf-Of" if self.signer else "Authorization"
            prefix = "" if self.signer else "Bearer "
            headers[scheme] = prefix + self.on_behalf_of
        if self.viewer_address:
            headers["X-Viewer-Address"] = self.viewer_address
        content = body if isinstance(body, bytes) else None
        if isinstance(body, Schema):
            content = body.model_dump_json(exclude_unset=True).encode()
            headers["Content-Type"] = "application/json"
        given = {name: _param(value) for name, value in (query or {}).items() if value is not None}
        try:
            return self.http.build_request(
                method, path, params=given, content=content, headers=headers
            )
        except httpx.InvalidURL as error:  # somebody's words are in it, as in a tag's address
            raise NotFound("There is nothing at this address.") from error

    async def _attempt(self, request: httpx.Request) -> httpx.Response:
        self.breaker.check()
        try:
            response = await self.http.send(request)
        except httpx.TransportError as error:
            self.breaker.note(good=False)
            raise Unavailable(f"{self.SERVICE or request.url.host} did not answer.") from error
        self.breaker.note(good=response.status_code not in {502, 503, 504})
        if response.is_error:
            raise self.error_in(response)
        return response


def open_http(url: str, timeout: httpx.Timeout = TIMEOUT, *, most: int = 100) -> httpx.AsyncClient:
    """Return an HTTP client on aiohttp's transport: seven times httpx's own throughput.

    `most`: connections at once; 0: as many as are asked for.
    """
    limits = httpx.Limits(max_connections=most)
    transport = AiohttpTransport(verify=_trusted(), trust_env=False, limits=limits)
    return httpx.AsyncClient(base_url=url, timeout=timeout, transport=transport, trust_env=False)


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom every client trusts; to read the list takes 25 ms, so it is read once."""
    return httpx.create_ssl_context(trust_env=False)


def error_in(response: httpx.Response) -> AppError:
    """Return the error an answer carries: ours by name, else one of its status."""
    try:
        problem = response.json()
        kind = AppError.named[problem["error"]]
        extra = {key: value for key, value in problem.items() if key not in _OUR_KEYS}
        return kind(problem["detail"], **extra)
    except (ValueError, KeyError, TypeError):
        kind = PLAIN.get(response.status_code, Unavailable)
        return kind(f"{response.url.path} answered {response.status_code}.")


def _param(value: Param) -> str | int | float | bool | list[str] | None:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(value)
    return value


def _read(response: httpx.Response, into: type[Answer] | None) -> Answer | None:
    return into.model_validate_json(response.content) if into else None


def _retrying() -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception_type(Unavailable),
        stop=stop_after_attempt(2),
        wait=wait_random_exponential(multiplier=0.05, max=1),
        reraise=True,
    )
