"""One line per service: its address, and how it is by its own `/ready`."""

import asyncio
import time
from collections.abc import Sequence

import httpx
from pydantic import ValidationError

from kit.client import open_http
from kit.health import Readiness
from suite.environment import Place
from suite.services import Service
from suite.terminal import bad, good, say

PATIENCE_SECONDS = 60


class Waiter:
    """Asks services until they are ready; `began`: when they were started (monotonic)."""

    def __init__(self, place: Place, began: float) -> None:
        self.place = place
        self.began = began

    async def report(self, services: Sequence[Service]) -> None:
        """Print a line for each service as soon as it is ready."""
        await asyncio.gather(*(self._line(service) for service in services))

    async def _line(self, service: Service) -> None:
        url = self.place.url(service)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while problem := await state(url):
            if time.monotonic() > deadline:
                say(f"  {service.folder:<20}{url:<24}{bad(f'not ready: {problem}')}")
                return
            await asyncio.sleep(0.1)
        took = time.monotonic() - self.began
        say(f"  {service.folder:<20}{url:<24}{good('ready')} in {took:.1f} s")


async def state(url: str) -> str:
    """Return what keeps the service at `url` from being ready; nothing if it is."""
    async with open_http(url) as http:
        try:
            answer = await http.get("/ready", timeout=5)
        except httpx.TransportError:
            return "it does not answer"
    try:
        found = Readiness.model_validate_json(answer.content)
    except ValidationError:
        return f"it answers {answer.status_code}, which is no /ready"
    failing = [
        f"{name} ({check.detail})"
        for name, check in found.checks.items()
        if check.required and not check.ok
    ]
    return ", ".join(failing)
