"""Every door of an app, knocked at without a network: only the status of the answer counts."""

import asyncio
import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any
from uuid import UUID

import orjson
from fastapi import FastAPI
from starlette.routing import BaseRoute

from tests.contracts.permissions.rules import PASS, Rule

PATIENCE, LEAVE_AFTER = 20.0, 0.2
NOBODY = UUID("01900000-0000-7000-8000-00000000dead")
EVERYWHERE = {"/health", "/ready", "/metrics"}  # asked of every service in tests/kit
SLOT = re.compile(r"\{(\w+)(?::\w+)?\}")
FILLED = {
    "channel": "sms",
    "width": "320",
    "number": "1",
    "purpose": "newsletter",
    "topic": f"series:{NOBODY}",
}
# Refused for what was typed, by somebody who was let in to type it.
WRONG_ANSWERS = {"WrongCredentials", "WrongFactor", "ProviderRefused"}


def doors(app: FastAPI) -> list[str]:
    """Return "METHOD /path" of every route, those that no document tells as well."""
    found = {
        f"{method} {getattr(route, 'path')}"  # noqa: B009  (a plain route has it, mounts have not)
        for route in _routes(app.router.routes)
        for method in sorted(getattr(route, "methods", None) or ())
        if method not in {"HEAD", "OPTIONS"}
    }
    return sorted(door for door in found if door.split(" ")[1] not in EVERYWHERE)


def _routes(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _routes(inner.routes)
        else:
            yield route


def filled(text: str, things: Mapping[str, str]) -> str:
    """Fill the slots of a text: with things that are there, else with what is not."""

    def fill(slot: re.Match[str]) -> str:
        return things.get(slot[1]) or FILLED.get(slot[1]) or str(NOBODY)

    return SLOT.sub(fill, text)


async def knock(
    app: FastAPI, door: str, rule: Rule, shown: Mapping[str, str], things: Mapping[str, str]
) -> str:
    """Return what the door answers, as the rules name it; fail when it breaks."""
    body = None if rule.body is None else filled(orjson.dumps(rule.body).decode(), things).encode()
    method, _, path = filled(door, things).partition(" ")
    status, told = await _ask(app, method, f"{path}?{rule.query}", {**rule.headers, **shown}, body)
    assert status not in {0, 500}, f"{door} broke: {told.decode()}"
    if status == 401 and _error(told) in WRONG_ANSWERS:
        return PASS
    return str(status) if status in {401, 403, 404} else PASS


def _error(told: bytes) -> str:
    try:
        return str(orjson.loads(told).get("error", ""))
    except (ValueError, AttributeError):
        return ""


async def _ask(
    app: FastAPI, method: str, target: str, headers: Mapping[str, str], body: bytes | None
) -> tuple[int, bytes]:
    """Return status and first bytes of an answer; streams are left once they have begun."""
    answer = _Answer(body or b"")
    task = asyncio.create_task(
        app(_scope(method, target, headers, body), answer.receive, answer.send)
    )
    begun = asyncio.create_task(answer.begun.wait())
    await asyncio.wait({task, begun}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
    await asyncio.wait({task}, timeout=LEAVE_AFTER)
    for one in (task, begun):
        one.cancel()
    await asyncio.gather(task, begun, return_exceptions=True)
    return answer.status, answer.told


async def _run(app: FastAPI, scope: MutableMapping[str, Any], answer: "_Answer") -> None:
    await app(scope, answer.receive, answer.send)


class _Answer:
    """One request's two channels (ASGI): its body goes in, status and first bytes come out."""

    def __init__(self, body: bytes) -> None:
        self.messages = [{"type": "http.request", "body": body, "more_body": False}]
        self.begun = asyncio.Event()
        self.status, self.told = 0, b""

    async def receive(self) -> MutableMapping[str, Any]:
        if self.messages:
            return self.messages.pop()
        await self.begun.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif not self.begun.is_set():
            self.told = message.get("body", b"")
            self.begun.set()


def _scope(
    method: str, target: str, headers: Mapping[str, str], body: bytes | None
) -> MutableMapping[str, Any]:
    path, _, query = target.partition("?")
    sent = {**headers, "host": "service"}
    if body is not None:
        sent |= {"content-type": "application/json", "content-length": str(len(body))}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": ("203.0.113.7", 50_000),
        "server": ("service", 80),
    }
