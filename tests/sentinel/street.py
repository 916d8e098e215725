"""What sentinel watches in its tests: real apps, doors that can be shut, needs that can fail."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import httpx
from fastapi import FastAPI
from typing_extensions import override

from kit.settings import ServiceSettings
from sentinel.actions.watching import Watch


class Door(httpx.AsyncBaseTransport):
    """The way to an app; shut, nobody answers, as when its process has died."""

    def __init__(self, app: FastAPI) -> None:
        self.inner = httpx.ASGITransport(app)
        self.is_shut = False
        self.is_stuck = False

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_shut:
            raise httpx.ConnectError("connection refused", request=request)
        if self.is_stuck:
            await asyncio.Event().wait()
        return await self.inner.handle_async_request(request)


@dataclass
class House:
    name: str
    has_what_it_needs: bool = True
    door: Door = field(init=False)

    async def need(self) -> None:
        if not self.has_what_it_needs:
            raise ConnectionRefusedError("connection refused")

    def settings(self, valkey_url: str) -> ServiceSettings:
        class Settings(ServiceSettings):
            SERVICE: ClassVar[str] = self.name

        return Settings(environment="test", valkey_url=valkey_url)


@dataclass
class Street:
    houses: dict[str, House]

    def shut(self, name: str) -> None:
        self.houses[name].door.is_shut = True

    def open(self, name: str) -> None:
        self.houses[name].door.is_shut = False

    def take_postgresql_away(self) -> None:
        for house in self.houses.values():
            house.has_what_it_needs = False

    def give_postgresql_back(self) -> None:
        for house in self.houses.values():
            house.has_what_it_needs = True


async def until(watch: Watch, holds: Callable[[Watch], bool], seconds: float = 20) -> None:
    """Return as soon as that holds, looking after each of sentinel's rounds."""
    deadline = time.monotonic() + seconds
    while not holds(watch):
        assert time.monotonic() < deadline, "it never came to hold"
        async with asyncio.timeout(seconds):
            await watch.turn.wait()


def is_(name: str, state: str) -> Callable[[Watch], bool]:
    return lambda watch: watch.board.state(name) == state
