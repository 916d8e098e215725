"""The plainest `GET /verify`, answered before FastAPI: that costs more than the verification.

Only `?token=` with plain characters, asked by nobody in particular. Everything else, and every
description, is the ordinary route's in `verify.py`; both ask the same Verifier.
"""

import re
from types import SimpleNamespace

from starlette.types import ASGIApp, Receive, Scope, Send

from kit.errors import AppError
from kit.problems import problem
from tokens_service.actions.rate import Rate
from tokens_service.actions.verify import Verifier, encoded

PLAIN = re.compile(rb"token=([A-Za-z0-9_-]{1,300})")
ROUTE = SimpleNamespace(path="/verify")
HEADERS = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


class Quick:
    def __init__(self, app: ASGIApp, verifier: Verifier, rate: Rate) -> None:
        self.app = app
        self.verifier = verifier
        self.rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = _plainly_given(scope)
        if given is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = ROUTE
        client = scope.get("client")
        address = client[0] if client else "unknown"
        try:
            self.rate.hit(address)
            body = encoded(await self.verifier.find(given, None, address))
        except AppError as error:
            await problem(error)(scope, receive, send)
            return
        headers = [*HEADERS, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _plainly_given(scope: Scope) -> str | None:
    """Return the token of the plainest kind of request, or None for every other request."""
    if scope["type"] != "http" or scope["path"] != "/verify" or scope["method"] != "GET":
        return None
    found = PLAIN.fullmatch(scope["query_string"])
    if not found or any(key == b"authorization" for key, _ in scope["headers"]):
        return None
    return found[1].decode()
