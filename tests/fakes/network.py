"""What all simulated networks share: a server on loopback, and troubles that befall its callers."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self

from aiohttp import web

from tests.fakes.serving import Serving

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Trouble:
    """Befalls the next request whose method and path contain `at`. Without `status` the line drops;
    `after_doing`: once it has been done.
    """

    at: str
    status: int = 0
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    after_doing: bool = False
    after: int = 0  # so many of them go well before


def dropped(at: str) -> Trouble:
    return Trouble(at)


def answer_lost(at: str) -> Trouble:
    return Trouble(at, after_doing=True)


class Simulator:
    """`asked` holds every request as "METHOD /path"."""

    def __init__(self) -> None:
        self.troubles: list[Trouble] = []
        self.asked: list[str] = []
        self.port = 0
        self.serving: Serving | None = None

        @web.middleware
        async def befall(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._befall(request, handler)

        self.app = web.Application(client_max_size=64 * 1024**2, middlewares=[befall])
        self.build(self.app.router)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def build(self, router: web.UrlDispatcher) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        self.serving = await Serving.of(self.app, self.port)
        self.port = self.serving.port
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self.serving is not None
        await self.serving.stop()

    def count(self, part: str) -> int:
        return sum(part in asked for asked in self.asked)

    async def _befall(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        name = f"{request.method} {request.path}"
        self.asked.append(name)
        trouble = next((each for each in self.troubles if each.at in name), None)
        if trouble is None:
            return await handler(request)
        self.troubles.remove(trouble)
        if trouble.after:
            self.troubles.append(replace(trouble, after=trouble.after - 1))
            return await handler(request)
        if trouble.after_doing:
            await handler(request)
        if not trouble.status:
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(0)
            return web.Response()
        content = trouble.body if isinstance(trouble.body, str) else json.dumps(trouble.body)
        return web.Response(status=trouble.status, text=content, headers=trouble.headers)


def refuse(status: int, body: Any) -> web.Response:
    return web.json_response(body, status=status)
