"""A pipeline of three acts for the tests: each does what `Play` says."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from fastapi import FastAPI

from gateway.actions.pipelines import Pipeline, Start
from gateway.actions.steps import Context, StepOf
from kit import clock
from kit.client import Signer
from kit.contracts.gateway import EventNew, GatewayClient
from tests.wiring import http

ACTS = ("first", "second", "third")
Act = Callable[[Context], Awaitable[dict[str, Any] | None]]


class Play:
    """`acts` says what a step does; `calls` counts how often each was called."""

    def __init__(self) -> None:
        self.acts: dict[str, Act] = {}
        self.calls: dict[str, int] = defaultdict(int)
        self.seen: dict[str, dict[str, Any]] = {}
        self.begun = asyncio.Event()

    def pipeline(self, tries: int = 3, timeout_seconds: float = 5) -> Pipeline:
        steps = tuple(
            StepOf(name, self._deed(name), tries, timeout_seconds, weight=10) for name in ACTS
        )
        return Pipeline("play", steps, {"PlayAnnounced": _start})

    def _deed(self, name: str) -> Act:
        async def deed(context: Context) -> dict[str, Any] | None:
            self.calls[name] += 1
            self.seen[name] = dict(context.facts)
            self.begun.set()
            act = self.acts.get(name)
            return await act(context) if act else {name: "played"}

        return deed


def _start(payload: dict[str, Any]) -> Start:
    title = str(payload.get("title", ""))
    return Start(f"play:{title}", f"play/{title}", title, payload)


def announced(title: str = "Sira", **changes: Any) -> EventNew:
    values = {
        "id": uuid4(),
        "name": "PlayAnnounced",
        "at": clock.now(),
        "payload": {"title": title},
    }
    return EventNew(**(values | changes))


def as_service(app: FastAPI, name: str = "admin_interface") -> GatewayClient:
    """Return a client that speaks as a service of the suite."""
    secret = app.state.settings.suite_secret.get_secret_value()
    return GatewayClient(http(app), Signer(secret, name, "gateway"))
